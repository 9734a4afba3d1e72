package import Rollouts

/// The geometry of a board: columns count from 0 at the left, rows from 0 at the top.
package struct BreakoutBoard: Sendable, Equatable {
  /// The width of a brick in characters.
  package static let brickWidth = 6
  /// How far an action moves the paddle.
  package static let paddleStep = 2
  /// The most bricks that fit in a recorded state.
  package static let mostBricks = 128

  /// Lines, including the border.
  package let rows: Int
  /// Characters in a line, including the border.
  package let columns: Int
  /// Rows of bricks.
  package let brickRows: Int
  /// Bricks in a row.
  package let brickColumns: Int
  /// The row of the uppermost bricks.
  package let firstBrickRow: Int
  /// The width of the paddle in characters.
  package let paddleWidth: Int
  /// The rightmost column that the paddle's left end reaches.
  package let lastPaddle: Int
  /// Characters of a row that bricks cover.
  private let brickSpan: Int

  /// The board for some rules; throws if they leave no space for bricks, ball and paddle.
  package init(_ rules: BreakoutRules) throws(SettingError) {
    self.init(unchecked: rules)
    // Below the bricks are a free row, the ball's first row, the paddle's row and the border.
    guard firstBrickRow + brickRows <= rows - 4 else {
      throw SettingError(
        "\(rows) rows have no room for \(brickRows) rows of bricks below \(rules.gap) free ones: "
          + "there must be at least \(rules.gap + brickRows + 5)")
    }
    guard paddleWidth <= columns - 4 else {
      throw SettingError("\(columns) columns have no room for a paddle of \(paddleWidth)")
    }
    guard brickCount <= Self.mostBricks else {
      throw SettingError(
        "\(brickRows) rows of \(brickColumns) bricks are more than \(Self.mostBricks): "
          + "set fewer bricks or columns")
    }
  }

  /// The published board.
  package static let published = BreakoutBoard(unchecked: BreakoutRules())

  private init(unchecked rules: BreakoutRules) {
    rows = rules.rows
    columns = rules.columns
    brickRows = rules.bricks
    brickColumns = (rules.columns - 2) / Self.brickWidth
    firstBrickRow = 1 + rules.gap
    paddleWidth = rules.paddle
    lastPaddle = rules.columns - 1 - rules.paddle
    brickSpan = brickColumns * Self.brickWidth
  }

  /// How many bricks there are at first.
  package var brickCount: Int { brickRows * brickColumns }
  /// All bricks, one bit each.
  package var allBricks: UInt128 { ~0 >> UInt128(Self.mostBricks - brickCount) }
  /// The paddle's row.
  package var paddleRow: Int { rows - 2 }
  /// Where the paddle's left end starts.
  package var firstPaddle: Int { (columns - paddleWidth) / 2 }
  /// The column that a ball is served in.
  package var serveColumn: Int { columns / 2 }
  /// The row that a ball is served in.
  package var serveRow: Int { rows - 3 }

  /// The number of the brick that covers a position; nil where no brick ever is.
  @inline(__always)
  package func brick(row: Int, column: Int) -> Int? {
    let (line, place) = (row &- firstBrickRow, column &- 1)
    guard line >= 0, line < brickRows, place >= 0, place < brickSpan else { return nil }
    return line &* brickColumns &+ place / Self.brickWidth
  }

  /// The position of a brick's left end.
  package func place(ofBrick brick: Int) -> (row: Int, column: Int) {
    (
      firstBrickRow + brick / brickColumns,
      1 + brick % brickColumns * Self.brickWidth
    )
  }

  /// Whether every part of a state is at a possible position on this board.
  package func holds(_ state: BreakoutState) -> Bool {
    Int(state.x) < columns && Int(state.y) < rows - 1
      && (1...lastPaddle).contains(Int(state.paddle)) && state.bricks & ~allBricks == 0
  }
}

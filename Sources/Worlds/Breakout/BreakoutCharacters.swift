/// How a frame is cut into rectangles of equal size, row by row; the last may extend beyond its
/// edge.
package struct BreakoutPatches: Sendable, Equatable {
  /// Lines of a patch.
  package let rows: Int
  /// Characters in a line of a patch.
  package let columns: Int
  /// How many patches are side by side.
  package let across: Int
  /// How many rows of patches there are.
  package let down: Int

  /// The patches of a board; none is larger than the board.
  package init(_ board: BreakoutBoard, rows: Int, columns: Int) {
    self.rows = min(rows, board.rows)
    self.columns = min(columns, board.columns)
    across = (board.columns + self.columns - 1) / self.columns
    down = (board.rows + self.rows - 1) / self.rows
  }

  /// Characters in a patch.
  package var size: Int { rows * columns }
  /// How many patches there are.
  package var count: Int { across * down }
}

/// A frame as characters, in the order of the text or patch by patch.
///
/// A character's index in the sequence is a sum of two numbers, one for its row and one for its
/// column, so the same code writes both orders.
struct BreakoutCharacters: Sendable {
  private let board: BreakoutBoard
  private let rowOffsets: [Int]
  private let columnOffsets: [Int]
  /// A frame with all bricks but without paddle and ball.
  private let full: [UInt8]
  /// The position of each brick's left end.
  private let brickPlaces: [Int]
  /// Whether a brick's characters are adjacent in the sequence.
  private let isText: Bool
  /// Whether the ball's previous position is marked.
  private let showsTrail: Bool

  private static let space = UInt8(ascii: " ")
  private static let brick = Array("|____|".utf8)

  init(_ board: BreakoutBoard, patches: BreakoutPatches? = nil, showsTrail: Bool = false) {
    self.board = board
    self.showsTrail = showsTrail
    isText = patches == nil
    let rows = 0..<board.rows
    let columns = 0..<board.columns
    if let patches {
      rowOffsets = rows.map {
        $0 / patches.rows * patches.across * patches.size + $0 % patches.rows * patches.columns
      }
      columnOffsets = columns.map {
        $0 / patches.columns * patches.size + $0 % patches.columns
      }
    } else {
      rowOffsets = rows.map { $0 * (board.columns + 1) }
      columnOffsets = Array(columns)
    }
    let count = patches.map { $0.count * $0.size } ?? board.rows * (board.columns + 1) - 1
    var full = [UInt8](repeating: Self.space, count: count)
    for row in rows {
      for column in columns {
        let isBorder =
          row == 0 || row == board.rows - 1 || column == 0 || column == board.columns - 1
        if isBorder { full[rowOffsets[row] + columnOffsets[column]] = UInt8(ascii: "#") }
      }
      if patches == nil, row > 0 { full[rowOffsets[row] - 1] = UInt8(ascii: "\n") }
    }
    var places: [Int] = []
    for brick in 0..<board.brickCount {
      let (row, column) = board.place(ofBrick: brick)
      for (index, letter) in Self.brick.enumerated() {
        full[rowOffsets[row] + columnOffsets[column + index]] = letter
      }
      places.append(rowOffsets[row] + columnOffsets[column])
    }
    self.full = full
    brickPlaces = places
  }

  /// How many characters there are.
  var count: Int { full.count }

  /// Writes a frame: border, bricks, paddle, previous ball position, ball, each over what is there.
  func write(_ state: BreakoutState, into values: UnsafeMutableBufferPointer<UInt8>) {
    precondition(values.count >= count, "a frame needs its place")
    _ = values.update(fromContentsOf: full)
    var missing = board.allBricks & ~state.bricks
    while missing != 0 {
      let brick = missing.trailingZeroBitCount
      missing &= missing &- 1
      if isText {
        let place = brickPlaces[brick]
        for index in 0..<BreakoutBoard.brickWidth { values[place + index] = Self.space }
      } else {
        let (row, column) = board.place(ofBrick: brick)
        put(Self.space, count: BreakoutBoard.brickWidth, row: row, column: column, into: values)
      }
    }
    put(
      UInt8(ascii: "="), count: board.paddleWidth, row: board.paddleRow,
      column: Int(state.paddle), into: values)
    if showsTrail {
      let (x, y) = (Int(state.x) - Int(state.dx), Int(state.y) - Int(state.dy))
      put(
        UInt8(ascii: "o"), count: 1, row: max(0, min(board.rows - 1, y)),
        column: max(0, min(board.columns - 1, x)), into: values)
    }
    put(UInt8(ascii: "O"), count: 1, row: Int(state.y), column: Int(state.x), into: values)
  }

  private func put(
    _ letter: UInt8, count: Int, row: Int, column: Int,
    into values: UnsafeMutableBufferPointer<UInt8>
  ) {
    for index in column..<column + count { values[rowOffsets[row] + columnOffsets[index]] = letter }
  }
}

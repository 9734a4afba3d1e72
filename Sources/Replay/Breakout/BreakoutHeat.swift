import Raster
import Worlds

/// An overlay's levels, one per character of the board, whatever the order of its weights.
struct BreakoutHeat {
  /// The number of steps of warmth; 0 is the bare background.
  static let levels = 10

  private let columns: Int
  private var cells: [UInt8]

  /// The levels of weights from 0 to 1; nil without weights.
  init?(_ weights: [Float], world: Breakout) {
    guard !weights.isEmpty else { return nil }
    let board = world.board
    let patches = world.patches
    columns = board.columns
    var index: (Int, Int) -> Int
    switch weights.count {
    case board.rows * (board.columns + 1) - 1: index = { $0 * (board.columns + 1) + $1 }
    case board.rows * board.columns: index = { $0 * board.columns + $1 }
    case patches.count:
      index = { $0 / patches.rows * patches.across + $1 / patches.columns }
    case patches.count * patches.size:
      index = {
        ($0 / patches.rows * patches.across + $1 / patches.columns) * patches.size
          + $0 % patches.rows * patches.columns + $1 % patches.columns
      }
    default:
      preconditionFailure("an overlay has a weight for each character, cell or patch")
    }
    cells = []
    cells.reserveCapacity(board.rows * board.columns)
    for row in 0..<board.rows {
      for column in 0..<board.columns {
        let weight = weights[index(row, column)]
        let bounded = weight > 0 ? min(1, weight) : 0
        cells.append(UInt8((bounded * Float(Self.levels - 1)).rounded()))
      }
    }
  }

  /// The level of a character.
  func level(row: Int, column: Int) -> Int { Int(cells[row * columns + column]) }

  /// Fills the warm characters, joining neighbours of one level.
  func draw(_ colors: [Color], in layout: BreakoutLayout, onto canvas: Canvas) {
    for row in 0..<cells.count / columns {
      var start = 0
      while start < columns {
        let level = level(row: row, column: start)
        var end = start + 1
        while end < columns, self.level(row: row, column: end) == level { end += 1 }
        if level > 0 {
          canvas.fill(layout.rect(row: row, column: start, count: end - start), colors[level])
        }
        start = end
      }
    }
  }
}

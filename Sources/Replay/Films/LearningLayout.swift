package import Raster

/// Where the parts of a learning film stand: sixteen to nine, as slides are.
package struct LearningLayout: Sendable {
  /// How the picture is divided.
  package enum Arrangement: Sendable {
    /// The board at the left, all that is known at the right.
    case beside(hasMap: Bool)
    /// Two boards at the left, the curve of both at the right.
    case pair
  }

  /// Pixels from left to right; even.
  package let width: Int
  /// Pixels from top to bottom; even.
  package let height: Int
  /// One pixel of a picture that is 1280 wide.
  package let unit: Double
  /// Room for the board.
  package let board: Rect
  /// Room for the Q-table's map; empty without one.
  package let map: Rect
  /// Room for numbers; empty where there is none.
  package let facts: Rect
  /// Room for the curve.
  package let curve: Rect

  /// How many boards share their room from left to right.
  private let boards: Int
  let margin: Double
  let card: Rect
  let titleFont: Font
  let textFont: Font
  let titleLine: Double
  let subtitleLine: Double

  /// The width of films that nobody chose one for.
  package static let usualWidth = 1280

  /// The layout of a picture so wide.
  package init(width asked: Int, _ arrangement: Arrangement) {
    width = max(320, min(asked, 4096)) & ~1
    height = (width * 9 / 16 + 1) & ~1
    let unit = Double(width) / 1280
    self.unit = unit
    func length(_ value: Double) -> Double { (value * unit).rounded() }
    func rect(_ x: Double, _ y: Double, _ width: Double, _ height: Double) -> Rect {
      Rect(x: length(x), y: length(y), width: length(width), height: length(height))
    }
    margin = length(40)
    titleFont = .sans(length(25), .bold)
    textFont = .sans(length(16))
    titleLine = length(58)
    subtitleLine = length(84)
    switch arrangement {
    case .beside(let hasMap):
      // Painters leave a margin of their own, which is taken off here.
      board = rect(20, 96, 616, 606)
      card = rect(40, 116, 576, 566)
      map = hasMap ? rect(654, 98, 420, 352) : rect(654, 98, 0, 0)
      facts = hasMap ? rect(1086, 118, 154, 300) : rect(676, 116, 564, 74)
      curve = hasMap ? rect(664, 446, 596, 262) : rect(664, 206, 596, 496)
      boards = 1
    case .pair:
      board = rect(20, 96, 860, 606)
      card = rect(40, 146, 820, 506)
      map = rect(20, 96, 0, 0)
      facts = map
      curve = rect(876, 138, 384, 536)
      boards = 2
    }
  }

  /// The longer side of a picture that fits a board's room.
  package var boardSize: Int {
    Int(min(board.width / Double(boards) - 8 * unit, board.height)) & ~1
  }

  /// Where a board of some size stands: in the middle of its room.
  func boardPlace(width: Double, height: Double) -> Point {
    Point(
      (board.center.x - width / 2).rounded(.down), (board.center.y - height / 2).rounded(.down))
  }
}

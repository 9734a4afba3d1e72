package import Raster

/// The places of a learning film's parts, in the 16:9 format of slides.
package struct LearningLayout: Sendable {
  /// How the picture is divided.
  package enum Arrangement: Sendable {
    /// The board at the left, everything else at the right.
    case beside(hasMap: Bool)
    /// Two boards side by side, with a given aspect ratio and the numbers of each, and the curve of
    /// both below them.
    case pair(aspect: Double)
  }

  /// Pixels from left to right; even.
  package let width: Int
  /// Pixels from top to bottom; even.
  package let height: Int
  /// One pixel of a picture that is 1280 wide.
  package let unit: Double
  /// The area of all boards.
  package let board: Rect
  /// The area of the Q-table's map; empty without one.
  package let map: Rect
  /// The area of each run's numbers.
  package let facts: [Rect]
  /// The area of the curve.
  package let curve: Rect
  /// The area for cards in place of each board.
  package let cards: [Rect]
  /// The longer side of a picture that fits its area.
  package let boardSize: Int

  /// The distance from the left edge of a board's area to that of the next.
  private let pitch: Double
  let margin: Double
  let titleFont: Font
  let textFont: Font
  let titleLine: Double
  let subtitleLine: Double

  /// The default width of films.
  package static let usualWidth = 1280

  /// The layout of a picture with a given width.
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
      // Painters leave a margin of their own, which is subtracted here.
      board = rect(20, 96, 616, 606)
      cards = [rect(40, 116, 576, 566)]
      map = hasMap ? rect(654, 98, 420, 352) : rect(654, 98, 0, 0)
      facts = [hasMap ? rect(1086, 118, 154, 300) : rect(676, 116, 564, 74)]
      curve = hasMap ? rect(664, 446, 596, 262) : rect(664, 206, 596, 496)
      pitch = 0
      boardSize = Int(min(board.width - 8 * unit, board.height)) & ~1
    case .pair(let aspect):
      // Numbers are beside high boards and below wide ones, which leaves more space for both.
      let isWide = aspect > 1.3
      let room = isWide ? (width: 610.0, height: 330.0) : (width: 450.0, height: 420.0)
      let boardWidth = min(room.width, room.height * aspect)
      let boardHeight = boardWidth / aspect
      let half = 620.0
      let below = 96 + boardHeight + (isWide ? 92 : 0)
      board = rect(20, 96, half + room.width, boardHeight)
      cards = [20, 20 + half].map { left in
        rect(left + 20, 112, room.width - 40, boardHeight - 32)
      }
      facts = [20, 20 + half].map { left in
        isWide
          ? rect(left + 20, 98 + boardHeight, room.width - 30, 86)
          : rect(left + room.width + 4, 112, half - room.width - 12, boardHeight - 32)
      }
      curve = rect(20, below, 1240, 712 - below)
      map = rect(20, 96, 0, 0)
      pitch = length(half)
      boardSize = Int(unit * max(boardWidth, boardHeight)) & ~1
    }
  }

  /// The distance between two boards of a given width.
  package func gap(boardWidth: Double) -> Double { max(0, pitch - boardWidth) }

  /// The place of a picture of all boards: centred in its area.
  func boardPlace(width: Double, height: Double) -> Point {
    Point(
      (board.center.x - width / 2).rounded(.down), (board.center.y - height / 2).rounded(.down))
  }
}

import Raster
import Worlds

/// The places of a game's characters on a picture; each is twice as high as wide.
struct BreakoutLayout: Sendable {
  /// Pixels from left to right; even.
  let width: Int
  /// Pixels from top to bottom; even.
  let height: Int
  /// The area of all characters.
  let board: Rect
  /// The area of the board and its frame.
  let frame: Rect
  /// The width of a character; a whole number unless it is tiny.
  let cell: Double
  /// The area of the title; empty without one.
  let titleArea: Rect
  /// The area of an overlay's scale; its height is 0 without one.
  let scaleArea: Rect
  /// The area of the caption; empty without one.
  let captionArea: Rect

  /// How much wider than a character the frame is on each side.
  private static let edge = 1.0
  /// Characters with fewer pixels than this are not aligned to whole pixels.
  private static let leastWhole = 4.0

  init(_ game: BreakoutBoard, options: PictureOptions, hasScale: Bool = false) {
    let layout = BreakoutLayout(game, options, hasScale, titleWidth: Double(options.evenSize))
    let area = layout.titleArea
    let isHigher = options.titleHeight(width: area.width) > area.height
    self = isHigher ? BreakoutLayout(game, options, hasScale, titleWidth: area.width) : layout
  }

  private init(
    _ game: BreakoutBoard, _ options: PictureOptions, _ hasScale: Bool, titleWidth: Double
  ) {
    let size = options.evenSize
    let side = Double(size)
    let margin = max(6, (side / 30).rounded())
    let titleHeight = options.titleHeight(width: titleWidth)
    let scaleHeight = hasScale ? max(15, (side / 34).rounded()) : 0
    let gap = options.showsCaption ? max(6, (side / 42).rounded()) : 0
    let captionHeight = options.showsCaption ? CaptionStrip.height(size: size) : 0
    let bottom = options.showsCaption ? (margin * 0.75).rounded() : margin
    let extra = margin + titleHeight + scaleHeight + gap + captionHeight + bottom
    let (columns, rows) = (Double(game.columns), Double(game.rows))
    let room = (
      width: (side - 2 * margin) / (columns + 2 * Self.edge),
      height: max(8, side - extra) / (2 * rows + 2 * Self.edge)
    )
    let ideal = min(room.width, room.height)
    cell = ideal >= Self.leastWhole ? ideal.rounded(.down) : ideal
    let edge = (cell * Self.edge).rounded()
    let boardSize = (width: (cell * columns).rounded(), height: (2 * cell * rows).rounded())
    let frameSize = (width: boardSize.width + 2 * edge, height: boardSize.height + 2 * edge)
    let isTall = room.height < room.width
    let needed = options.showsCaption || !options.title.isEmpty ? side * 0.7 : 0
    width = isTall ? Int(even: max(frameSize.width + 2 * margin, needed)) : size
    height = isTall ? size : Int(even: frameSize.height + extra)
    let left = ((Double(width) - frameSize.width) / 2).rounded(.down)
    let spare = Double(height) - extra - frameSize.height
    let top = (margin + titleHeight + scaleHeight + spare / 2).rounded(.down)
    frame = Rect(x: left, y: top, width: frameSize.width, height: frameSize.height)
    board = frame.inset(by: edge)
    let wordsLeft = frameSize.width >= needed - 2 * margin ? left : margin
    let wordsWidth = Double(width) - 2 * wordsLeft
    titleArea = Rect(x: wordsLeft, y: margin, width: wordsWidth, height: titleHeight)
    scaleArea = Rect(
      x: wordsLeft, y: frame.top - scaleHeight, width: wordsWidth, height: scaleHeight)
    captionArea = Rect(
      x: wordsLeft, y: frame.bottom + (spare / 2).rounded(.down) + gap, width: wordsWidth,
      height: captionHeight)
  }

  /// The pixels of some characters in a row, aligned to whole pixels.
  func rect(row: Int, column: Int, count: Int = 1) -> Rect {
    Rect(
      x: board.left + Double(column) * cell, y: board.top + Double(row) * 2 * cell,
      width: Double(count) * cell, height: 2 * cell
    ).aligned
  }

  /// The middle of a character.
  func center(row: Int, column: Int) -> Point {
    Point(
      board.left + (Double(column) + 0.5) * cell, board.top + (Double(row) + 0.5) * 2 * cell)
  }
}

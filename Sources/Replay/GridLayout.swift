import Raster

/// The places of a grid's cells on a picture, on whole pixels, with space for title and caption.
struct GridLayout: Sendable {
  /// Pixels from left to right; even.
  let width: Int
  /// Pixels from top to bottom; even.
  let height: Int
  /// The area of all cells.
  let board: Rect
  /// The nominal side of a cell; below one pixel on enormous maps.
  let cell: Double
  /// The space around everything.
  let margin: Double
  /// The area of the title; empty without one.
  let titleArea: Rect
  /// The area of the caption; empty without one.
  let captionArea: Rect

  private let columnEdges: [Double]
  private let rowEdges: [Double]

  /// The layout of a grid on a picture with a given longer side. Cells are whole pixels
  /// if these use more than some share of the space.
  init(rows: Int, columns: Int, options: PictureOptions, wholeAbove share: Double = 0.92) {
    func layout(titleWidth: Double) -> GridLayout {
      GridLayout(rows, columns, options, wholeAbove: share, titleWidth: titleWidth)
    }
    var best = layout(titleWidth: Double(options.evenSize))
    // The width of the text follows from the height of the title.
    for _ in 0..<3 where options.titleHeight(width: best.titleArea.width) > best.titleArea.height {
      best = layout(titleWidth: best.titleArea.width)
    }
    self = best
  }

  private init(
    _ rows: Int, _ columns: Int, _ options: PictureOptions, wholeAbove share: Double,
    titleWidth: Double
  ) {
    let size = options.evenSize
    let side = Double(size)
    margin = max(6, (side / 30).rounded())
    let titleHeight = options.titleHeight(width: titleWidth)
    let gap = options.showsCaption ? max(6, (side / 42).rounded()) : 0
    let captionHeight = options.showsCaption ? CaptionStrip.height(size: size) : 0
    // A caption's last line needs a smaller margin below it than a board.
    let bottom = options.showsCaption ? (margin * 0.75).rounded() : margin
    let extra = margin + titleHeight + gap + captionHeight + bottom
    let room = (width: side - 2 * margin, height: max(8, side - extra))

    let ideal = min(room.width / Double(columns), room.height / Double(rows))
    let whole = ideal.rounded(.down)
    // Cells of one whole size if that wastes little; else edges on the nearest whole pixels.
    cell = whole >= 1 && whole / ideal > share ? whole : ideal
    let boardWidth = max(1, (cell * Double(columns)).rounded())
    let boardHeight = max(1, (cell * Double(rows)).rounded())
    let isTall = room.height / Double(rows) < room.width / Double(columns)
    let needed = options.showsCaption || !options.title.isEmpty ? side * 0.7 : 0
    width = isTall ? Int(even: max(boardWidth + 2 * margin, needed)) : size
    height = isTall ? size : Int(even: boardHeight + extra)

    let left = ((Double(width) - boardWidth) / 2).rounded(.down)
    let spare = Double(height) - extra - boardHeight
    let top = (margin + titleHeight + spare / 2).rounded(.down)
    board = Rect(x: left, y: top, width: boardWidth, height: boardHeight)
    let cell = cell
    columnEdges = (0...columns).map { left + (Double($0) * cell).rounded() }
    rowEdges = (0...rows).map { top + (Double($0) * cell).rounded() }
    // Text is aligned with the board, unless that is too narrow.
    let wordsLeft = boardWidth >= needed - 2 * margin ? left : margin
    let wordsWidth = Double(width) - 2 * wordsLeft
    titleArea = Rect(x: wordsLeft, y: margin, width: wordsWidth, height: titleHeight)
    captionArea = Rect(
      x: wordsLeft, y: board.bottom + (spare / 2).rounded(.down) + gap, width: wordsWidth,
      height: captionHeight)
  }

  /// The pixels of a cell.
  func rect(row: Int, column: Int) -> Rect {
    Rect(
      x: columnEdges[column], y: rowEdges[row],
      width: columnEdges[column + 1] - columnEdges[column],
      height: rowEdges[row + 1] - rowEdges[row])
  }

  /// The middle of a cell.
  func center(row: Int, column: Int) -> Point { rect(row: row, column: column).center }

  /// The place of a pixel, in cells from the left and from the top.
  func place(at point: Point) -> SIMD2<Double> {
    SIMD2((point.x - board.left) / cell, (point.y - board.top) / cell)
  }
}

extension Int {
  /// The lowest even number that is not below a length.
  init(even length: Double) { self = (Int(length.rounded(.up)) + 1) & ~1 }
}

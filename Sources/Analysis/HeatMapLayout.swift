import Raster

/// The places of a heat map's parts, with cells on whole pixels.
struct HeatMapLayout: Sendable {
  /// The typefaces of a picture.
  struct Fonts: Sendable {
    let title: Font
    let text: Font
    let tick: Font
  }

  /// Pixels from left to right; even.
  let width: Int
  /// Pixels from top to bottom; even.
  let height: Int
  /// The area of all cells.
  let board: Rect
  /// The nominal side of a cell.
  let cell: Double
  /// The colour bar.
  let bar: Rect
  /// The places of title and subtitle.
  let words: Rect
  /// The title in lines, and their distance.
  let title: [String]
  let titleLeading: Double
  let titleLine: Double
  /// The lines reserved for a subtitle, and their distance.
  let subtitleRows: Int
  let subtitleLeading: Double
  let subtitleLine: Double
  let legendLine: Double
  let fonts: Fonts

  private let rowEdges: [Double]
  private let columnEdges: [Double]

  /// Below this side, cells are plain pixels.
  static let leastDetailed = 3.0
  /// The allowed sides of pictures.
  static let sizes = 160...8192

  /// The layout of maps below a title and such a subtitle, in the given number of lines.
  private init(
    rows: Int, columns: Int, title: [String], subtitleRows: Int, isFine: Bool, size: Int?,
    lettering: Double
  ) {
    self.title = title
    self.subtitleRows = subtitleRows
    let most = Double(max(rows, columns))
    // Without a requested size: big cells on small maps, bigger ones if they contain much, and at least
    // one pixel per cell on large maps.
    let wanted = max(384, min(isFine ? 760 : 576, most * 96), most)
    let side =
      size.map { Double(max(Self.sizes.lowerBound, min($0, Self.sizes.upperBound)) & ~1) }
    let unit = lettering * max(0.75, min(2.5, (side ?? wanted + 120) / 640))
    fonts = Fonts(
      title: .sans((17 * unit).rounded(), .bold), text: .sans(max(9.5, 12 * unit)),
      tick: .sans(max(9, 11 * unit)))
    titleLeading = (fonts.title.size * 1.25).rounded()
    subtitleLeading = (fonts.text.size * 1.3).rounded()
    let margin = (22 * unit).rounded()
    let barRoom = (fonts.tick.size * 7.2).rounded()
    let head =
      margin + titleLeading * Double(title.count) + (fonts.text.size * 2.1).rounded()
      + subtitleLeading * Double(subtitleRows - 1)
    let foot = (fonts.tick.size * 1.9).rounded() + (margin * 0.75).rounded()
    let room =
      side.map { (width: max(40, $0 - 2 * margin - barRoom), height: max(40, $0 - head - foot)) }
      ?? (width: wanted, height: wanted)

    let ideal = min(room.width / Double(columns), room.height / Double(rows))
    let whole = ideal.rounded(.down)
    cell = whole >= 1 && whole / ideal > 0.92 ? whole : ideal
    let boardWidth = max(1, (cell * Double(columns)).rounded())
    let boardHeight = max(1, (cell * Double(rows)).rounded())
    // A colour bar needs some height to be legible, and text some width.
    let inner = max(boardHeight, 110 * unit).rounded()
    let innerWidth = max(boardWidth, 240 * unit - barRoom).rounded()
    width = Self.even(innerWidth + 2 * margin + barRoom)
    height = Self.even(inner + head + foot)
    let left = margin + ((innerWidth - boardWidth) / 2).rounded(.down)
    let top = head + ((inner - boardHeight) / 2).rounded(.down)
    board = Rect(x: left, y: top, width: boardWidth, height: boardHeight)
    let cell = cell
    rowEdges = (0...rows).map { top + (Double($0) * cell).rounded() }
    columnEdges = (0...columns).map { left + (Double($0) * cell).rounded() }

    let barTop = head + (fonts.tick.size * 1.6).rounded()
    bar = Rect(
      x: left + boardWidth + (fonts.tick.size * 1.6).rounded(), y: barTop,
      width: (fonts.tick.size * 1.2).rounded(), height: (head + inner - barTop).rounded())
    words = Rect(x: margin, y: margin, width: Double(width) - 2 * margin, height: head - margin)
    titleLine = margin + (fonts.title.size * 0.75).rounded()
    let lastTitle = titleLine + titleLeading * Double(title.count - 1)
    subtitleLine =
      (title.isEmpty ? margin + fonts.text.size * 0.75 : lastTitle + fonts.text.size * 1.6)
      .rounded()
    legendLine = (head + inner + fonts.tick.size * 1.75).rounded()
  }

  /// The layout of maps below a title and subtitles of about this length, both in as many lines as they need.
  init(
    rows: Int, columns: Int, title: String, subtitle: String, isFine: Bool, size: Int?,
    lettering: Double = 1
  ) {
    func layout(_ title: [String], _ rowsOfSubtitle: Int) -> HeatMapLayout {
      HeatMapLayout(
        rows: rows, columns: columns, title: title, subtitleRows: rowsOfSubtitle, isFine: isFine,
        size: size, lettering: lettering)
    }
    var best = layout(title.isEmpty ? [] : [title], 1)
    // More lines leave less space for the cells, and narrower cells less space for the lines.
    for _ in 0..<3 {
      let lines = best.fonts.title.lines(of: title, width: best.words.width)
      let rows = max(1, best.fonts.text.lines(of: subtitle, width: best.words.width).count)
      if lines == best.title, rows == best.subtitleRows { break }
      best = layout(lines, rows)
    }
    self = best
  }

  /// Only the cells, each `side` pixels wide, without text and colour bar; they begin on a
  /// whole pixel.
  init(rows: Int, columns: Int, side: Int, at origin: Point = Point(0, 0)) {
    cell = Double(side)
    (width, height) = (columns * side, rows * side)
    board = Rect(x: origin.x, y: origin.y, width: Double(width), height: Double(height))
    rowEdges = (0...rows).map { origin.y + Double($0 * side) }
    columnEdges = (0...columns).map { origin.x + Double($0 * side) }
    fonts = Fonts(title: .sans(12), text: .sans(12), tick: .sans(12))
    (bar, words) = (Rect(x: 0, y: 0, width: 0, height: 0), Rect(x: 0, y: 0, width: 0, height: 0))
    (title, titleLeading, titleLine) = ([], 0, 0)
    (subtitleRows, subtitleLeading, subtitleLine, legendLine) = (1, 0, 0, 0)
  }

  /// The pixels of a cell.
  func rect(row: Int, column: Int) -> Rect {
    Rect(
      x: columnEdges[column], y: rowEdges[row],
      width: columnEdges[column + 1] - columnEdges[column],
      height: rowEdges[row + 1] - rowEdges[row])
  }

  private static func even(_ length: Double) -> Int { (Int(length.rounded(.up)) + 1) & ~1 }
}

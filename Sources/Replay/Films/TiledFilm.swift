package import Raster

/// Several films on one picture and one clock: those that end first wait for the others.
package struct TiledFilm: FrameSource {
  /// One of the films.
  package struct Tile {
    /// Its film.
    package var source: any FrameSource
    /// Its label; empty for none.
    package var label: String
    /// The colour of a dot before the label; nil for none.
    package var color: Color?

    /// A film with a label.
    package init(_ source: any FrameSource, label: String = "", color: Color? = nil) {
      self.source = source
      self.label = label
      self.color = color
    }
  }

  private var tiles: [Tile]
  /// The last frame of each film, so that a waiting one is not drawn again.
  private var drawn: [(frame: Int?, canvas: Canvas)]
  private let layout: TileLayout
  private let theme: Theme
  /// The length of each chapter: that of the longest film.
  package let chapters: [Range<Int>]

  /// Films in rows, with the usual or a given distance.
  package init(
    _ tiles: [Tile], columns: Int, title: String = "", gap: Double? = nil, theme: Theme
  ) throws(CanvasError) {
    precondition(!tiles.isEmpty && columns > 0, "there is something to show")
    self.tiles = tiles
    self.theme = theme
    layout = TileLayout(
      tiles.map { ($0.source.width, $0.source.height) }, columns: columns,
      hasLabels: tiles.contains { !$0.label.isEmpty }, title: title, gap: gap)
    drawn = try tiles.map { tile throws(CanvasError) in
      (nil, try Canvas(width: tile.source.width, height: tile.source.height))
    }
    let lengths = tiles.map { $0.source.chapters.map(\.count) }
    var count = 0
    chapters = (0..<(lengths.map(\.count).max() ?? 0)).map { chapter in
      let start = count
      count += lengths.map { chapter < $0.count ? $0[chapter] : 0 }.max() ?? 0
      return start..<count
    }
  }

  /// How many frames there are.
  package var frameCount: Int { chapters.last?.upperBound ?? 0 }
  /// Pixels from left to right.
  package var width: Int { layout.width }
  /// Pixels from top to bottom.
  package var height: Int { layout.height }
  /// The films' colours.
  package var declaredColors: [Color] {
    (tiles.first?.source.declaredColors ?? []) + tiles.compactMap(\.color)
      + [theme.background, theme.text, theme.mutedText]
  }

  /// The longest hold of the films at the end of a chapter; before that there is none.
  package func hold(after frame: Int) -> Int {
    guard chapters[chapters.place(of: frame)].upperBound == frame + 1 else { return 0 }
    return tiles.map { $0.source.hold(after: Self.place($0.source, frame, chapters)) }.max() ?? 0
  }

  /// Draws all films at a time.
  package mutating func draw(_ frame: Int, onto canvas: Canvas) throws {
    canvas.clear(theme.background)
    canvas.text(
      layout.title, at: layout.titlePlace, layout.titleFont, theme.text,
      leading: layout.titleLeading)
    for index in tiles.indices {
      let inner = Self.place(tiles[index].source, frame, chapters)
      if drawn[index].frame != inner {
        // Cleared first, so that a half-drawn picture is not reused after a failure.
        drawn[index].frame = nil
        try tiles[index].source.draw(inner, onto: drawn[index].canvas)
        drawn[index].frame = inner
      }
      let picture = drawn[index].canvas
      let place = layout.place(of: index, width: picture.width, height: picture.height)
      let all = Rect(x: 0, y: 0, width: Double(picture.width), height: Double(picture.height))
      canvas.copy(picture, all, to: place)
      drawLabel(of: tiles[index], above: place, width: Double(picture.width), onto: canvas)
    }
  }

  private func drawLabel(of tile: Tile, above place: Point, width: Double, onto canvas: Canvas) {
    var font = layout.labelFont
    let inset = layout.inset(tileWidth: width)
    var x = place.x + inset
    let y = place.y - (font.size * 0.1).rounded()
    if let color = tile.color {
      let radius = font.size * 0.36
      canvas.fill(.circle(Point(x + radius, y - font.size * 0.365), radius: radius), color)
      x += font.size * 1.15
    }
    let room = place.x + width - inset - x
    // A name that is slightly too long is shrunk rather than cut.
    font.size *= min(1, max(0.7, room / max(1, canvas.measure(tile.label, font).width)))
    canvas.text(
      canvas.ellipsized(tile.label, font, width: room), at: Point(x, y), font, theme.text)
  }

  /// The frame of a film at a time: its last one if it is over.
  private static func place(
    _ source: any FrameSource, _ frame: Int, _ chapters: [Range<Int>]
  ) -> Int {
    let chapter = chapters.place(of: frame)
    let own = source.chapters
    guard chapter < own.count else { return max(0, source.frameCount - 1) }
    return own[chapter].lowerBound
      + min(frame - chapters[chapter].lowerBound, own[chapter].count - 1)
  }
}

/// The places of tiles with similar sizes.
struct TileLayout {
  let width: Int
  let height: Int
  let margin: Double
  let title: [String]
  let titleFont: Font
  let titleLeading: Double
  let labelFont: Font
  private let columns: Int
  private let tileWidth: Double
  private let tileHeight: Double
  private let gap: Double
  private let labelHeight: Double
  private let titleHeight: Double

  init(
    _ sizes: [(width: Int, height: Int)], columns: Int, hasLabels: Bool, title: String,
    gap: Double?
  ) {
    self.columns = min(columns, sizes.count)
    let rows = (sizes.count + columns - 1) / columns
    tileWidth = Double(sizes.map(\.width).max() ?? 0)
    tileHeight = Double(sizes.map(\.height).max() ?? 0)
    let whole = max(tileWidth * Double(self.columns), tileHeight * Double(rows))
    margin = max(6, (whole / 40).rounded())
    self.gap = gap ?? max(2, (tileWidth / 40).rounded())
    titleFont = .sans(max(12, (whole / 32).rounded()), .bold)
    labelFont = .sans(max(9, min(20, (tileWidth / 22).rounded())))
    labelHeight = hasLabels ? (labelFont.size * 1.35).rounded() : 0
    titleLeading = titleFont.size * 1.3
    width = Int(
      even: tileWidth * Double(self.columns) + self.gap * Double(self.columns - 1) + margin)
    let lines = titleFont.lines(of: title, width: Double(width) - 2 * margin)
    self.title = lines
    titleHeight =
      lines.isEmpty ? 0 : (titleFont.size * 0.4 + titleLeading * Double(lines.count)).rounded()
    height = Int(
      even:
        titleHeight + (tileHeight + labelHeight) * Double(rows) + self.gap * Double(rows - 1)
        + margin)
  }

  /// Where the title begins.
  var titlePlace: Point {
    Point(
      inset(tileWidth: tileWidth) + (margin / 2).rounded(), (margin / 2 + titleFont.size).rounded())
  }

  /// Where a tile's picture begins.
  func place(of index: Int, width: Int, height: Int) -> Point {
    let column = Double(index % columns)
    let row = Double(index / columns)
    let left = (margin / 2).rounded() + column * (tileWidth + gap)
    let top =
      (margin / 2).rounded() + titleHeight + labelHeight + row * (tileHeight + labelHeight + gap)
    return Point(
      left + ((tileWidth - Double(width)) / 2).rounded(.down),
      top + ((tileHeight - Double(height)) / 2).rounded(.down))
  }

  /// The margin around a picture's content, as painters draw it.
  func inset(tileWidth: Double) -> Double { max(6, (tileWidth / 30).rounded()) }
}

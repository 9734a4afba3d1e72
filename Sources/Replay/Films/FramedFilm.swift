package import Raster

/// A film with a line of words above it and one below.
package struct FramedFilm: FrameSource {
  private var source: any FrameSource
  private let title: String
  private let caption: String
  private let theme: Theme
  private let titleFont: Font
  private let captionFont: Font
  private let margin: Double
  private let titleHeight: Int
  private let captionHeight: Int
  private let inner: Canvas

  /// A film with words around it; empty ones take no room.
  package init(
    _ source: any FrameSource, title: String = "", caption: String = "", theme: Theme
  ) throws(CanvasError) {
    let size = Double(max(source.width, source.height))
    self.source = source
    self.title = title
    self.caption = caption
    self.theme = theme
    titleFont = .sans(max(11, (size / 30).rounded()), .bold)
    captionFont = .sans(max(10, (size / 36).rounded()))
    margin = max(6, (size / 30).rounded())
    titleHeight = title.isEmpty ? 0 : Int(margin + (titleFont.size * 1.25).rounded()) & ~1
    captionHeight = caption.isEmpty ? 0 : Int((captionFont.size * 1.2).rounded() + margin) & ~1
    inner = try Canvas(width: source.width, height: source.height)
  }

  /// How many frames there are.
  package var frameCount: Int { source.frameCount }
  /// The film's own.
  package var chapters: [Range<Int>] { source.chapters }
  /// Pixels from left to right.
  package var width: Int { source.width }
  /// Pixels from top to bottom.
  package var height: Int { titleHeight + source.height + captionHeight }
  /// The film's colours and those of the words.
  package var declaredColors: [Color] {
    source.declaredColors + [theme.background, theme.text, theme.mutedText]
  }

  /// How much longer than usual a frame stays.
  package func hold(after frame: Int) -> Int { source.hold(after: frame) }

  /// Draws a frame and the words around it.
  package mutating func draw(_ frame: Int, onto canvas: Canvas) throws {
    inner.hasCoarseEdges = canvas.hasCoarseEdges
    try source.draw(frame, onto: inner)
    canvas.clear(theme.background)
    let whole = Rect(x: 0, y: 0, width: Double(inner.width), height: Double(inner.height))
    canvas.copy(inner, whole, to: Point(0, Double(titleHeight)))
    let room = Double(width) - 2 * margin
    let below = Double(titleHeight + inner.height)
    canvas.text(
      canvas.ellipsized(title, titleFont, width: room),
      at: Point(margin, margin + (titleFont.size * 0.75).rounded()), titleFont, theme.text)
    canvas.text(
      canvas.ellipsized(caption, captionFont, width: room),
      at: Point(margin, below + (captionFont.size * 0.9).rounded()), captionFont, theme.mutedText)
  }
}

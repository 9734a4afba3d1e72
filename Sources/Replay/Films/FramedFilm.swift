package import Raster

/// A film with a title above it, and a caption below it that takes as many lines as it needs.
package struct FramedFilm: FrameSource {
  private var source: any FrameSource
  /// The lines of each chapter's caption; a single one applies to all chapters.
  private let captions: [[String]]
  private let theme: Theme
  private let titleFont: Font
  private let captionFont: Font
  private let margin: Double
  private let lineHeight: Double
  private let titleLines: [String]
  private let titleHeight: Int
  private let captionHeight: Int
  private let inner: Canvas

  /// A film with text around it; empty text takes no space.
  package init(
    _ source: any FrameSource, title: String = "", caption: String = "", theme: Theme
  ) throws(CanvasError) {
    try self.init(source, title: title, captions: [caption], theme: theme)
  }

  /// A film whose chapters have captions of their own; the longest of them determines the space.
  package init(
    _ source: any FrameSource, title: String = "", captions: [String], theme: Theme
  ) throws(CanvasError) {
    precondition(
      captions.count == 1 || captions.count == source.chapters.count, "a caption for each chapter")
    let size = Double(max(source.width, source.height))
    self.source = source
    self.theme = theme
    titleFont = .sans(max(11, (size / 30).rounded()), .bold)
    captionFont = .sans(max(10, (size / 36).rounded()))
    margin = max(6, (size / 30).rounded())
    let inner = try Canvas(width: source.width, height: source.height)
    let (font, room) = (captionFont, Double(source.width) - 2 * margin)
    titleLines = inner.lines(of: title, titleFont, width: room)
    titleHeight =
      titleLines.isEmpty
      ? 0 : Int(margin + (titleFont.size * 1.25 * Double(titleLines.count)).rounded()) & ~1
    self.captions = captions.map { inner.lines(of: $0, font, width: room) }
    lineHeight = (captionFont.size * 1.2).rounded()
    let lines = self.captions.map(\.count).max() ?? 0
    captionHeight = lines == 0 ? 0 : Int(lineHeight * Double(lines) + margin) & ~1
    self.inner = inner
  }

  /// How many frames there are.
  package var frameCount: Int { source.frameCount }
  /// The size of the inner film.
  package var chapters: [Range<Int>] { source.chapters }
  /// Pixels from left to right.
  package var width: Int { source.width }
  /// Pixels from top to bottom.
  package var height: Int { titleHeight + source.height + captionHeight }
  /// The film's colours and those of the text.
  package var declaredColors: [Color] {
    source.declaredColors + [theme.background, theme.text, theme.mutedText]
  }

  /// How much longer than usual a frame stays.
  package func hold(after frame: Int) -> Int { source.hold(after: frame) }

  /// Draws a frame and the text around it.
  package mutating func draw(_ frame: Int, onto canvas: Canvas) throws {
    try source.draw(frame, onto: inner)
    canvas.clear(theme.background)
    let whole = Rect(x: 0, y: 0, width: Double(inner.width), height: Double(inner.height))
    canvas.copy(inner, whole, to: Point(0, Double(titleHeight)))
    let below = Double(titleHeight + inner.height)
    canvas.text(
      titleLines, at: Point(margin, margin + (titleFont.size * 0.75).rounded()), titleFont,
      theme.text, leading: titleFont.size * 1.25)
    let caption = captions.count == 1 ? captions[0] : captions[source.chapters.place(of: frame)]
    canvas.text(
      caption, at: Point(margin, below + (captionFont.size * 0.9).rounded()), captionFont,
      theme.mutedText, leading: lineHeight)
  }
}

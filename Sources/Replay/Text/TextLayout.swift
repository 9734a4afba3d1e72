import Raster

/// The places of the parts of a picture of a growing text.
struct TextLayout: Sendable {
  let width: Int
  let height: Int
  let titleArea: Rect
  /// The text itself.
  let page: Rect
  /// The likeliest tokens; nil if unknown.
  let bars: Rect?
  /// What the model attended to.
  let strip: Rect?
  let captionArea: Rect
  let letters: Font
  let labels: Font

  init(options: PictureOptions, hasInsight: Bool) {
    let size = Double(options.evenSize)
    let isCompact = size < 320
    width = Int(size)
    height = Int(size * 0.625) & ~1
    letters = .mono(max(8, (size / 48).rounded()))
    labels = .sans(max(8, (size / 56).rounded()))
    let margin = (size * 0.032).rounded()
    let wide = size - 2 * margin
    let title = options.titleHeight(width: wide)
    let caption = options.showsCaption ? FactStrip.height(size: options.evenSize) : 0
    titleArea = Rect(x: margin, y: margin, width: wide, height: title)
    captionArea = Rect(
      x: margin, y: Double(height) - margin * 0.5 - caption, width: wide, height: caption)
    let top = margin + title
    let bottom = captionArea.top - margin * (caption > 0 ? 0.6 : 0)
    guard hasInsight, !isCompact else {
      page = Rect(x: margin, y: top, width: wide, height: bottom - top)
      (bars, strip) = (nil, nil)
      return
    }
    let stripHeight = (letters.size * 1.9 + labels.size * 1.7).rounded()
    let middle = bottom - stripHeight - margin * 0.7
    let column = (wide * 0.33).rounded()
    page = Rect(x: margin, y: top, width: wide - column - margin, height: middle - top)
    bars = Rect(x: page.right + margin, y: top, width: column, height: middle - top)
    strip = Rect(x: margin, y: bottom - stripHeight, width: wide, height: stripHeight)
  }
}

import Raster

extension PictureOptions {
  /// The font of the line above a picture.
  var titleFont: Font { .sans(max(11, (Double(evenSize) / 30).rounded()), .bold) }

  private var titleLeading: Double { titleFont.size * 1.3 }

  /// The space above a picture for its title, in as many lines as it needs; none without a title.
  func titleHeight(width: Double) -> Double {
    let lines = title.isEmpty ? 0 : titleFont.lines(of: title, width: width).count
    return lines == 0 ? 0 : (titleFont.size * 0.6 + titleLeading * Double(lines)).rounded()
  }

  /// Writes the title, if there is one.
  func drawTitle(in area: Rect, onto canvas: Canvas) {
    let most = max(1, Int((area.height - titleFont.size * 0.5) / titleLeading))
    canvas.text(
      canvas.lines(of: title, titleFont, width: area.width, most: most), at: area.origin, titleFont,
      theme.text, anchor: .top, leading: titleLeading)
  }
}

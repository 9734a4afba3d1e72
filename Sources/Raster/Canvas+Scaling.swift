import CCairo

extension Canvas {
  /// The most pixels in the temporary picture of an enlargement.
  private static let greatestEnlargement = 1 << 24

  /// Draws another canvas over this one, scaled to fill a rectangle of whole pixels. Enlarged by a
  /// whole number, its pixels become squares of one colour; by any other factor, they also have
  /// soft edges; reduced, they are averaged.
  package func drawPixels(of other: Canvas, in rect: Rect) {
    let rect = rect.aligned
    guard rect.width >= 1, rect.height >= 1 else { return }
    let (across, down) = (rect.width / Double(other.width), rect.height / Double(other.height))
    if across >= 1, down >= 1, across == across.rounded(), down == down.rounded() {
      return draw(other, in: rect, CAIRO_FILTER_NEAREST)
    }
    let (columns, rows) = (Int(across.rounded(.up)), Int(down.rounded(.up)))
    let (width, height) = (columns * other.width, rows * other.height)
    // Enlarged slightly too much first, so that the final scaling only softens the edges of its
    // pixels.
    if max(across, down) > 1, width * height <= Self.greatestEnlargement,
      let large = try? Canvas(
        width: width, height: height, background: Color(red: 0, green: 0, blue: 0, alpha: 0))
    {
      large.draw(
        other, in: Rect(x: 0, y: 0, width: Double(width), height: Double(height)),
        CAIRO_FILTER_NEAREST)
      return draw(large, in: rect, CAIRO_FILTER_GOOD)
    }
    draw(other, in: rect, CAIRO_FILTER_GOOD)
  }

  private func draw(_ other: Canvas, in rect: Rect, _ filter: cairo_filter_t) {
    isolated {
      clip(to: .rect(rect))
      translate(rect.x, rect.y)
      scale(rect.width / Double(other.width), rect.height / Double(other.height))
      unsafe cairo_surface_flush(other.surface)
      unsafe cairo_set_source_surface(context, other.surface, 0, 0)
      unsafe cairo_pattern_set_filter(cairo_get_source(context), filter)
      // Beyond its edge a picture is transparent, which would shine through.
      unsafe cairo_pattern_set_extend(cairo_get_source(context), CAIRO_EXTEND_PAD)
      unsafe cairo_paint(context)
    }
  }
}

import CCairo

extension Canvas {
  /// Fills the whole canvas with one colour.
  package func clear(_ color: Color) {
    unsafe cairo_save(context)
    unsafe cairo_reset_clip(context)
    unsafe cairo_identity_matrix(context)
    unsafe cairo_set_operator(context, CAIRO_OPERATOR_SOURCE)
    use(color)
    unsafe cairo_paint(context)
    unsafe cairo_restore(context)
  }

  /// Fills a shape with a colour.
  package func fill(_ shape: Shape, _ color: Color) {
    cover(color, extents: { fillExtents(shape) }) {
      trace(shape)
      unsafe cairo_fill(context)
    }
  }

  /// Fills a rectangle with a colour.
  package func fill(_ rect: Rect, _ color: Color) { fill(.rect(rect), color) }

  /// Fills a shape with a gradient.
  package func fill(_ shape: Shape, _ gradient: Gradient) {
    let pattern = unsafe cairo_pattern_create_linear(
      gradient.start.x, gradient.start.y, gradient.end.x, gradient.end.y)
    defer { unsafe cairo_pattern_destroy(pattern) }
    let last = Double(max(1, gradient.colors.count - 1))
    for (index, color) in gradient.colors.enumerated() {
      unsafe cairo_pattern_add_color_stop_rgba(
        pattern, Double(index) / last, Double(color.red) / 255, Double(color.green) / 255,
        Double(color.blue) / 255, Double(color.alpha) / 255)
    }
    unsafe cairo_set_source(context, pattern)
    trace(shape)
    unsafe cairo_fill(context)
  }

  /// Draws a shape's outline.
  package func stroke(_ shape: Shape, _ color: Color, _ stroke: Stroke = Stroke()) {
    prepare(stroke)
    cover(color, extents: { strokeExtents(shape) }) {
      trace(shape)
      unsafe cairo_stroke(context)
    }
  }

  private func prepare(_ stroke: Stroke) {
    unsafe cairo_set_line_width(context, stroke.width)
    unsafe cairo_set_line_cap(context, stroke.cap.cairo)
    unsafe cairo_set_line_join(context, stroke.join.cairo)
    if stroke.dashes.isEmpty {
      unsafe cairo_set_dash(context, nil, 0, 0)
    } else {
      unsafe stroke.dashes.withUnsafeBufferPointer {
        unsafe cairo_set_dash(context, $0.baseAddress, Int32($0.count), 0)
      }
    }
  }

  private func fillExtents(_ shape: Shape) -> Rect {
    trace(shape)
    var (left, top, right, bottom) = (0.0, 0.0, 0.0, 0.0)
    unsafe cairo_fill_extents(context, &left, &top, &right, &bottom)
    return Rect(x: left, y: top, width: right - left, height: bottom - top)
  }

  private func strokeExtents(_ shape: Shape) -> Rect {
    trace(shape)
    var (left, top, right, bottom) = (0.0, 0.0, 0.0, 0.0)
    unsafe cairo_stroke_extents(context, &left, &top, &right, &bottom)
    return Rect(x: left, y: top, width: right - left, height: bottom - top)
  }

  /// Draws a shape's outline with a thickness of `width` pixels.
  package func stroke(_ shape: Shape, _ color: Color, width: Double) {
    stroke(shape, color, Stroke(width: width))
  }

  /// Runs a drawing whose clips and transforms end with it.
  package func isolated<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    unsafe cairo_save(context)
    defer { unsafe cairo_restore(context) }
    return try body()
  }

  /// Draws only inside a shape from now on; end it with `isolated`.
  package func clip(to shape: Shape) {
    trace(shape)
    unsafe cairo_clip(context)
  }

  /// Moves the origin from now on.
  package func translate(_ dx: Double, _ dy: Double) { unsafe cairo_translate(context, dx, dy) }

  /// Scales what is drawn from now on.
  package func scale(_ x: Double, _ y: Double) { unsafe cairo_scale(context, x, y) }

  /// Rotates what is drawn from now on clockwise around the origin, in radians.
  package func rotate(_ angle: Double) { unsafe cairo_rotate(context, angle) }

  func use(_ color: Color) {
    unsafe cairo_set_source_rgba(
      context, Double(color.red) / 255, Double(color.green) / 255, Double(color.blue) / 255,
      Double(color.alpha) / 255)
  }

  private func trace(_ shape: Shape) {
    unsafe cairo_new_path(context)
    unsafe cairo_set_fill_rule(context, CAIRO_FILL_RULE_WINDING)
    switch shape {
    case .rect(let rect):
      unsafe cairo_rectangle(context, rect.x, rect.y, rect.width, rect.height)
    case .rounded(let rect, let radius): trace(rounded: rect, radius: radius)
    case .circle(let center, let radius):
      unsafe cairo_arc(context, center.x, center.y, max(0, radius), 0, 2 * .pi)
      unsafe cairo_close_path(context)
    case .ellipse(let rect): trace(ellipse: rect)
    case .arc(let center, let radius, let start, let end):
      unsafe cairo_arc(context, center.x, center.y, max(0, radius), start, end)
    case .slice(let center, let radius, let start, let end):
      unsafe cairo_move_to(context, center.x, center.y)
      unsafe cairo_arc(context, center.x, center.y, max(0, radius), start, end)
      unsafe cairo_close_path(context)
    case .line(let start, let end):
      unsafe cairo_move_to(context, start.x, start.y)
      unsafe cairo_line_to(context, end.x, end.y)
    case .polyline(let points): trace(points)
    case .polygon(let points):
      trace(points)
      unsafe cairo_close_path(context)
    case .polylines(let lines):
      for line in lines {
        unsafe cairo_new_sub_path(context)
        trace(line)
      }
    case .polygons(let outlines):
      unsafe cairo_set_fill_rule(context, CAIRO_FILL_RULE_EVEN_ODD)
      for outline in outlines where !outline.isEmpty {
        unsafe cairo_new_sub_path(context)
        trace(outline)
        unsafe cairo_close_path(context)
      }
    }
  }

  private func trace(_ points: [Point]) {
    for point in points { unsafe cairo_line_to(context, point.x, point.y) }
  }

  private func trace(rounded rect: Rect, radius: Double) {
    let bounded = max(0, min(radius, rect.width / 2, rect.height / 2))
    let (left, top) = (rect.left + bounded, rect.top + bounded)
    let (right, bottom) = (rect.right - bounded, rect.bottom - bounded)
    unsafe cairo_arc(context, right, top, bounded, -.pi / 2, 0)
    unsafe cairo_arc(context, right, bottom, bounded, 0, .pi / 2)
    unsafe cairo_arc(context, left, bottom, bounded, .pi / 2, .pi)
    unsafe cairo_arc(context, left, top, bounded, .pi, 1.5 * .pi)
    unsafe cairo_close_path(context)
  }

  private func trace(ellipse rect: Rect) {
    // Cairo cannot invert a transform that squeezes everything into a line.
    guard rect.width > 0, rect.height > 0 else { return }
    unsafe cairo_save(context)
    unsafe cairo_translate(context, rect.center.x, rect.center.y)
    unsafe cairo_scale(context, rect.width / 2, rect.height / 2)
    unsafe cairo_arc(context, 0, 0, 1, 0, 2 * .pi)
    unsafe cairo_close_path(context)
    unsafe cairo_restore(context)
  }
}

extension Stroke.Cap {
  fileprivate var cairo: cairo_line_cap_t {
    switch self {
    case .butt: CAIRO_LINE_CAP_BUTT
    case .round: CAIRO_LINE_CAP_ROUND
    case .square: CAIRO_LINE_CAP_SQUARE
    }
  }
}

extension Stroke.Join {
  fileprivate var cairo: cairo_line_join_t {
    switch self {
    case .miter: CAIRO_LINE_JOIN_MITER
    case .round: CAIRO_LINE_JOIN_ROUND
    case .bevel: CAIRO_LINE_JOIN_BEVEL
    }
  }
}

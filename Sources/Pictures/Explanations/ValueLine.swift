import Raster

/// A value moving from its old number towards a target, on a number line.
struct ValueLine {
  var before: Double
  var after: Double
  var target: Double
  var alpha: Double
  /// The share of the way that is shown.
  var shown: Double

  func draw(in rect: Rect, on page: ExplanationPage, onto canvas: Canvas) {
    let (theme, colors) = (page.theme, page.colors)
    let y = rect.y + page.line(16)
    let font = page.font(13)
    guard before != target else {
      canvas.text(
        "The target is what the value was: there is nothing to learn.",
        at: Point(rect.x, y), page.font(15), theme.mutedText, anchor: .middle)
      return
    }
    let (low, high) = (min(before, target), max(before, target))
    func x(_ value: Double) -> Double {
      rect.x + page.length(30) + (rect.width - page.length(60)) * (value - low) / (high - low)
    }
    canvas.stroke(.line(Point(x(low), y), Point(x(high), y)), theme.grid, width: page.length(5))
    let now = before + (after - before) * shown
    canvas.stroke(
      .line(Point(x(before), y), Point(x(now), y)), colors.new, width: page.length(5))
    let radius = page.length(8)
    canvas.fill(.circle(Point(x(before), y), radius: radius), colors.old)
    canvas.fill(.circle(Point(x(target), y), radius: radius), theme.background)
    canvas.stroke(
      .circle(Point(x(target), y), radius: radius), theme.text, width: page.length(2.5))
    if shown > 0 { canvas.fill(.circle(Point(x(now), y), radius: radius), colors.new) }
    let isRising = target > before
    func label(_ text: String, _ value: Double, _ color: Color, _ align: TextAlignment) {
      let shift = align == .left ? -radius : align == .right ? radius : 0
      canvas.text(
        text, at: Point(x(value) + shift, y + page.line(30)), font, color, align: align)
    }
    label("old", before, colors.old, isRising ? .left : .right)
    label("target", target, theme.text, isRising ? .right : .left)
    guard shown >= 1 else { return }
    let percent = NumberText.trimmed(100 * alpha, decimals: 2)
    let text = "α: \(percent) % of the way"
    let width = canvas.measure(text, font).width
    // Beside the labels at the ends.
    let room = page.length(60)
    let center = max(
      rect.x + room + width / 2, min(rect.right - room - width / 2, (x(before) + x(after)) / 2))
    canvas.text(
      text, at: Point(center, y + page.line(30)), font, colors.new, align: .center)
  }
}

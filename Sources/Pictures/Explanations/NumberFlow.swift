import Raster

/// A number moving along an arc from one place to another.
struct NumberFlow {
  var text: String
  var start: Point
  var end: Point
  var color: Color

  /// Draws the arc up to the present point, and the number at its head.
  func draw(_ share: Double, _ page: ExplanationPage, onto canvas: Canvas) {
    guard share > 0, share < 1 else { return }
    let points = (0...32).map { place(share * Double($0) / 32) }
    canvas.stroke(
      .polyline(points), color.opacity(0.5),
      Stroke(width: page.length(2), cap: .round, dashes: [page.length(2), page.length(6)]))
    let head = place(share)
    let font = page.font(20, .bold)
    let width = canvas.measure(text, font).width + font.size * 0.8
    let chip = Rect(center: head, width: width, height: font.size * 1.6)
    canvas.fill(.rounded(chip, radius: font.size * 0.4), page.theme.surface)
    canvas.stroke(.rounded(chip, radius: font.size * 0.4), color, width: page.length(2))
    canvas.text(text, at: head, font, color, align: .center, anchor: .middle)
  }

  /// A point of the arc, which starts and ends horizontally.
  private func place(_ share: Double) -> Point {
    let bend = max(abs(end.x - start.x) * 0.5, 1)
    let (one, two) = (start.moved(bend, 0), end.moved(-bend, 0))
    let (a, b, c) = (start.toward(one, share), one.toward(two, share), two.toward(end, share))
    return a.toward(b, share).toward(b.toward(c, share), share)
  }
}

extension Canvas {
  /// Draws a flag centred at a point; the pole has the colour `ink`.
  package func drawFlag(at center: Point, height: Double, _ color: Color, ink: Color) {
    let width = height * 0.58
    let pole = center.x - width * 0.46
    let top = center.y - height / 2
    let bottom = center.y + height / 2
    fill(
      .ellipse(Rect(center: Point(pole, bottom), width: height * 0.36, height: height * 0.11)),
      color.mixed(with: ink, 0.35))
    // A waving cloth: two edges with the same curve.
    let upper = (0...8).map { step -> Point in
      let share = Double(step) / 8
      return Point(pole + share * width, top + Self.wave(share) * height * 0.05)
    }
    let lower = upper.reversed().map { $0.moved(0, height * 0.42) }
    fill(.polygon(upper + lower), color)
    stroke(
      .line(Point(pole, top - height * 0.03), Point(pole, bottom)),
      ink.mixed(with: color, 0.25),
      Stroke(width: max(1.2, height * 0.06), cap: .round))
  }

  /// One smooth rise and fall between 0 and 1, zero at both ends and in the middle.
  private static func wave(_ share: Double) -> Double {
    let t = share * 2
    return t < 1 ? -4 * t * (1 - t) : 4 * (t - 1) * (2 - t)
  }
}

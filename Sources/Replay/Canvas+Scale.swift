import Raster

extension Canvas {
  /// Draws colours side by side, as a scale from left to right.
  func fill(_ bar: Rect, steps colors: [Color]) {
    let width = bar.width / Double(max(1, colors.count))
    for (step, color) in colors.enumerated() {
      let left = (bar.x + Double(step) * width).rounded()
      let right = (bar.x + Double(step + 1) * width).rounded()
      fill(Rect(x: left, y: bar.y, width: right - left, height: bar.height), color)
    }
  }

  /// Draws a scale at the right end of a line, with text before it and at both of its ends.
  func drawScale(
    _ colors: [Color], of subject: String, from low: String, to high: String, endingAt end: Point,
    _ font: Font, _ theme: Theme, over ground: Color
  ) {
    let (gap, height) = (font.size * 0.5, (font.size * 0.8).rounded())
    text(high, at: end, font, theme.mutedText, align: .right)
    let right = (end.x - measure(high, font).width - gap).rounded()
    let width = (font.size * 8).rounded()
    let bar = Rect(x: right - width, y: (end.y - height).rounded(), width: width, height: height)
    fill(bar, ground)
    fill(bar, steps: colors)
    stroke(.rect(bar.inset(by: -0.5)), theme.axis, width: 1)
    let words = subject.isEmpty ? low : "\(subject)  \(low)"
    text(words, at: Point(bar.left - gap, end.y), font, theme.mutedText, align: .right)
  }
}

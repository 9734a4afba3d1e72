import Analysis
import Raster
import Replay

/// The numbers of a run at a step: finished episodes, steps, mean return; above them its name, if it has one.
struct LearningFacts {
  private let curve: Curve
  private let steps: Int
  private let name: String
  private let color: Color
  private let area: Rect
  private let unit: Double
  private let theme: Theme

  init(
    _ curve: Curve, steps: Int, name: String, _ color: Color, in area: Rect, unit: Double,
    theme: Theme
  ) {
    (self.curve, self.steps, self.name, self.color) = (curve, steps, name, color)
    (self.area, self.unit, self.theme) = (area, unit, theme)
  }

  func draw(_ step: Int, onto canvas: Canvas) {
    let over = curve.count(upTo: Double(step))
    let mean = curve.average(at: Double(step)).map { NumberText.short($0) } ?? "–"
    let facts = [
      ("finished episodes", NumberText.grouped(over)),
      ("steps of training", NumberText.grouped(min(step, steps))),
      (curve.averageName, mean),
    ]
    let isRow = area.width > area.height
    let room = area.inset(0, drawName(isRow: isRow, onto: canvas), 0, 0)
    let (dx, dy) = isRow ? (room.width / 3, 0) : (0, room.height / 3)
    let value = Font.sans((28 * unit).rounded(), .bold)
    let label = Font.sans((14 * unit).rounded())
    for (index, fact) in facts.enumerated() {
      let left = (room.x + Double(index) * dx).rounded()
      let top = (room.y + Double(index) * dy).rounded()
      canvas.text(
        fact.0, at: Point(left, top + label.size), label, theme.mutedText)
      canvas.text(
        fact.1, at: Point(left, top + label.size + (value.size * 1.25).rounded()), value,
        theme.text)
    }
  }

  /// Draws the name after a dot in its colour, in as many lines as it needs; returns their height.
  private func drawName(isRow: Bool, onto canvas: Canvas) -> Double {
    if name.isEmpty { return 0 }
    let font = Font.sans((19 * unit).rounded(), .bold)
    let (indent, leading) = ((font.size * 1.1).rounded(), (font.size * 1.25).rounded())
    let lines = canvas.lines(of: name, font, width: area.width - indent)
    canvas.fill(
      .circle(
        Point(area.x, area.y).moved(font.size * 0.36, font.size * 0.45), radius: font.size * 0.36),
      color)
    for (index, line) in lines.enumerated() {
      canvas.text(
        line, at: Point(area.x, area.y).moved(indent, font.size * 0.82 + Double(index) * leading),
        font,
        theme.text)
    }
    return leading * (Double(lines.count) + (isRow ? 0.1 : 0.5))
  }
}

extension Array where Element: Comparable {
  /// How many of these ascending numbers are at most a limit.
  func count(upTo limit: Element) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] <= limit { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

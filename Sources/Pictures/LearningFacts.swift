import Analysis
import Raster
import Replay

/// The numbers of a run at a step: finished episodes, steps, mean return.
struct LearningFacts {
  private let curve: Curve
  private let steps: Int
  private let area: Rect
  private let unit: Double
  private let theme: Theme

  init(_ curve: Curve, steps: Int, in layout: LearningLayout, theme: Theme) {
    self.curve = curve
    self.steps = steps
    self.theme = theme
    area = layout.facts
    unit = layout.unit
  }

  func draw(_ step: Int, onto canvas: Canvas) {
    let over = curve.x.count(upTo: Double(step))
    let mean = over > 0 ? NumberText.short(curve.average[over - 1]) : "–"
    let facts = [
      ("finished episodes", NumberText.grouped(over)),
      ("steps of training", NumberText.grouped(step)),
      (curve.averageName, mean),
    ]
    let isRow = area.width > area.height
    let (dx, dy) = isRow ? (area.width / 3, 0) : (0, area.height / 3)
    let value = Font.sans((28 * unit).rounded(), .bold)
    let label = Font.sans((14 * unit).rounded())
    for (index, fact) in facts.enumerated() {
      let left = (area.x + Double(index) * dx).rounded()
      let top = (area.y + Double(index) * dy).rounded()
      canvas.text(
        fact.0, at: Point(left, top + label.size), label, theme.mutedText)
      canvas.text(
        fact.1, at: Point(left, top + label.size + (value.size * 1.25).rounded()), value,
        theme.text)
    }
  }
}

extension Array where Element: Comparable {
  /// How many of these ascending numbers are at most another.
  func count(upTo limit: Element) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] <= limit { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

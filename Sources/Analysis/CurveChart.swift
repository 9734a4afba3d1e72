package import Raster
import Recordings

extension Curve {
  /// The curve as a chart: raw returns faint, their average strong, the best so far thin.
  package func chart(
    title: String, theme: Theme = .light, scales: AxisScales = AxisScales()
  ) -> Chart {
    let (unit, xLabel) = progress.unit(upTo: x.last ?? 0)
    let x = x.map { $0 / unit }
    var chart = Chart(
      title: title, subtitle: subtitle, x: scales.x(xLabel, x),
      y: .covering(measure.label, [returns], scale: scales.y), theme: theme)
    let faint = theme.accent.mixed(with: theme.background, 0.64)
    let quiet = Stroke(width: 1.5, dashes: [4, 3])
    let strong = Stroke(width: 2.75)
    let bestColor = theme.secondAccent.mixed(with: theme.background, 0.15)
    if window > 1 {
      let dense = theme.accent.mixed(with: theme.background, 0.42)
      chart.layers.append(.dots(x: x, y: returns, weights: weights, faint, dense: dense))
    }
    if measure == .returns { chart.layers.append(.line(x: x, y: best, bestColor, quiet)) }
    chart.layers.append(.line(x: x, y: average, theme.accent, strong))
    if let lastX = x.last, let last = average.last {
      chart.layers.append(.note(x: lastX, y: last, NumberText.short(last), theme.accent))
    }
    chart.legend = [
      .init(averageName, theme.accent, strong)
    ]
    if window > 1 { chart.legend.append(.init("each \(measure.unit)", faint, nil)) }
    if measure == .returns { chart.legend.append(.init("best so far", bestColor, quiet)) }
    return chart
  }

  /// The legend's text for the smooth line.
  package var averageName: String {
    window == 1 ? "each \(measure.unit)" : "\(window)-\(measure.unit) mean"
  }

  private var subtitle: String {
    let count = NumberText.grouped(count)
    let steps = NumberText.grouped(episodes.last?.stepsDone ?? 0)
    return "\(count) \(measure.unit)s, \(steps) steps, \(smoothing)"
  }

  /// How the smooth line was computed, as text.
  package var smoothing: String {
    window == 1 ? "not smoothed" : "smoothed by a \(window)-\(measure.unit) mean"
  }
}

extension Curve.Progress {
  /// The divisor for lengths along the curve, and the axis label.
  func unit(upTo last: Double) -> (length: Double, label: String) {
    switch self {
    case .steps: (1, "Steps")
    case .episodes: (1, "Episodes")
    case .time: last < 180 ? (1, "Seconds") : last < 3 * 3600 ? (60, "Minutes") : (3600, "Hours")
    }
  }
}

/// Linear or logarithmic scales for a chart's two axes.
package struct AxisScales: Sendable {
  package var x: Axis.Scale
  package var y: Axis.Scale

  /// Both are linear by default.
  package init(x: Axis.Scale = .linear, y: Axis.Scale = .linear) {
    self.x = x
    self.y = y
  }

  /// The horizontal axis of a run: from its beginning, or from the first value that has a logarithm.
  func x(_ label: String, _ values: [Double]) -> Axis {
    guard x == .linear else { return .covering(label, [values], air: 0, scale: x) }
    return Axis(label, values.isEmpty ? 0...1 : min(0, values.min() ?? 0)...(values.max() ?? 1))
  }
}

package import Raster

extension Curve {
  /// The curve as a chart: returns as they were, faint; their average, strong; the best, quiet.
  package func chart(title: String, theme: Theme = .light) -> Chart {
    let (unit, xLabel) = xUnit
    let x = x.map { $0 / unit }
    var chart = Chart(
      title: title, subtitle: subtitle,
      x: Axis(xLabel, x.isEmpty ? 0...1 : min(0, x.min() ?? 0)...(x.max() ?? 1)),
      y: .covering("Return per episode", [returns]), theme: theme)
    let faint = theme.accent.mixed(with: theme.background, 0.64)
    let quiet = Stroke(width: 1.5, dashes: [4, 3])
    let strong = Stroke(width: 2.75)
    let bestColor = theme.secondAccent.mixed(with: theme.background, 0.15)
    if window > 1 {
      let dense = theme.accent.mixed(with: theme.background, 0.42)
      chart.layers.append(.dots(x: x, y: returns, faint, dense: dense))
    }
    chart.layers.append(.line(x: x, y: best, bestColor, quiet))
    chart.layers.append(.line(x: x, y: average, theme.accent, strong))
    if let lastX = x.last, let last = average.last {
      chart.layers.append(.note(x: lastX, y: last, NumberText.short(last), theme.accent))
    }
    chart.legend = [
      .init(averageName, theme.accent, strong), .init("each episode", faint, nil),
      .init("best so far", bestColor, quiet),
    ]
    if window == 1 { chart.legend.remove(at: 1) }
    return chart
  }

  /// What the smooth line shows.
  package var averageName: String { window == 1 ? "each episode" : "\(window)-episode mean" }

  private var subtitle: String {
    let count = NumberText.grouped(episodes.count)
    let steps = NumberText.grouped(episodes.last?.stepsDone ?? 0)
    let smoothing = window == 1 ? "not smoothed" : "smoothed by a \(window)-episode mean"
    return "\(count) episodes, \(steps) steps, \(smoothing)"
  }

  /// What a length of the x axis is divided by, and what it says.
  private var xUnit: (Double, String) {
    switch progress {
    case .steps: return (1, "Steps")
    case .episodes: return (1, "Episodes")
    case .time:
      let last = x.last ?? 0
      return last < 180
        ? (1, "Seconds") : last < 3 * 3600 ? (60, "Minutes") : (3600, "Hours")
    }
  }
}

import Analysis
import Raster
import Rollouts

/// The return over the course of an episode, as a small drawing without text.
struct EpisodeCourse {
  private let chart: Chart
  /// The drawing's size, including margins and labels.
  private static let (width, height) = (640, 150)

  init(_ returns: [Double]) {
    let moments = returns.indices.map(Double.init)
    let last = max(1, moments.last ?? 1)
    let bounds = [returns, [0]].joined().filter(\.isFinite)
    let (low, high) = (bounds.min() ?? 0, bounds.max() ?? 0)
    var chart = Chart(
      title: "", x: Axis("", 0...last), y: Axis("", low...(low < high ? high : low + 1)))
    chart.layers = [
      .line(x: [0, last], y: [0, 0], chart.theme.grid, Stroke(width: 1)),
      .line(x: moments, y: returns, chart.theme.axis, Stroke(width: 2)),
    ]
    self.chart = chart
  }

  /// The two lines and their colours.
  var json: JSON {
    guard let paths = try? ChartPaths(chart, width: Self.width, height: Self.height) else {
      return .null
    }
    let plot = paths.plot
    return [
      "zero": .string(paths.paths[0].data), "line": .string(paths.paths[1].data),
      "plot": .array([plot.x, plot.y, plot.width, plot.height].map(JSON.number)),
      "y": [.number(chart.y.range.lowerBound), .number(chart.y.range.upperBound)],
    ]
  }
}

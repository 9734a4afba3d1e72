package import Analysis
package import Experiments
package import Raster
import Recordings
import Rollouts

extension CellHistory {
  /// More points than a picture has columns are not needed.
  private static let mostPoints = 2000

  /// The value of each action of the state over the run, with the updates that mattered.
  package func chart(subtitle: String, theme: Theme, size: Int? = nil) -> Chart {
    let steps = updates.map { Double($0.step) }
    let lines = (0..<actions).compactMap { action -> (action: Int, x: [Double], y: [Double])? in
      let own = updates.indices.filter { updates[$0].action == action }
      guard let first = own.first else { return nil }
      // A value stays the same until its next update.
      var (x, y) = ([steps[first]], [updates[first].before])
      let every = max(1, own.count / Self.mostPoints)
      for (place, update) in own.enumerated() where place % every == 0 || place == own.count - 1 {
        x += [steps[update], steps[update]]
        y += [y[y.count - 1], updates[update].after]
      }
      if let last = steps.last, let value = y.last {
        x.append(last)
        y.append(value)
      }
      return (action, x, y)
    }
    var chart = Chart(
      title: "What the actions in \(names.state(state)) were worth", subtitle: subtitle,
      x: .covering("Steps", [steps]), y: .covering("Value", lines.map(\.y)), theme: theme)
    chart.width = size ?? chart.width
    chart.height = chart.width * 9 / 16
    for (action, x, y) in lines {
      let color = theme.series[action % theme.series.count]
      let stroke = Stroke(width: 2.25)
      chart.layers.append(.line(x: x, y: y, color, stroke))
      chart.legend.append(.init(names.action(action), color, stroke))
    }
    let mattered = marks.map { updates[$0.place] }
    if !mattered.isEmpty {
      chart.layers.append(
        .dots(
          x: mattered.map { Double($0.step) }, y: mattered.map(\.after), theme.text,
          dense: theme.text))
      chart.legend.append(.init("updates that mattered", theme.text, nil))
    }
    return chart
  }
}

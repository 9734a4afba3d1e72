package import Raster
import Rollouts

/// What several runs say together: at each place their mean, and how sure it is.
package struct Band: Sendable, Equatable {
  /// Along which the runs were measured, the same for all.
  package let x: [Double]
  /// The mean over runs.
  package let mean: [Double]
  /// Where the true mean lies with 95 % confidence.
  package let low: [Double]
  package let high: [Double]
  /// How many runs there were.
  package let count: Int

  /// The band of some runs, each with a number for every x.
  package init(x: [Double], runs: [[Double]]) {
    precondition(runs.allSatisfy { $0.count == x.count }, "a number of every run for every x")
    self.x = x
    count = runs.count
    let intervals = x.indices.map { place in Interval(runs.map { $0[place] }) }
    mean = intervals.map(\.mean)
    low = intervals.map(\.low)
    high = intervals.map(\.high)
  }
}

/// A mean, and where the true one lies with 95 % confidence.
package struct Interval: Sendable, Equatable {
  package let mean: Double
  package let low: Double
  package let high: Double

  /// The interval of a sample: what the means of samples drawn from it with replacement show (Efron's
  /// percentile bootstrap). Unlike Student's it never leaves what was measured, such as below zero for
  /// a count. The same sample always gives the same interval.
  package init(_ values: [Double]) {
    mean = Statistics.mean(values)
    guard values.count > 1, values.allSatisfy(\.isFinite) else {
      (low, high) = (mean, mean)
      return
    }
    var lots = Stream(seed: 1, purpose: .evaluation)
    let means = (0..<Self.resamples).map { _ in
      var sum = 0.0
      for _ in values { sum += values[Int.random(in: values.indices, using: &lots)] }
      return sum / Double(values.count)
    }
    let bounds = Statistics.quantiles([0.025, 0.975], of: means)
    (low, high) = (bounds[0], bounds[1])
  }

  private static let resamples = 2000
}

extension Chart {
  /// Lines with their bands, one for each named group of runs.
  package init(
    bands: [(name: String, band: Band)], title: String, subtitle: String = "", x: String,
    y: String, theme: Theme = .light
  ) {
    let all = bands.flatMap(\.band.x)
    self.init(
      title: title, subtitle: subtitle, x: Axis(x, (all.min() ?? 0)...(all.max() ?? 1)),
      y: .covering(y, bands.flatMap { [$0.band.low, $0.band.high] }), theme: theme)
    let stroke = Stroke(width: 2.5)
    let colors = theme.series
    for (index, group) in bands.enumerated() {
      let color = colors[index % colors.count]
      layers.append(
        .band(
          x: group.band.x, low: group.band.low, high: group.band.high, color.opacity(0.16)))
    }
    for (index, group) in bands.enumerated() {
      let color = colors[index % colors.count]
      layers.append(.line(x: group.band.x, y: group.band.mean, color, stroke))
      legend.append(.init(group.name, color, stroke))
    }
  }
}

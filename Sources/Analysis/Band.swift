package import Raster

/// What several runs say together: at each place their mean, and how sure it is.
package struct Band: Sendable, Equatable {
  /// Along which the runs were measured, the same for all.
  package let x: [Double]
  /// The mean over runs.
  package let mean: [Double]
  /// Where the true mean lies with 95 % confidence, by Student's t.
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

  /// The interval of a sample, by Student's t; as wide as nothing where there is one number.
  package init(_ values: [Double]) {
    mean = Statistics.mean(values)
    let error = Statistics.standardDeviation(values) / Double(max(1, values.count)).squareRoot()
    let reach = error * Self.t(degrees: values.count - 1)
    (low, high) = (mean - reach, mean + reach)
  }

  /// Half the width.
  package var reach: Double { high - mean }

  /// The 97.5 % quantile of Student's t.
  static func t(degrees: Int) -> Double {
    let known = [
      12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
      2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
      2.052, 2.048, 2.045, 2.042,
    ]
    if degrees < 1 { return 0 }
    if degrees <= known.count { return known[degrees - 1] }
    // Cornish and Fisher's first terms beyond the normal quantile.
    let z = 1.959964
    return z + (z * z * z + z) / (4 * Double(degrees))
  }
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

package import Raster

/// A summary of several runs: at each x one number, and its uncertainty.
package struct Band: Sendable, Equatable {
  /// The x values, the same for all runs.
  package let x: [Double]
  /// The mean or the interquartile mean over runs.
  package let estimate: [Double]
  /// The bounds of the 95 % confidence interval.
  package let low: [Double]
  package let high: [Double]
  /// How many runs there were.
  package let count: Int

  /// The number of bootstrap repetitions: fewer if there are thousands of runs, where each repetition says more
  /// and takes longer. Up to 500 runs with 400 places use all of them.
  private static func repetitions(places: Int, runs: Int) -> Int {
    max(200, min(2000, 400_000_000 / max(1, places * runs)))
  }

  /// The band of the runs of some tasks, each with a number for every x. The bootstrap draws whole runs,
  /// separately for each task.
  package init(x: [Double], tasks: [[[Double]]], aggregate: Aggregate = .mean) {
    precondition(
      tasks.joined().allSatisfy { $0.count == x.count }, "a number of every run for every x")
    self.x = x
    count = tasks.reduce(0) { $0 + $1.count }
    let kernels = x.indices.map { place in
      AggregateKernel(
        Scores(tasks: tasks.map { runs in runs.map { $0[place] } }), optimum: .infinity)
    }
    let which = aggregate.place
    let once = [Int32](repeating: 1, count: count)
    let estimate = once.withUnsafeBufferPointer { counts in
      kernels.map { $0.values(counts)[which] }
    }
    self.estimate = estimate
    guard count > 1 else {
      (low, high) = (estimate, estimate)
      return
    }
    let bootstrap = StratifiedBootstrap(
      runs: tasks.map(\.count), repetitions: Self.repetitions(places: x.count, runs: count))
    let results = bootstrap.results(of: [Double]()) { counts in
      kernels.map { $0.values(counts)[which] }
    }
    let intervals = x.indices.map { place in
      Interval(estimate[place], repetitions: results.map { $0[place] })
    }
    low = intervals.map(\.low)
    high = intervals.map(\.high)
  }

  /// The band of the runs of one task.
  package init(x: [Double], runs: [[Double]], aggregate: Aggregate = .mean) {
    self.init(x: x, tasks: [runs], aggregate: aggregate)
  }

  /// The band of curves of some tasks, as far as all of them reach.
  package init(tasks: [[Curve]], aggregate: Aggregate = .mean) {
    let curves = tasks.flatMap(\.self)
    let first = curves.map { $0.x.first ?? 0 }.max() ?? 0
    let last = max(first, curves.map { $0.x.last ?? 0 }.min() ?? 0)
    let isCounted = curves.allSatisfy { $0.progress != .time }
    let places = 400.0
    let step = isCounted ? max(1, ((last - first) / places).rounded(.up)) : (last - first) / places
    var x = Array(stride(from: first, through: last, by: max(step, .leastNonzeroMagnitude)))
    if x.last != last { x.append(last) }
    self.init(
      x: x,
      tasks: tasks.map { curves in
        curves.map { curve in x.map { curve.average(at: $0) ?? .nan } }
      },
      aggregate: aggregate)
  }
}

extension Chart {
  /// Lines with their bands, one for each named group of runs. A single run has no band.
  package init(
    bands: [(name: String, band: Band)], title: String, subtitle: String = "", x: String,
    y: String, theme: Theme = .light, scales: AxisScales = AxisScales()
  ) {
    self.init(
      title: title, subtitle: subtitle, x: scales.x(x, bands.flatMap(\.band.x)),
      y: .covering(y, bands.flatMap { [$0.band.low, $0.band.high] }, scale: scales.y),
      theme: theme)
    let stroke = Stroke(width: 2.5)
    let colors = theme.series
    for (index, group) in bands.enumerated() where group.band.count > 1 {
      let color = colors[index % colors.count]
      layers.append(
        .band(
          x: group.band.x, low: group.band.low, high: group.band.high, color.opacity(0.16)))
    }
    for (index, group) in bands.enumerated() {
      let color = colors[index % colors.count]
      layers.append(.line(x: group.band.x, y: group.band.estimate, color, stroke))
      legend.append(.init("\(group.name) (n = \(group.band.count))", color, stroke))
    }
  }

  /// The bands of groups of curves.
  package init(
    bands: [(name: String, band: Band)], of curve: Curve, aggregate: Aggregate, title: String,
    theme: Theme = .light, scales: AxisScales = AxisScales()
  ) {
    let last = bands.compactMap(\.band.x.last).max() ?? 0
    let (unit, label) = curve.progress.unit(upTo: last)
    let center = aggregate == .mean ? "mean" : aggregate.name
    let hasBands = bands.contains { $0.band.count > 1 }
    self.init(
      bands: bands.map { ($0.name, $0.band.stretched(by: 1 / unit)) }, title: title,
      subtitle: "\(center) of runs, each \(curve.smoothing)"
        + (hasBands ? "; bands: 95 % stratified bootstrap" : ""),
      x: label, y: curve.measure.label, theme: theme, scales: scales)
  }
}

extension Band {
  /// The band with another unit along x.
  fileprivate func stretched(by factor: Double) -> Band {
    Band(
      x: x.map { $0 * factor }, estimate: estimate, low: low, high: high, count: count)
  }

  private init(x: [Double], estimate: [Double], low: [Double], high: [Double], count: Int) {
    (self.x, self.estimate, self.low, self.high, self.count) = (x, estimate, low, high, count)
  }
}

package import Analysis
package import Experiments
package import Raster
import Recordings
package import Rollouts

/// The curves of some runs by group, the band of each group, and its last values.
package struct RunCurves {
  package let curves: [Curve]
  /// A band for each group.
  package let bands: [(name: String, band: Band)]
  package let groups: RunGroups
  private let center: Aggregate

  /// The options of curves.
  package struct Options: Sendable {
    package var measure = Curve.Measure.returns
    /// How the runs of a group are summarized.
    package var center = Aggregate.mean
    /// The horizontal axis.
    package var progress = Curve.Progress.episodes
    /// The averaging window; nil for one that fits the shortest run.
    package var window: Int?

    /// The defaults: returns over episodes.
    package init() {}
  }

  /// Reads the curves. Returns of different worlds are not comparable, so each world's runs form groups of
  /// their own.
  package init(of groups: RunGroups, _ options: Options = Options()) throws {
    let points = try groups.runs.map { run in
      let points = try run.points(of: options.measure)
      guard !points.isEmpty else {
        throw RunError.run("\(run.path) has no finished episode to draw yet")
      }
      return points
    }
    let shortest = points.map(\.count).min() ?? 0
    let window = options.window ?? Curve.usualWindow(of: shortest, options.measure)
    let curves = points.map {
      Curve($0, by: options.progress, window: window, of: options.measure)
    }
    (self.groups, self.curves, center) = (groups, curves, options.center)
    bands = groups.tasks.flatMap { task in
      groups.names.compactMap { name -> (String, Band)? in
        let members = zip(groups.runs, curves).filter { $0.0.group == name && $0.0.task == task }
        guard !members.isEmpty else { return nil }
        let band = Band(tasks: [members.map(\.1)], aggregate: options.center)
        return (groups.tasks.count == 1 ? name : "\(task), \(name)", band)
      }
    }
  }

  /// The title.
  package var title: String {
    groups.names.count == 1 && groups.tasks.count == 1
      ? "\(groups.tasks[0]) · \(groups.names[0])"
      : "\(groups.tasks.joined(separator: ", ")) by \(groups.key)"
  }

  /// The horizontal axis.
  package var progress: Curve.Progress { curves[0].progress }

  /// The groups' bands.
  package func chart(title: String?, theme: Theme, scales: AxisScales) -> Chart {
    Chart(
      bands: bands, of: curves[0], aggregate: center, title: title ?? self.title, theme: theme,
      scales: scales)
  }

  /// The chart's numbers.
  package var csv: String {
    var table = CSV(["group", "runs", progress.rawValue, center.rawValue, "low", "high"])
    for (name, band) in bands {
      for (place, x) in band.x.enumerated() {
        table.add(
          [name, String(band.count)]
            + [x, band.estimate[place], band.low[place], band.high[place]].map(CSV.number))
      }
    }
    return table.text
  }

  /// The last values of each group, as flat JSON with stable keys.
  package var json: JSON {
    .array(
      bands.map { name, band in
        let last = band.x.count - 1
        return [
          "group": .string(name), "runs": .integer(band.count),
          progress.rawValue: .number(band.x[last]),
          center.rawValue: .number(band.estimate[last]), "low": .number(band.low[last]),
          "high": .number(band.high[last]),
        ]
      })
  }
}

extension GroupedRun {
  /// A measure's values, and when they were recorded. For a missing metric the error lists the recorded ones.
  fileprivate func points(of measure: Curve.Measure) throws -> [EpisodeOutcome] {
    switch measure {
    case .returns: return try outcomes()
    case .metric(let name): return try outcomes(ofMetric: name)
    }
  }
}

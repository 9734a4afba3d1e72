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
    let most = Self.most(of: groups.runs.count)
    let outcomes = try groups.runs.map { run in
      let outcomes = try run.outcomes(of: options.measure, most: most)
      guard outcomes.count > 0 else {
        throw RunError.run("\(run.path) has no finished episode to draw yet")
      }
      return outcomes
    }
    let shortest = outcomes.map(\.count).min() ?? 0
    let window = options.window ?? Curve.usualWindow(of: shortest, options.measure)
    let curves = try outcomes.map {
      try Curve($0, by: options.progress, window: window, of: options.measure)
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

  /// How many points each of several runs keeps: about a million in all, and for each enough for a line.
  package static func most(of runs: Int) -> Int {
    max(2048, min(Outcomes.usualMost, 4 * Outcomes.usualMost / max(1, runs)))
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
  fileprivate func outcomes(of measure: Curve.Measure, most: Int) throws -> Outcomes {
    switch measure {
    case .returns: try outcomes(most: most)
    case .metric(let name): try outcomes(ofMetric: name, most: most)
    }
  }
}

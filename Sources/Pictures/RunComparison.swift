package import Analysis
package import Experiments
package import Raster
import Recordings

/// Groups of runs compared by robust statistics.
package struct RunComparison {
  package let groups: RunGroups
  package let scores: ScoreComparison
  /// What a score is, and what it is compared with.
  package let subtitle: String
  private let isNormalized: Bool

  /// What is compared.
  package struct Options: Sendable {
    /// A metric instead of returns.
    package var metric: String?
    /// The number of last values whose mean is a run's score.
    package var last = 100
    /// The scores that become 0 and 1; nil for each world's extremes if there are several worlds.
    package var normal: ClosedRange<Double>?
    /// The perfect score; nil for 1 if scores are normalized, else the best of all.
    package var optimum: Double?
    /// The number of bootstrap repetitions.
    package var repetitions = 50_000

    /// The defaults: mean returns.
    package init() {}

    fileprivate var measure: String {
      metric.map { "mean of the last \(last) values of \($0)" }
        ?? "mean return of the last \(last) episodes"
    }
  }

  /// Compares the groups of some runs.
  package init(of groups: RunGroups, _ options: Options = Options()) throws {
    self.groups = groups
    let scale = ScoreScale(
      of: groups, try groups.runs.map { try $0.score(options) }, options.normal)
    isNormalized = scale.isNormalized
    let optimum = options.optimum ?? scale.optimum
    subtitle =
      "\(options.measure), \(scale.words); optimality gap to \(NumberText.short(optimum)); intervals: 95 % "
      + "stratified bootstrap, \(NumberText.grouped(options.repetitions)) repetitions"
    scores = ScoreComparison(
      try groups.names.map { ($0, try scale.scores(of: $0)) }, optimum: optimum,
      repetitions: options.repetitions)
  }

  /// The comparison as a chart.
  package func chart(title: String?, theme: Theme) -> ComparisonChart {
    ComparisonChart(
      scores, title: title ?? "\(groups.tasks.joined(separator: ", ")) by \(groups.key)",
      subtitle: (scores.caveat == nil ? "" : "too few runs for a conclusion; ") + subtitle,
      measure: isNormalized ? "Normalized score" : "Score", theme: theme)
  }
}

extension GroupedRun {
  fileprivate func score(_ options: RunComparison.Options) throws -> Double {
    let values: [EpisodeOutcome]
    if let metric = options.metric {
      values = try outcomes(ofMetric: metric).last(options.last, where: \.totalReturn.isFinite)
    } else {
      values = try outcomes().last(options.last)
    }
    if values.isEmpty { throw RunError.run("\(path) has nothing finished to compare yet") }
    return Statistics.mean(values.map(\.totalReturn))
  }
}

/// How the runs' scores are made comparable.
private struct ScoreScale {
  let groups: RunGroups
  let isNormalized: Bool
  /// The normalization as text.
  let words: String
  private let scores: [Double]

  init(of groups: RunGroups, _ scores: [Double], _ normal: ClosedRange<Double>?) {
    self.groups = groups
    let isNormalized = normal != nil || groups.tasks.count > 1
    self.isNormalized = isNormalized
    if let normal {
      words =
        "normalized, \(NumberText.short(normal.lowerBound)) is 0 and "
        + "\(NumberText.short(normal.upperBound)) is 1"
    } else {
      words = isNormalized ? "normalized by each world's extremes" : "not normalized"
    }
    self.scores = zip(groups.runs, scores).map { run, score in
      guard isNormalized else { return score }
      let same = zip(groups.runs, scores).filter { $0.0.task == run.task }.map(\.1)
      let low = normal?.lowerBound ?? same.min() ?? score
      let high = normal?.upperBound ?? same.max() ?? score
      return high > low ? (score - low) / (high - low) : 1
    }
  }

  var optimum: Double { isNormalized ? 1 : scores.max() ?? 1 }

  func scores(of group: String) throws -> Scores {
    Scores(
      tasks: try groups.tasks.map { task in
        let found = zip(groups.runs, scores).filter { $0.0.group == group && $0.0.task == task }
        guard !found.isEmpty else {
          throw RunError.run(
            "\(group) has no run of \(task), and groups are compared on the same worlds")
        }
        return found.map(\.1)
      })
  }
}

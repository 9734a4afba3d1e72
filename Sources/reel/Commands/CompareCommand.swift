import Analysis
import Film
import Raster
import Recordings
import Rollouts

/// Compares groups of runs by robust statistics, each with what luck may have done to it.
struct CompareCommand: Command {
  static let name = "compare"
  static let summary = "compare groups of runs: IQM, mean, median, profiles, with their confidence"
  static let group = CommandGroup.draw
  static let examples = [
    "reel compare recordings/a*.sqlite recordings/b*.sqlite --group-by trainer",
    "reel compare recordings/lake-*.sqlite --group-by gamma -o output/gamma.png",
    "reel compare recordings/*.sqlite --normalize 0,960 --json",
  ]

  private let files: [String]
  private let key: String?
  private let metric: String?
  private let last: Int
  private let normal: ClosedRange<Double>?
  private let optimum: Double?
  private let repetitions: Int
  private let output: String?
  private let title: String?
  private let theme: Theme
  private let force: Bool

  init(_ arguments: inout Arguments) throws {
    files = arguments.remaining("FILE", help: "recordings, one run each")
    key = try arguments.option("--group-by", value: "WHAT", help: RunGroups.help)
    metric = try arguments.option(
      "--of", value: "METRIC", help: "a metric in place of returns, such as losses/td_loss")
    last =
      try arguments.count(
        "--last", in: 1...1_000_000_000,
        help: "a run's score is the mean of its last N episodes (default 100)") ?? 100
    let bounds = try arguments.option(
      "--normalize", value: "LOW,HIGH",
      help: "scores from 0 to 1 between these (default with several worlds: their extremes)")
    normal = try bounds.map(Self.range)
    optimum = try arguments.number(
      "--optimum", value: "SCORE", in: -1e300...1e300,
      help: "what counts as perfect (default 1 of normalized scores, else the best of all)")
    repetitions =
      try arguments.count(
        "--repetitions", in: 100...10_000_000, help: "of the bootstrap (default 50000)") ?? 50_000
    output = try arguments.option("-o", "--output", value: "FILE", help: "a .png, .svg or .csv")
    title = try arguments.option("--title", value: "TEXT", help: "default what is compared")
    theme = try themeOption(&arguments)
    force = arguments.flag("--force", help: "overwrite")
    arguments.jsonFlag()
  }

  private static func range(_ text: String) throws(Failure) -> ClosedRange<Double> {
    let ends = text.split(separator: ",").compactMap { Double($0) }
    guard ends.count == 2, ends[0].isFinite, ends[1].isFinite, ends[0] < ends[1] else {
      throw Failure.usage("--normalize takes LOW,HIGH such as 0,960, not '\(text)'")
    }
    return ends[0]...ends[1]
  }

  func run(_ console: Console) throws -> ExitCode {
    let groups = try RunGroups(files, by: key)
    let scale = ScoreScale(of: groups, try groups.runs.map(score), normal)
    let scores = try groups.names.map { name in (name, try scale.scores(of: name)) }
    let comparison = ScoreComparison(
      scores, optimum: optimum ?? scale.optimum, repetitions: repetitions)
    let summary = ComparisonSummary(comparison: comparison, groups: groups)
    console.isJSON ? console.print(summary.json) : console.print(summary.text)
    guard let output else { return .done }
    let chart = ComparisonChart(
      comparison, title: title ?? "\(groups.tasks.joined(separator: ", ")) by \(groups.key)",
      subtitle: "\(measure); \(scale.words); bars: 95 % stratified bootstrap, "
        + "\(NumberText.grouped(repetitions)) repetitions",
      measure: scale.isNormalized ? "Normalized score" : "Score", theme: theme)
    try writeDrawing(chart, numbers: { comparison.csv }, to: output, replacing: force)
    console.note("wrote \(output)")
    return .done
  }

  private var measure: String {
    metric.map { "mean of the last \(last) values of \($0)" }
      ?? "mean return of the last \(last) episodes"
  }

  private func score(_ run: GroupedRun) throws -> Double {
    let values: [Double]
    if let metric {
      values = try run.recording.knownMetric(metric).values.filter(\.isFinite)
    } else {
      values = try run.recording.episodes().filter(\.isOver).map(\.return)
    }
    if values.isEmpty { throw Failure.failed("\(run.path) has nothing finished to compare yet") }
    return Statistics.mean(Array(values.suffix(last)))
  }
}

extension Recording {
  /// A metric that was recorded; one that was not is an error that tells which were.
  func knownMetric(_ name: String) throws -> MetricSeries {
    let series = try metric(name)
    guard series.steps.isEmpty else { return series }
    let known = try metricNames()
    throw Failure.failed(
      "\(path) has no metric '\(name)'", didYouMean(name, among: known),
      known.isEmpty ? "it has none at all" : "it has \(known.joined(separator: ", "))")
  }
}

/// How the runs' scores are made comparable.
private struct ScoreScale {
  let groups: RunGroups
  let isNormalized: Bool
  /// What it does, in words.
  let words: String
  private let scores: [Double]

  init(of groups: RunGroups, _ scores: [Double], _ normal: ClosedRange<Double>?) {
    self.groups = groups
    isNormalized = normal != nil || groups.tasks.count > 1
    if let normal {
      words =
        "normalized, \(NumberText.short(normal.lowerBound)) is 0 and "
        + "\(NumberText.short(normal.upperBound)) is 1"
    } else {
      words = isNormalized ? "normalized by each world's extremes" : "not normalized"
    }
    self.scores = zip(groups.runs, scores).map { run, score in
      guard normal != nil || groups.tasks.count > 1 else { return score }
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
          throw Failure.failed(
            "\(group) has no run of \(task)", "groups are compared on the same worlds")
        }
        return found.map(\.1)
      })
  }
}

/// A comparison for people and for programs.
private struct ComparisonSummary {
  let comparison: ScoreComparison
  let groups: RunGroups

  var text: String {
    var table = TextTable(
      [groups.key, "runs"] + Aggregate.allCases.map(\.name), right: Set(1...5))
    for group in comparison.groups {
      table.add(
        [group.name, "\(group.scores.values.count)"]
          + Aggregate.allCases.map { cell(group.aggregates[$0]) })
    }
    guard !comparison.improvements.isEmpty else { return table.text }
    var pairs = TextTable(["beats", "with probability"])
    for pair in comparison.improvements {
      pairs.add(
        [
          "\(comparison.groups[pair.group].name) > \(comparison.groups[pair.over].name)",
          cell(pair.probability),
        ])
    }
    return table.text + "\n\n" + pairs.text
  }

  /// `0.83 (0.79–0.86)`, an interval without width as a number alone.
  private func cell(_ interval: Interval?) -> String {
    guard let interval else { return "–" }
    let digits = abs(interval.high) < 10 ? 3 : 1
    let estimate = decimal(interval.estimate, digits)
    guard interval.low < interval.high else { return estimate }
    return "\(estimate) (\(decimal(interval.low, digits)) to \(decimal(interval.high, digits)))"
  }

  var json: JSON {
    let rows = comparison.groups.map { group -> JSON in
      .object(
        [
          .init("group", .string(group.name)), .init("runs", .integer(group.scores.values.count)),
          .init("tasks", .integer(group.scores.taskCount)),
        ]
          + Aggregate.allCases.flatMap { members($0.rawValue, group.aggregates[$0]) })
    }
    let pairs = comparison.improvements.map { pair -> JSON in
      .object(
        [
          .init("group", .string(comparison.groups[pair.group].name)),
          .init("over", .string(comparison.groups[pair.over].name)),
        ] + members("probability", pair.probability))
    }
    return ["groups": .array(rows), "improvements": .array(pairs)]
  }

  private func members(_ key: String, _ interval: Interval?) -> [JSON.Member] {
    [
      .init(key, interval.map { .number($0.estimate) } ?? .null),
      .init("\(key)_low", interval.map { .number($0.low) } ?? .null),
      .init("\(key)_high", interval.map { .number($0.high) } ?? .null),
    ]
  }
}

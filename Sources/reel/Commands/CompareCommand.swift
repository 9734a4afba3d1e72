import Analysis
import Experiments
import Pictures
import Platform
import Raster
import Rollouts

/// Compares groups of runs by robust statistics, each with its uncertainty.
struct CompareCommand: Command {
  static let name = "compare"
  static let summary =
    "compare groups of runs: IQM, mean, median, profiles, with confidence intervals"
  static let group = CommandGroup.draw
  static let examples = [
    "reel compare recordings/a*.sqlite recordings/b*.sqlite --group-by trainer",
    "reel compare recordings/lake-*.sqlite --group-by gamma -o output/gamma.png",
    "reel compare runs/ --group-by alpha",
    "reel compare recordings/*.sqlite --normalize 0,960 --json",
  ]

  private let files: [String]
  private let key: String?
  private let options: RunComparison.Options
  private let output: String?
  private let title: String?
  private let theme: Theme
  private let force: Bool

  init(_ arguments: inout Arguments) throws {
    files = arguments.remaining("FILE", help: "recordings, one run each, folders of them, catalogs")
    key = try arguments.option("--group-by", value: "WHAT", help: RunGroups.help)
    var options = RunComparison.Options()
    options.metric = try arguments.option(
      "--of", value: "METRIC", help: "a metric instead of returns, such as losses/td_loss")
    options.last =
      try arguments.count(
        "--last", in: 1...1_000_000_000,
        help: "a run's score is the mean of its last N episodes (default 100)") ?? options.last
    let bounds = try arguments.option(
      "--normalize", value: "LOW,HIGH",
      help: "scale scores: LOW is 0, HIGH is 1 (default with several worlds: their extremes)")
    options.normal = try bounds.map(Self.range)
    options.optimum = try arguments.number(
      "--optimum", value: "SCORE", in: -1e300...1e300,
      help: "the perfect score (default 1 for normalized scores, else the best of all)")
    options.repetitions =
      try arguments.count(
        "--repetitions", in: 100...10_000_000, help: "bootstrap resamples (default 50000)")
      ?? options.repetitions
    self.options = options
    output = try arguments.option("-o", "--output", value: "FILE", help: "a .png, .svg or .csv")
    title = try arguments.option("--title", value: "TEXT", help: "default: what is compared")
    theme = try Theme(&arguments)
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
    let comparison = try RunComparison(of: RunGroups(files, by: key), options)
    let summary = ComparisonSummary(comparison: comparison.scores, groups: comparison.groups)
    console.isJSON ? console.print(summary.json) : console.print(summary.text)
    console.note("\n\(comparison.subtitle)")
    if let caveat = comparison.scores.caveat { console.note(caveat) }
    guard let output else { return .done }
    try DrawingFile(output, replacing: force).write(
      comparison.chart(title: title, theme: theme)
    ) { comparison.scores.csv }
    console.note("wrote \(output)")
    return .done
  }
}

extension RunGroups {
  /// What `--group-by` takes.
  static let help =
    "what runs are grouped by: trainer, preset, world, map, tag, note, file, seed or a setting "
    + "(default: trainer, preset or settings, whichever differ)"
}

/// A comparison as text and as JSON.
private struct ComparisonSummary {
  let comparison: ScoreComparison
  let groups: RunGroups

  var text: String {
    var table = TextTable(
      [groups.key, "runs"] + Aggregate.allCases.map(\.name), right: Set(1...5))
    let columns = Aggregate.allCases.map { aggregate in
      cells(comparison.groups.map { $0.aggregates[aggregate] })
    }
    for (row, group) in comparison.groups.enumerated() {
      table.add([group.name, "\(group.scores.values.count)"] + columns.map { $0[row] })
    }
    guard !comparison.improvements.isEmpty else { return table.text }
    var pairs = TextTable(["better run", "probability"])
    let probabilities = cells(comparison.improvements.map(\.probability))
    for (pair, probability) in zip(comparison.improvements, probabilities) {
      pairs.add(
        [
          "\(comparison.groups[pair.group].name) > \(comparison.groups[pair.over].name)",
          probability,
        ])
    }
    return table.text + "\n\n" + pairs.text
  }

  private func cells(_ intervals: [Interval?]) -> [String] {
    let column = IntervalColumn(intervals.compactMap(\.self))
    return intervals.map { $0.map(column.text) ?? "–" }
  }

  var json: JSON {
    let rows = comparison.groups.map { group -> JSON in
      .object(
        [
          .init("group", .string(group.name)), .init("runs", .integer(group.scores.values.count)),
          .init("tasks", .integer(group.scores.taskCount)),
          .init("enough_runs", .bool(group.hasEnoughRuns)),
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

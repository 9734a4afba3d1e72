import Analysis
import Raster
import Rollouts

/// What the runs of a study say together.
struct StudyReport {
  let study: Study
  let values: [String]
  let runs: [StudyRun]
  let steps: Int
  let city: String
  let preset: String

  /// What is told of each value: its name, where it stands, and whether of the greedy car.
  private static let figures = [
    (title: "targets while training", key: "targets", greedy: false),
    (title: "off road while training", key: "off_road", greedy: false),
    (title: "targets, greedy", key: "targets", greedy: true),
    (title: "laps, greedy", key: "laps", greedy: true),
    (title: "off road, greedy", key: "off_road", greedy: true),
  ]

  private func runs(of value: String) -> [StudyRun] { runs.filter { $0.value == value } }

  private func interval(_ value: String, _ figure: (title: String, key: String, greedy: Bool))
    -> Interval
  {
    Interval(runs(of: value).map { $0.number(figure.key, greedy: figure.greedy) })
  }

  private var seeds: Int { runs.count / max(1, values.count) }

  /// Targets reached along the training, a line with its confidence band for each value.
  func chart(theme: Theme) -> Chart {
    let x = (0...StudyRun.parts).map { Double(steps) * Double($0) / Double(StudyRun.parts) }
    let bands = values.map { value in
      (
        name: "\(study.setting) \(value)",
        band: Band(x: x, runs: runs(of: value).map { [0] + $0.course })
      )
    }
    return Chart(
      bands: bands, title: study.question,
      subtitle: "\(city), preset \(preset), \(seeds) seeds; mean and 95 % confidence", x: "Ticks",
      y: "Targets reached", theme: theme)
  }

  /// Every run, one a row.
  var table: String {
    let header = ["targets", "laps", "off_road"]
    var csv = CSV(
      [study.setting, "seed"] + header + header.map { "greedy_\($0)" } + ["digest"])
    for run in runs {
      csv.add(
        [run.value, String(run.seed)]
          + header.map { CSV.number(run.number($0, greedy: false)) }
          + header.map { CSV.number(run.number($0, greedy: true)) } + [run.digest])
    }
    return csv.text
  }

  /// The chart's numbers.
  var curves: String {
    var csv = CSV(["ticks"] + runs.map { "\($0.value)_s\($0.seed)" })
    for part in 0..<StudyRun.parts {
      csv.add(
        [String(steps * (part + 1) / StudyRun.parts)] + runs.map { CSV.number($0.course[part]) })
    }
    return csv.text
  }

  /// The values side by side, for the terminal.
  var summary: String {
    var table = TextTable(
      [study.setting] + Self.figures.map(\.title), right: Set(0...Self.figures.count))
    for value in values { table.add([value] + Self.figures.map { cell(value, $0) }) }
    return table.text
  }

  private func cell(_ value: String, _ figure: (title: String, key: String, greedy: Bool)) -> String
  {
    let interval = interval(value, figure)
    let isShare = figure.key == "off_road"
    let factor = isShare ? 100.0 : 1
    return "\(decimal(interval.estimate * factor, 1)) (\(decimal(interval.low * factor, 1))–"
      + "\(decimal(interval.high * factor, 1)))" + (isShare ? " %" : "")
  }

  var json: JSON {
    .array(
      values.map { value in
        .object(
          [.init("value", .string(value)), .init("seeds", .integer(seeds))]
            + Self.figures.flatMap { figure -> [JSON.Member] in
              let interval = interval(value, figure)
              let key = (figure.greedy ? "greedy_" : "") + figure.key
              return [
                .init(key, .number(interval.estimate)), .init("\(key)_low", .number(interval.low)),
                .init("\(key)_high", .number(interval.high)),
              ]
            })
      })
  }

  /// A short text of what was measured.
  var text: String {
    let header = [study.setting] + Self.figures.map(\.title)
    var lines = [
      "# \(study.question)", "",
      "Measured on \(city), preset `\(preset)`: \(values.count) values of `\(study.setting)`, "
        + "\(seeds) seeds each, \(NumberText.grouped(steps)) ticks of training, then "
        + "\(NumberText.grouped(StudyRun.greedySteps)) greedy ticks. Means, and their 95 % confidence "
        + "intervals (percentile bootstrap).", "", "![targets reached](chart.png)", "",
      "| " + header.joined(separator: " | ") + " |",
      "|" + String(repeating: "---|", count: header.count),
    ]
    for value in values {
      lines.append(
        "| " + ([value] + Self.figures.map { cell(value, $0) }).joined(separator: " | ") + " |")
    }
    lines += ["", "The usual answer: *\(study.usualAnswer)*.", ""]
    lines += comparisons.map { "- \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Each value against the first: what differs beyond doubt, and what does not.
  private var comparisons: [String] {
    guard let usual = values.first else { return [] }
    return values.dropFirst().map { value in
      let told = [Self.figures[0], Self.figures[2], Self.figures[4]].map { figure in
        let (first, second) = (interval(usual, figure), interval(value, figure))
        let isClear = second.low > first.high || second.high < first.low
        let word = second.estimate > first.estimate ? "more" : "fewer"
        let change = figure.key == "off_road" ? (word == "more" ? "higher" : "lower") : word
        return isClear
          ? "\(figure.title) \(change): \(cell(value, figure)) against \(cell(usual, figure))"
          : "\(figure.title) not clearly different"
      }
      return "\(study.setting) \(value) against \(usual): " + told.joined(separator: "; ") + "."
    }
  }

}

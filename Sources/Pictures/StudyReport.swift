package import Analysis
package import Experiments
package import Raster
package import Rollouts

/// A summary of the runs of a study.
package struct StudyReport {
  private let study: Study
  private let values: [String]
  private let runs: [StudyResult]
  private let steps: Int
  private let map: String
  private let preset: String

  /// A report of finished runs.
  package init(of runs: StudyRuns, _ results: [StudyResult]) {
    (study, values, steps) = (runs.study, runs.values, runs.steps)
    (map, preset) = (runs.plan.description(seed: 0).world.mapName, runs.plan.preset)
    self.runs = results
  }

  /// A figure: its title, its key, and whether it is of greedy play.
  package typealias Figure = (title: String, key: String, greedy: Bool)

  /// The figures for each value.
  package static let figures: [Figure] = [
    (title: "targets while training", key: "targets", greedy: false),
    (title: "off road while training", key: "off_road", greedy: false),
    (title: "targets, greedy", key: "targets", greedy: true),
    (title: "laps, greedy", key: "laps", greedy: true),
    (title: "off road, greedy", key: "off_road", greedy: true),
  ]

  private func runs(of value: String) -> [StudyResult] { runs.filter { $0.value == value } }

  private func interval(_ value: String, _ figure: Figure)
    -> Interval
  {
    Interval(runs(of: value).map { $0.number(figure.key, greedy: figure.greedy) })
  }

  private var seeds: Int { runs.count / max(1, values.count) }

  /// Targets reached during training, a line with its confidence band for each value.
  package func chart(theme: Theme) -> Chart {
    let x = (0...StudyResult.parts).map { Double(steps) * Double($0) / Double(StudyResult.parts) }
    let bands = values.map { value in
      (
        name: "\(study.setting) \(value)",
        band: Band(x: x, runs: runs(of: value).map { [0] + $0.counts })
      )
    }
    return Chart(
      bands: bands, title: study.question,
      subtitle: "\(map), preset \(preset), \(seeds) seeds; mean and 95 % confidence"
        + (caveat == nil ? "" : "; too few for a conclusion"), x: "Ticks",
      y: "Targets reached", theme: theme)
  }

  /// Every run, one per row.
  package var table: String {
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
  package var curves: String {
    var csv = CSV(["ticks"] + runs.map { "\($0.value)_s\($0.seed)" })
    for part in 0..<StudyResult.parts {
      csv.add(
        [String(steps * (part + 1) / StudyResult.parts)] + runs.map { CSV.number($0.counts[part]) })
    }
    return csv.text
  }

  /// The values side by side: one row each, its cells in the order of the figures.
  package var rows: [(value: String, cells: [String])] {
    let columns = Self.figures.map { figure in
      // Shares are written as percentages.
      let isShare = figure.key == "off_road"
      let intervals = values.map { interval($0, figure).scaled(by: isShare ? 100 : 1) }
      let column = IntervalColumn(intervals, atLeast: 1)
      return intervals.map { column.text($0) + (isShare ? " %" : "") }
    }
    return values.enumerated().map { row, value in (value, columns.map { $0[row] }) }
  }

  /// Why nothing can be concluded; nil if there are enough seeds.
  package var caveat: String? {
    seeds < EnoughRuns.fewest
      ? "\(seeds) seeds are too few for a conclusion: \(EnoughRuns.advice)" : nil
  }

  /// The report as flat JSON with stable keys.
  package var json: JSON {
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

  /// A short text about the measurements.
  package var text: String {
    let header = [study.setting] + Self.figures.map(\.title)
    var lines = [
      "# \(study.question)", "",
      "Measured on \(map), preset `\(preset)`: \(values.count) values of `\(study.setting)`, "
        + "\(seeds) seeds each, \(NumberText.grouped(steps)) ticks of training, then "
        + "\(NumberText.grouped(StudyResult.greedySteps)) greedy ticks. Means, and their 95 % confidence "
        + "intervals (percentile bootstrap).", "", "![targets reached](chart.png)", "",
      "| " + header.joined(separator: " | ") + " |",
      "|" + String(repeating: "---|", count: header.count),
    ]
    for row in rows {
      lines.append("| " + ([row.value] + row.cells).joined(separator: " | ") + " |")
    }
    lines += ["", "The usual answer: *\(study.usualAnswer)*.", ""]
    lines += caveat.map { ["**\($0).**"] } ?? comparisons.map { "- \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Each value compared with the first: what differs clearly, and what does not.
  private var comparisons: [String] {
    let rows = rows
    guard let usual = rows.first else { return [] }
    return rows.dropFirst().map { row in
      let words = [0, 2, 4].map { place in
        let figure = Self.figures[place]
        let (first, second) = (interval(usual.value, figure), interval(row.value, figure))
        let isClear = second.low > first.high || second.high < first.low
        let word = second.estimate > first.estimate ? "more" : "fewer"
        let change = figure.key == "off_road" ? (word == "more" ? "higher" : "lower") : word
        return isClear
          ? "\(figure.title) \(change): \(row.cells[place]) against \(usual.cells[place])"
          : "\(figure.title) not clearly different"
      }
      return "\(study.setting) \(row.value) against \(usual.value): "
        + words.joined(separator: "; ") + "."
    }
  }
}

import Analysis
import Experiments
import Pictures
import Raster
import Recordings
import Rollouts
import TestSupport
import Testing

@Suite struct RunPicturesTests {
  /// Mazes of two discounts and two seeds.
  private func runs(in folder: String) throws -> [Recording] {
    try ["0.5", "0.9"].flatMap { gamma in
      try ([1, 2] as [UInt64]).map { seed in
        try SmallRecording.maze.recorded(
          in: folder, as: "g\(gamma)-s\(seed)", seed: seed, changing: [("gamma", gamma)])
      }
    }
  }

  private func returns(_ recording: Recording) throws -> [Double] {
    try recording.episodes().map { try recording.steps(of: $0).reduce(0) { $0 + $1.reward } }
  }

  @Test func `a group's curve is the mean of its runs' rewards`() throws {
    try withTemporaryFolder { folder in
      let runs = try runs(in: folder)
      let groups = try RunGroups(runs.map(\.path), by: nil)
      var options = RunCurves.Options()
      options.window = 1
      let curves = try RunCurves(of: groups, options)
      #expect(curves.bands.map(\.name) == ["gamma 0.5", "gamma 0.9"])
      let all = try runs.map(returns)
      for (index, band) in curves.bands.map(\.band).enumerated() {
        #expect(band.count == 2 && band.x == (1...60).map(Double.init))
        for place in 0..<60 {
          let mean = (all[index * 2][place] + all[index * 2 + 1][place]) / 2
          #expect(abs(band.estimate[place] - mean) < 1e-9)
          #expect(band.low[place] <= mean + 1e-9 && mean <= band.high[place] + 1e-9)
        }
      }
      let lines = curves.csv.split(separator: "\n")
      #expect(lines.count == 1 + 2 * 60 && lines[0] == "group,runs,episodes,mean,low,high")
      guard case .array(let ends) = curves.json else { return }
      #expect(ends.map { $0["group"]?.text } == ["gamma 0.5", "gamma 0.9"])
      #expect(ends.map { $0["mean"]?.double } == curves.bands.map { $0.band.estimate.last })
      let chart = curves.chart(title: nil, theme: .light, scales: AxisScales())
      #expect(chart.legend.count == 2 && chart.title == "maze Classic 4×4 by gamma")
      #expect(Set(try pixels(of: chart)).count > 10)
    }
  }

  @Test func `runs are smoothed by a window that fits the shortest`() throws {
    try withTemporaryFolder { folder in
      let long = try SmallRecording.maze.made(in: folder, as: "long")
      let short = try SmallRecording.maze.made(
        in: folder, as: "short", changing: [("episodes", "20")])
      let curves = try RunCurves(of: RunGroups([long, short], by: "file"))
      #expect(curves.curves.map(\.window) == [4, 4])
      #expect(try RunCurves(of: RunGroups([long], by: nil)).curves[0].window == 12)
    }
  }

  @Test func `along steps a run's curve ends where its last episode did`() throws {
    try withTemporaryFolder { folder in
      let recording = try SmallRecording.maze.recorded(in: folder)
      var options = RunCurves.Options()
      (options.progress, options.window) = (.steps, 1)
      let curves = try RunCurves(of: RunGroups([recording.path], by: nil), options)
      let ends = try recording.episodes().map { Double($0.lastStep + 1) }
      #expect(try curves.curves[0].x == ends && curves.curves[0].returns == returns(recording))
      #expect(
        try recording.outcomes().last(.max).map(\.seconds)
          == recording.outcomes().last(.max).map(\.seconds).sorted())
    }
  }

  @Test func `a metric is drawn as it was recorded, and an unknown one is refused`() throws {
    try withTemporaryFolder { folder in
      let recording = try SmallRecording.maze.recorded(in: folder)
      let groups = try RunGroups([recording.path], by: nil)
      var options = RunCurves.Options()
      options.measure = .metric("charts/epsilon")
      let series = try recording.metric("charts/epsilon")
      let curve = try RunCurves(of: groups, options).curves[0]
      #expect(curve.returns == series.values && curve.episodes.map(\.stepsDone) == series.steps)
      options.measure = .metric("charts/epsilom")
      let error = try #require(throws: RunError.self) { try RunCurves(of: groups, options) }
      guard case .similarName(to: "charts/epsilom", let known)? = error.remedy else {
        Issue.record("the recorded ones are named: \(error)")
        return
      }
      #expect(try known == recording.metricNames() && error.description.contains("charts/epsilon"))
    }
  }

  @Test func `a run's score is the mean of its last returns`() throws {
    try withTemporaryFolder { folder in
      let runs = try runs(in: folder)
      let groups = try RunGroups(runs.map(\.path), by: nil)
      var options = RunComparison.Options()
      (options.last, options.repetitions) = (10, 500)
      let scores = try runs.map { try returns($0).suffix(10).reduce(0, +) / 10 }
      let plain = try RunComparison(of: groups, options)
      #expect(plain.scores.groups.map(\.name) == groups.names)
      for (found, wanted) in zip(plain.scores.groups.flatMap(\.scores.values), scores) {
        #expect(abs(found - wanted) < 1e-9)
      }
      #expect(plain.scores.optimum == scores.max())
      options.normal = 0...200
      let normal = try RunComparison(of: groups, options)
      for (found, wanted) in zip(normal.scores.groups.flatMap(\.scores.values), scores) {
        #expect(abs(found - wanted / 200) < 1e-9)
      }
      #expect(normal.scores.optimum == 1 && normal.scores.repetitions == 500)
      let interval = try #require(normal.scores.groups[0].aggregates[.mean])
      #expect(abs(interval.estimate - (scores[0] + scores[1]) / 400) < 1e-9)
      let charts = try [plain, normal].map { try pixels(of: $0.chart(title: nil, theme: .light)) }
      #expect(charts[0] != charts[1])
    }
  }

  @Test func `groups are compared on the same worlds, and by finished episodes`() throws {
    try withTemporaryFolder { folder in
      let maze = try SmallRecording.maze.made(in: folder, changing: [("gamma", "0.5")])
      let lake = try SmallRecording.lake.made(in: folder, changing: [("gamma", "0.9")])
      let groups = try RunGroups([maze, lake], by: "gamma")
      let error = try #require(throws: RunError.self) { try RunComparison(of: groups) }
      #expect(error.description.contains("compared on the same worlds"))
      // Their curves can be drawn, each for its own world.
      #expect(try RunCurves(of: groups).bands.count == 2)
      let open = try SmallRecording.snake.made(in: folder, changing: [("steps", "2")])
      let unfinished = try RunGroups([open], by: nil)
      #expect(throws: RunError.self) { try RunComparison(of: unfinished) }
      #expect(throws: RunError.self) { try RunCurves(of: unfinished) }
    }
  }

  @Test func `a loss curve has the losses that were recorded`() throws {
    try withTemporaryFolder { folder in
      let recording = try SmallRecording.text.recorded(in: folder)
      let curve = try LossCurve(of: recording)
      let (train, validation) = (
        try recording.metric("losses/train"), try recording.metric("losses/validation")
      )
      #expect(curve.rows.map(\.batches) == [0, 8, 16, 24])
      #expect(curve.rows.map(\.training) == train.values)
      #expect(curve.rows.map(\.validation) == validation.values)
      #expect(curve.csv.split(separator: "\n").count == 5)
      let chart = curve.chart(title: "loss", theme: .dark)
      let notes = chart.layers.compactMap { layer in
        if case .note(_, let y, _, _) = layer { y } else { nil }
      }
      #expect(notes == [validation.values.min()])
      let maze = try SmallRecording.maze.recorded(in: folder)
      #expect(throws: RunError.self) { try LossCurve(of: maze) }
    }
  }

  @Test(arguments: RecordedHistogram.Kind.allCases)
  func `a histogram counts the steps before its moment`(kind: RecordedHistogram.Kind) throws {
    try withTemporaryFolder { folder in
      let recording = try SmallRecording.maze.recorded(in: folder)
      let found = try RecordedHistogram(kind, of: recording, before: 123)
      var counts: [Int: Int] = [:]
      for step in try recording.steps(in: 0..<123) {
        guard case .index(let index) = kind == .actions ? step.action : step.state else { continue }
        counts[index, default: 0] += 1
      }
      #expect(found.histogram.total == 123 && found.subtitle.contains("123 steps"))
      for (index, count) in found.histogram.counts.enumerated() {
        #expect(count == counts[index] ?? 0)
      }
      let actions = ["up", "down", "left", "right"]
      #expect(found.histogram.names == (kind == .actions ? actions : []))
      let snake = try SmallRecording.snake.recorded(in: folder)
      if kind == .states {
        #expect(throws: RunError.self) { try RecordedHistogram(kind, of: snake, before: 10) }
        #expect(throws: RunError.self) { try RecordedHistogram(kind, of: recording, before: 0) }
      }
    }
  }

  @Test func `a report of a study summarizes the runs of each value`() throws {
    try withTemporaryFolder { folder in
      let study = try StudyRuns(
        #require(Study.named("gamma")), values: ["0.9", "0.1"], seeds: [1, 2], steps: 240,
        folder: folder, overrides: [("hidden", "8"), ("batch", "8"), ("warm_up", "50")])
      for run in try study.missing().missing { _ = try run.run { _ in true } }
      let results = try study.results { _, _ in true }
      let report = StudyReport(of: study, results)
      let table = report.table.split(separator: "\n").map { $0.split(separator: ",") }
      #expect(table.count == 5 && table[0].prefix(2) == ["gamma", "seed"])
      for (row, result) in zip(table.dropFirst(), results) {
        #expect(
          row[0] == result.value && row[1] == "\(result.seed)" && row.last ?? "" == result.digest)
        #expect(Double(row[4]) == result.number("off_road", greedy: false))
      }
      guard case .array(let values) = report.json else { return }
      for (place, value) in values.enumerated() {
        let pair = results[place * 2..<place * 2 + 2].map { $0.number("off_road", greedy: false) }
        #expect(abs((value["off_road"]?.double ?? .nan) - pair.reduce(0, +) / 2) < 1e-9)
        #expect(value["seeds"] == 2 && value["value"]?.text == ["0.9", "0.1"][place])
      }
      #expect(report.curves.split(separator: "\n").count == 1 + StudyResult.parts)
      #expect(report.rows.map(\.value) == ["0.9", "0.1"])
      #expect(report.rows.allSatisfy { $0.cells.count == StudyReport.figures.count })
      // Two seeds are too few for a conclusion; six are enough.
      #expect(report.text.contains("2 seeds are too few for a conclusion"))
      #expect(!report.text.contains("gamma 0.1 against 0.9: "))
      let thrice = StudyReport(of: study, results + results + results)
      #expect(thrice.caveat == nil && thrice.text.contains("gamma 0.1 against 0.9: "))
      #expect(
        report.chart(theme: .light).legend.map(\.name) == [
          "gamma 0.9 (n = 2)", "gamma 0.1 (n = 2)",
        ])
    }
  }
}

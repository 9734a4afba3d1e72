import Rollouts
import TestSupport
import Testing

/// Curves, comparisons, heat maps and reports, by the commands that make them.
@Suite struct PictureCommandTests {
  private func train(_ folder: String) throws {
    for rate in ["0.1", "0.5"] {
      let line = "train maze --seeds 1-4 --episodes 120 --set alpha=\(rate) -o a\(rate).sqlite"
      let outcome = try Program.reel(line: line, in: folder)
      try #require(outcome.code == 0, "\(outcome.errors)")
    }
  }

  private func reel(_ line: String, in folder: String) throws -> String {
    let outcome = try Program.reel(line: line, in: folder)
    #expect(outcome.code == 0, "reel \(line): \(outcome.errors)")
    return outcome.output
  }

  @Test func `runs are compared by the setting that differs`() throws {
    try Tour.use { folder in
      try train(folder)
      let json = try JSON(parsing: reel("compare a*.sqlite --json --last 20", in: folder))
      let groups = try json.elements("groups")
      #expect(groups.compactMap { $0["group"]?.text } == ["alpha 0.1", "alpha 0.5"])
      #expect(groups.compactMap { $0["runs"]?.int } == [4, 4])
      // A run's score is the mean of its last episodes, which another verb prints.
      let scores = try ["0.1", "0.5"].map { rate in
        try (1...4).map { seed in
          let rows = try JSON(
            parsing: reel("episodes a\(rate)-s\(seed).sqlite --json", in: folder)
          ).elements()
          return rows.suffix(20).reduce(0) { $0 + ($1["return"]?.double ?? .nan) } / 20
        }
      }
      for (group, scores) in zip(groups, scores) {
        let (low, iqm, high) = (
          group["iqm_low"]?.double, group["iqm"]?.double, group["iqm_high"]?.double
        )
        #expect(abs((group["mean"]?.double ?? .nan) - scores.reduce(0, +) / 4) < 1e-9)
        // Of four runs the middle half are two.
        #expect(abs((iqm ?? .nan) - scores.sorted()[1...2].reduce(0, +) / 2) < 1e-9)
        #expect(try #require(low) <= #require(iqm) && #require(iqm) <= #require(high))
      }
      let pairs = try json.elements("improvements")
      try #require(pairs.count == 1)
      // How often a run of the one group is better than one of the other.
      let better = scores[0].flatMap { one in
        scores[1].map { one > $0 ? 1 : one == $0 ? 0.5 : 0 }
      }
      #expect(pairs[0]["group"]?.text == "alpha 0.1" && pairs[0]["over"]?.text == "alpha 0.5")
      #expect(pairs[0]["probability"]?.double == better.reduce(0, +) / 16)
      _ = try reel("compare a*.sqlite --group-by seed -o c.png --repetitions 500", in: folder)
      _ = try reel("compare a*.sqlite -o c.svg --repetitions 500 --theme dark", in: folder)
      let csv = try reel("compare a*.sqlite -o c.csv --quiet && cat c.csv", in: folder)
      #expect(csv.hasPrefix("group,over,statistic,threshold,value,low,high\nalpha 0.1,,iqm,,"))
    }
  }

  @Test func `groups show their number of runs, and one run has no band`() throws {
    try Tour.use { folder in
      try train(folder)
      let json = try JSON(parsing: reel("curve a*.sqlite --json -w 10", in: folder))
      #expect(try json.elements().compactMap { $0["runs"]?.int } == [4, 4])
      let alone = try JSON(parsing: reel("curve a0.1-s1.sqlite --group-by file --json", in: folder))
        .elements()
      #expect(try #require(alone[0]["low"]?.double) == alone[0]["high"]?.double)
      _ = try reel("curve a*.sqlite --center iqm -x steps --log xy -o c.png", in: folder)
      let csv = try reel("curve a*.sqlite --of charts/epsilon -o c.csv && cat c.csv", in: folder)
      #expect(csv.contains("group,runs,episodes,mean,low,high\n"))
      // Every run has the same ε at the same time, so the band has no width.
      for line in csv.split(separator: "\n").dropFirst(2) {
        let fields = line.split(separator: ",")
        #expect(fields[4] == fields[5], "\(line)")
      }
      let unknown = try Program.reel(line: "curve a0.1-s1.sqlite --of charts/epsilom", in: folder)
      #expect(unknown.code == 1)
      #expect(unknown.errors.contains("did you mean charts/epsilon?"))
    }
  }

  @Test func `heatmap --minus shows the difference of two tables`() throws {
    try Tour.use { folder in
      try train(folder)
      let csv = try reel(
        "heatmap a0.1-s1.sqlite --minus 300 -o d.csv --quiet && cat d.csv", in: folder)
      func best(_ at: String) throws -> Double {
        let view = try JSON(
          parsing: reel("q a0.1-s1.sqlite --state 0,0 --at \(at) --json", in: folder))
        return try view.elements("actions").compactMap { $0["value"]?.double }.max() ?? .nan
      }
      let fields = csv.split(separator: "\n")[1].split(
        separator: ",", omittingEmptySubsequences: false)
      let difference = Double(fields[4]) ?? .nan
      #expect(abs(difference - (try best("end") - best("300"))) < 1e-12)
      _ = try reel("heatmap a0.1-s1.sqlite --minus a0.5-s1.sqlite@50% -o d.png", in: folder)
      for what in ["td-error", "uncertainty", "settled", "states", "actions"] {
        _ = try reel("heatmap a0.1-s1.sqlite --of \(what) -o \(what).png", in: folder)
        _ = try reel("heatmap a0.1-s1.sqlite --of \(what)", in: folder)
      }
      _ = try reel("heatmap a0.1-s1.sqlite --of settled --frames 5 -o s.gif", in: folder)
      let film = try reel("heatmap a0.1-s1.sqlite --frames 5 -o s.mp4 --json", in: folder)
      #expect(try JSON(parsing: film)["frames"]?.int == 5)
      let map = try JSON(parsing: try reel("heatmap a0.1-s1.sqlite --json", in: folder))
      #expect(map["rows"]?.int == 4 && map["columns"]?.int == 4)
      #expect(try map.elements("values").map { try $0.elements().count } == [4, 4, 4, 4])
      let counts = try JSON(
        parsing: try reel("heatmap a0.1-s1.sqlite --of actions --json", in: folder))
      #expect(try counts.elements("names").map(\.text) == ["up", "down", "left", "right"])
      let actions = try reel(
        "heatmap a0.1-s1.sqlite --of actions -o a.csv --quiet && cat a.csv", in: folder)
      let taken = actions.split(separator: "\n").dropFirst().compactMap {
        Int($0.split(separator: ",")[1])
      }
      let info = try JSON(parsing: reel("info a0.1-s1.sqlite --json", in: folder))
      #expect(taken.reduce(0, +) == info["steps"]?.int, "every step took one action")
    }
  }

  @Test func `a report is one small file that says how to reproduce its run`() throws {
    try Tour.use { folder in
      let train = "train maze --seed 3 --episodes 300 --set gamma=0.95"
      _ = try reel("\(train) -o m.sqlite", in: folder)
      let report = try JSON(parsing: reel("report m.sqlite -o m.html --json", in: folder))
      #expect(report["episodes"]?.int ?? 0 >= 3)
      #expect(report["bytes"]?.int ?? .max < 500_000)
      let page = try Program.shell("cat m.html", in: folder).output
      #expect(!page.contains("http://") && !page.contains("https://"))
      let command = page.matches(of: /<code>reel ([^<]*)<\/code>/).map { String($0.output.1) }
      let again = try #require(command.first { $0.hasPrefix("train ") })
      _ = try reel(again, in: folder)
      let digests = try reel("digest m.sqlite again.sqlite", in: folder)
      #expect(Set(digests.split(separator: "\n").map { $0.prefix(64) }).count == 1)
      let twice = try Program.reel(line: "report m.sqlite m.sqlite -o two.html", in: folder)
      #expect(twice.code == 64 && twice.errors.contains("twice"))
      let there = try Program.reel(line: "report m.sqlite -o m.html", in: folder)
      #expect(there.code == 1 && there.errors.contains("--force"))
    }
  }

  @Test func `a report of many runs shows groups, and every run in them`() throws {
    try Tour.use { folder in
      for rate in ["0.1", "0.5"] {
        _ = try reel(
          "train maze --seeds 1-10 --episodes 60 --set alpha=\(rate) -o a\(rate).sqlite", in: folder
        )
      }
      let report = try JSON(parsing: reel("report a*.sqlite -o many.html --json", in: folder))
      #expect(report["runs"] == 20 && (report["bytes"]?.int ?? .max) < 2_000_000)
      let page = try Program.shell("cat many.html", in: folder).output
      func count(_ text: String) -> Int { page.ranges(of: text).count }
      #expect(count("class=\"group ") == 2 && count("<article ") == 2)
      #expect(count("class=\"area\"") == 2 * 3, "a band of each group, for three widths")
      #expect(count("The same again") == 20)
      #expect(page.contains("alpha 0.1 (n = 10)") && page.contains("alpha 0.5 (n = 10)"))
      for rate in ["0.1", "0.5"] {
        for seed in 1...10 {
          #expect(
            page.contains("<b>a\(rate)-s\(seed)</b>") || page.contains("</i>a\(rate)-s\(seed)</h2>")
          )
        }
      }
    }
  }

  @Test func `too few runs for a conclusion are reported`() throws {
    try Tour.use { folder in
      try train(folder)
      let outcome = try Program.reel(line: "compare a*.sqlite --repetitions 500", in: folder)
      #expect(outcome.code == 0)
      #expect(outcome.errors.contains("too few runs for a conclusion (alpha 0.1: 4, alpha 0.5: 4)"))
      let json = try JSON(
        parsing: reel("compare a*.sqlite --repetitions 500 --json --quiet", in: folder))
      #expect(try json.elements("groups").allSatisfy { $0["enough_runs"] == .bool(false) })
    }
  }
}

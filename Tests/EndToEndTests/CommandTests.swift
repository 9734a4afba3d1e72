import Rollouts
import TestSupport
import Testing

/// The commands that the README promises, run as they are written.
@Suite struct CommandTests {
  @Test func `every command of the tour works as written`() throws {
    try Tour.use { folder in
      for line in Tour.commands {
        let outcome = try Program.reel(line: line, in: folder)
        #expect(outcome.code == 0, "reel \(line): \(outcome.errors)")
      }
      for file in Tour.files {
        #expect(try Program.shell("test -s \(file)", in: folder).code == 0, "\(file) is missing")
      }
    }
  }

  @Test func `results go to standard output and everything else to standard error`() throws {
    try Tour.use { folder in
      let outcome = try Program.reel("train", "maze", "-o", "a.sqlite", in: folder)
      #expect(outcome.output == "a.sqlite\n")
      #expect(!outcome.errors.contains("━"), "no bar without a terminal: \(outcome.errors)")
      #expect(outcome.errors.hasPrefix("last 100 episodes "), "\(outcome.errors)")
    }
  }

  @Test func `the same seed gives the same digest, and another seed a different one`() throws {
    try Tour.use { folder in
      for (seed, name) in [(1, "a"), (1, "b"), (2, "c")] {
        let line = "train lake --episodes 500 --seed \(seed) -o \(name).sqlite"
        #expect(try Program.reel(line: line, in: folder).code == 0)
      }
      let digests = try ["a", "b", "c"].map {
        try Program.reel("digest", "\($0).sqlite", in: folder).output.prefix { $0 != " " }
      }
      #expect(digests[0].count == 64)
      #expect(digests[0] == digests[1])
      #expect(digests[0] != digests[2])
    }
  }

  @Test func `ten seeds train the same runs together as one by one`() throws {
    try Tour.use { folder in
      let outcome = try Program.reel(
        line: "train maze --seeds 1-10 -o all.sqlite --json", in: folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
      let runs = try JSON(parsing: outcome.output).elements()
      #expect(runs.map { $0["seed"]?.int } == Array(1...10))
      #expect(try Program.reel(line: "train maze --seed 7 -o one.sqlite", in: folder).code == 0)
      let both = try Program.reel("digest", "all-s7.sqlite", "one.sqlite", in: folder).output
      let digests = Set(both.split(separator: "\n").map { $0.prefix { $0 != " " } })
      #expect(digests.count == 1, "\(both)")
    }
  }

  @Test func `an evaluation prints its report, and its recording names its parent`() throws {
    try Tour.use { folder in
      #expect(try Program.reel("train", "maze", "-o", "maze.sqlite", in: folder).code == 0)
      let outcome = try Program.reel(
        line: "evaluate maze.sqlite --episodes 5 -o played.sqlite --json", in: folder)
      let report = try JSON(parsing: outcome.output)
      guard case .object(let members) = report else {
        Issue.record("not an object")
        return
      }
      #expect(
        members.map(\.key) == [
          "episodes", "steps", "mean_return", "std_return", "min_return", "max_return",
          "success_rate", "mean_length", "checkpoint_step",
        ])
      #expect(report["mean_return"]?.double == 95)
      #expect(report["success_rate"]?.double == 1)
      let played = try Program.reel("info", "played.sqlite", "--json", in: folder)
      let info = try JSON(parsing: played.output)
      #expect(info["purpose"]?.text == "evaluate")
      #expect(info["parent"]?["file"]?.text == "maze.sqlite")
      #expect(info["episodes"]?.int == 5)
      #expect(info["steps"]?.int == 30)
      let render = try Program.reel(line: "render played.sqlite --episode 1 -o p", in: folder)
      #expect(render.code == 0, "\(render.errors)")
      #expect(try Program.shell("ls p | wc -l", in: folder).output == "7\n")
    }
  }

  @Test func `there is one frame for every state of an episode, including the first`() throws {
    try Tour.use { folder in
      #expect(try Program.reel("train", "maze", "-o", "maze.sqlite", in: folder).code == 0)
      let best = try Program.reel(line: "episodes maze.sqlite --best 1 --json", in: folder)
      let rows = try JSON(parsing: best.output).elements()
      #expect(rows.first?["return"]?.double == 95)
      let report = try Program.reel(
        line: "render maze.sqlite --episode best -o frames --json", in: folder)
      #expect(try JSON(parsing: report.output)["frames"]?.int == 7)
      let files = try Program.shell("ls frames", in: folder).output
      #expect(files.hasPrefix("frame-000000.png\n"))
      #expect(files.hasSuffix("frame-000006.png\n"))
    }
  }

  @Test func `the table at a step is shown with its last updates`() throws {
    try Tour.use { folder in
      #expect(try Program.reel("train", "maze", "-o", "maze.sqlite", in: folder).code == 0)
      let outcome = try Program.reel(
        line: "q maze.sqlite --state 2,1 --at 5000 --json", in: folder)
      let view = try JSON(parsing: outcome.output)
      #expect(view["step"]?.int == 5000)
      #expect(view["row"]?.int == 2)
      #expect(view["column"]?.int == 1)
      let last = try #require(try view.elements("updates").last)
      let acted = try view.elements("actions").first {
        $0["action"]?.text == last["action"]?.text
      }
      #expect(try #require(acted?["value"]?.double) == last["after"]?.double)
      #expect((last["step"]?.int ?? 9999) < 5000)
    }
  }

  @Test func `for a wall and a goal, q says why there are no values`() throws {
    try Tour.use { folder in
      #expect(try Program.reel("train", "maze", "-o", "maze.sqlite", in: folder).code == 0)
      for (state, words) in [("1,1", "this is a wall"), ("3,3", "the episode ends here")] {
        let shown = try Program.reel("q", "maze.sqlite", "--state", state, in: folder)
        #expect(shown.output.contains(words), "\(shown.output)")
        let json = try Program.reel("q", "maze.sqlite", "--state", state, "--json", in: folder)
        #expect(try JSON(parsing: json.output)["remark"]?.text?.hasPrefix(words) == true)
      }
      let usual = try Program.reel("q", "maze.sqlite", "--state", "0,0", "--json", in: folder)
      #expect(try JSON(parsing: usual.output)["remark"] == .null)
    }
  }

  @Test func `info does not print a large map, and map export returns it unchanged`()
    throws
  {
    try Tour.use { folder in
      let made = try Program.reel(line: "map city --seed 4 -o own.geojson", in: folder)
      #expect(made.code == 0)
      let training = "train city --map own.geojson --set warm_up=50 --steps 300 -o"
      #expect(try Program.reel(line: "\(training) own.sqlite", in: folder).code == 0)
      let info = try Program.reel("info", "own.sqlite", in: folder).output
      #expect(info.utf8.count < 4000 && info.contains("reel map export own.sqlite prints it"))
      let export = try Program.reel(
        line: "map export own.sqlite -o again.geojson --json", in: folder)
      #expect(try JSON(parsing: export.output)["file"]?.text == "again.geojson")
      let again = training.replacing("own", with: "again")
      #expect(try Program.reel(line: "\(again) again.sqlite", in: folder).code == 0)
      let digests = try Program.shell(
        "\(Program.reel()) digest own.sqlite again.sqlite | cut -c 1-64 | uniq | wc -l", in: folder)
      #expect(digests.output == "1\n")
      // A small map is shown, and comes out as text.
      #expect(try Program.reel("train", "lake", "-o", "lake.sqlite", in: folder).code == 0)
      #expect(try Program.reel("info", "lake.sqlite", in: folder).output.contains("SFFF\nFHFH"))
      #expect(
        try Program.reel("map", "export", "lake.sqlite", in: folder).output.contains("FFFH\nHFFG\n")
      )
    }
  }

  @Test func `training ends with the score, the time and what comes next`() throws {
    try Tour.use { folder in
      let outcome = try Program.reel("train", "maze", "-o", "maze.sqlite", in: folder)
      #expect(outcome.output == "maze.sqlite\n")
      #expect(outcome.errors.contains("last 100 episodes 94."), "\(outcome.errors)")
      #expect(outcome.errors.contains("steps in "), "\(outcome.errors)")
      #expect(outcome.errors.contains("reel film maze.sqlite --episode best"), "\(outcome.errors)")
      let quiet = try Program.reel("train", "maze", "-q", "-o", "b.sqlite", in: folder)
      #expect(quiet.output.isEmpty && quiet.errors.isEmpty)
    }
  }

  @Test func `a number of seeds trains that many runs`() throws {
    try Tour.use { folder in
      let runs = try Program.reel(
        line: "train maze --episodes 5 --seeds 3 -o a.sqlite --json", in: folder)
      #expect(try JSON(parsing: runs.output).elements().map { $0["seed"]?.int } == [1, 2, 3])
    }
  }

  @Test func `map check reports a city's road area, its routes and ignored features`() throws {
    try Tour.use { folder in
      let outcome = try Program.reel(line: "map check grachten --json", in: folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
      let report = try JSON(parsing: outcome.output)
      #expect(report["file"]?.text == "maps/cities/grachten.geojson")
      #expect(report["ok"] == .bool(true) && report["kind"]?.text == "city")
      #expect((0.1...0.35).contains(try #require(report["drivable"]?.double)))
      let off = try report.elements("leg_off_road")
      #expect(
        try report.elements("legs").map(\.text)
          == ["start to A1", "A1 to A2", "A2 to A3", "A3 to A1"])
      #expect(try report.elements("leg_road").count == 4 && off.count == 4)
      #expect(off.allSatisfy { ($0.double ?? 0) >= 0.5 })

      // Without its bridges the city falls apart, and the check says so.
      let script = """
        grep -v '"bridge":"yes"' maps/cities/grachten.geojson > apart.geojson
        sed 's/"highway":"footway"/"highway":"proposed"/' apart.geojson > odd.geojson
        """
      _ = try Program.shell(script, in: folder)
      let apart = try Program.reel(line: "map check odd.geojson", in: folder)
      #expect(apart.code == 1)
      #expect(apart.output.contains("no road leads from"), "\(apart.output)")
      #expect(apart.output.contains("ignored: line highway=proposed (2 times)"))
    }
  }

  @Test func `a generated city is the same for the same seed and passes the check`() throws {
    try Tour.use { folder in
      for name in ["a", "b"] {
        let made = try Program.reel(line: "map city --seed 4 -o \(name).geojson", in: folder)
        #expect(made.code == 0 && made.output.isEmpty)
        #expect(made.errors.contains("seed 4"), "\(made.errors)")
      }
      #expect(try Program.shell("cmp a.geojson b.geojson", in: folder).code == 0)
      #expect(try Program.reel("map", "check", "a.geojson", in: folder).code == 0)
    }
  }

  @Test func `value iteration prints the book's values`() throws {
    try Tour.use { folder in
      let outcome = try Program.reel(
        line: "solve grid --map book --iterations 100 --json", in: folder)
      let solution = try JSON(parsing: outcome.output)
      let states = try solution.elements("states")
      let golden: [(Int, Int, Double)] = [
        (0, 2, 0.6450), (1, 2, 0.7444), (2, 2, 0.8478), (3, 2, 1), (0, 1, 0.5663),
        (2, 1, 0.5719), (3, 1, -1), (0, 0, 0.4907), (1, 0, 0.4308), (2, 0, 0.4755), (3, 0, 0.2773),
      ]
      #expect(states.count == golden.count)
      for (x, y, value) in golden {
        let state = states.first { $0["x"]?.int == x && $0["y"]?.int == y }
        let found = try #require(state?["value"]?.double)
        #expect(abs(found - value) < 0.00005, "(\(x), \(y))")
      }
    }
  }

  @Test func `the demo makes the files it promises`() throws {
    try Tour.use { folder in
      let outcome = try Program.reel("demo", in: folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
      for name in ["maze.gif", "lake.gif", "lake-q.gif", "maze-curve.png", "lake-q.png"] {
        #expect(try Program.shell("test -s output/demo/\(name)", in: folder).code == 0, "\(name)")
      }
      #expect(try Program.reel("demo", "--quiet", in: folder).code == 0, "a second time")
    }
  }
}

/// A folder like a fresh clone: maps, and no recordings.
enum Tour {
  static func use(_ body: (String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let copied = try Program.shell("cp -r '\(Repository.root)/maps' maps", in: folder)
      #expect(copied.code == 0)
      try body(folder)
    }
  }

  static let commands = [
    "train maze --seed 1 -o recordings/maze.sqlite",
    "train lake --map maps/lakes/8x8.txt --episodes 20000 --seed 3 -o recordings/lake.sqlite "
      + "--set gamma=0.999",
    "train grid --map maps/grids/book.txt --set noise=0.2 --episodes 2000",
    "train crawler --tag legs --note 'one arm, one hand'",
    "info recordings/maze.sqlite --json",
    "episodes recordings/maze.sqlite --best 3",
    "render recordings/maze.sqlite --episode best -o output/maze-best",
    "film recordings/maze.sqlite --episode first,best -o output/maze.gif",
    "film output/maze-best -o output/x.gif",
    "film recordings/crawler-qtable-s1.sqlite --episode best --fps 50 -o output/crawler.gif",
    "film recordings/grid-qtable-s1.sqlite --episode last --theme dark",
    "curve recordings/maze.sqlite -o output/maze-curve.png -w 50",
    "curve recordings/maze.sqlite -o output/maze-curve.csv",
    "curve recordings/lake.sqlite -x time -w 500 -o output/lake-curve.svg",
    "heatmap recordings/lake.sqlite -o output/lake-q.png --at 50%",
    "heatmap recordings/lake.sqlite -o output/lake-q.gif --frames 40",
    "heatmap recordings/grid-qtable-s1.sqlite --style triangles -o output/book.png",
    "heatmap recordings/lake.sqlite --of visits -o output/visits.csv",
    "heatmap recordings/crawler-qtable-s1.sqlite -o output/crawler.svg",
    "heatmap recordings/maze.sqlite",
    "solve grid --map maps/grids/book.txt --iterations 100 --json",
    "digest recordings/maze.sqlite",
    "evaluate recordings/lake.sqlite --episodes 1000 --json",
    "evaluate recordings/lake.sqlite --exact",
    "q recordings/maze.sqlite --state 2,1 --at 5000 --json",
    "explain qtable",
    "list",
    "list --tag legs --json",
    "export recordings/maze.sqlite --transitions -o output/x.csv",
    "export recordings/maze.sqlite --parameters -o output/maze.safetensors",
    "map maze --size 41x41 --seed 7 -o output/maze.txt",
    "map lake --size 10x10 --seed 7 -o output/lake.txt",
    "map city --seed 7 -o output/city.geojson",
    "map check output/maze.txt output/lake.txt output/city.geojson eixample",
    "train maze --map output/maze.txt --episodes 50 -o recordings/large.sqlite",
    "train maze --settings",
    "heatmap recordings/large.sqlite -o output/large.png",
  ]

  static let files = [
    "recordings/grid-qtable-s1.sqlite", "output/maze-best/frame-000006.png", "output/maze.gif",
    "output/x.gif", "output/crawler.gif", "output/maze-curve.png", "output/maze-curve.csv",
    "output/lake-curve.svg", "output/lake-q.png", "output/lake-q.gif", "output/x.csv",
    "output/maze.safetensors", "output/grid-qtable-s1-last.gif", "output/city.geojson",
  ]
}

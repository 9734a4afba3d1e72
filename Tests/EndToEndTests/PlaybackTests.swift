import Rollouts
import TestSupport
import Testing

/// What `reel evaluate` plays: whose policy, how long, and what is recorded of it.
@Suite struct PlaybackTests {
  @Test func `the best network plays as many steps as asked, and what it played can be drawn`()
    throws
  {
    try Tour.use { folder in
      let lines = [
        "train breakout --steps 12288 --set evaluate_every=2 --set evaluation_episodes=2 --seed 1 "
          + "-o recordings/breakout.sqlite",
        "evaluate recordings/breakout.sqlite --checkpoint best --steps 1000 "
          + "-o recordings/playback.sqlite",
        "render recordings/playback.sqlite --episode all -o output/breakout",
      ]
      for line in lines {
        let outcome = try Program.reel(line: line, in: folder)
        #expect(outcome.code == 0, "reel \(line): \(outcome.errors)")
      }
      let info = try JSON(
        parsing: Program.reel("info", "recordings/playback.sqlite", "--json", in: folder).output)
      #expect(info["steps"]?.int == 1000 && info["purpose"]?.text == "evaluate")
      #expect(info["parent"]?["file"]?.text == "recordings/breakout.sqlite")
      let best = try Program.shell(
        "sqlite3 recordings/breakout.sqlite "
          + "\"SELECT max(step) FROM checkpoints WHERE kind = 'best'\"",
        in: folder)
      #expect(info["parent"]?["step"].map { "\($0.compact)\n" } == best.output)
      let endings = try endings(of: "recordings/playback.sqlite", in: folder)
      #expect(endings.last == "truncated" && info["episodes"]?.int == endings.count)
      let frames = try Program.shell("ls output/breakout | wc -l", in: folder).output
      #expect(frames == "\(1000 + endings.count)\n")

      // A recorded evaluation can be evaluated again.
      let again = try Program.reel(
        line: "evaluate recordings/playback.sqlite --episodes 2 --json", in: folder)
      #expect(again.code == 0, "\(again.errors)")
    }
  }

  @Test func `a game of Breakout is truncated where trials are, and counted`() throws {
    try Tour.use { folder in
      let training =
        "train breakout --steps 2048 --set evaluation_steps=60 --set keep_best=no "
        + "-o b.sqlite"
      #expect(try Program.reel(line: training, in: folder).code == 0)
      let outcome = try Program.reel(line: "evaluate b.sqlite --episodes 3 --json", in: folder)
      let report = try JSON(parsing: outcome.output)
      #expect(report["truncated"]?.int == 3 && report["steps"]?.int == 180, "\(outcome.output)")
      let best = try Program.reel("evaluate", "b.sqlite", "--checkpoint", "best", in: folder)
      #expect(best.code == 1 && best.errors.contains("kept no best network"), "\(best.errors)")
    }
  }

  @Test func `a table plays as it was at a step, and --steps cuts off the last episode`() throws {
    try Tour.use { folder in
      #expect(try Program.reel("train", "maze", "-o", "maze.sqlite", in: folder).code == 0)
      let reports = try [
        "", "--checkpoint last", "--checkpoint 0", "--at 0", "--steps 15 -o cut.sqlite",
      ].map { options in
        let line = "evaluate maze.sqlite \(options) --json"
        return try JSON(parsing: Program.reel(line: line, in: folder).output)
      }
      #expect(reports[0] == reports[1] && reports[2] == reports[3])
      #expect(reports[0]["mean_return"]?.double == 95)
      #expect((reports[2]["mean_return"]?.double ?? 95) < 95)
      #expect(reports[4]["steps"]?.int == 15)
      let endings = try endings(of: "cut.sqlite", in: folder)
      #expect(endings == ["terminated", "terminated", "truncated"])
    }
  }

  private func endings(of file: String, in folder: String) throws -> [String] {
    let outcome = try Program.reel("episodes", file, "--json", in: folder)
    return try JSON(parsing: outcome.output).elements().compactMap { $0["ending"]?.text }
  }
}

import Glibc
import Platform
import Rollouts
import TestSupport
import Testing

/// Runs that are resumed from the command line.
@Suite struct ResumeCommandTests {
  private static let runs = [
    "maze --episodes 20000 --set snapshot_every=10000", "lake --map 8x8 --episodes 4000",
    "snake --episodes 20 --set snapshot_every=200", "reacher --steps 16384 --set snapshot_every=2",
    "breakout --steps 8192 --set snapshot_every=2 --set evaluate_every=0",
  ]

  private static func digest(_ file: String, in folder: String) throws -> Substring {
    try Program.reel("digest", file, in: folder).output.prefix { $0 != " " }
  }

  @Test(arguments: runs)
  func `Ctrl-C prints the command that resumes, and the resumed run ends as if never stopped`(
    run: String
  ) throws {
    try Tour.use { folder in
      #expect(try Program.reel(line: "train \(run) -o whole.sqlite", in: folder).code == 0)
      // A signal that comes too late finds a finished run.
      var stopped: Program.Outcome?
      for _ in 0..<50 where stopped?.code ?? 0 == 0 {
        _ = try Program.shell("rm -f a.sqlite*", in: folder)
        let running = try Program.start(line: "train \(run) -o a.sqlite", in: folder)
        try running.wait { Files.exists("\(folder)/a.sqlite") }
        running.send(SIGINT)
        stopped = try running.outcome()
      }
      let ended = try #require(stopped)
      #expect(ended.code == 130 && ended.errors.contains("reel train --resume a.sqlite"))
      let outcome = try Program.reel("train", "--resume", "a.sqlite", in: folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(try Self.digest("a.sqlite", in: folder) == Self.digest("whole.sqlite", in: folder))
      let others = try Program.shell("ls -a | grep 'a.sqlite.'", in: folder).output
      #expect(others == "", "only one file is left")
    }
  }

  @Test func `a run recorded with other arithmetic says so before it resumes`() throws {
    try Tour.use { folder in
      let fixture = "\(Repository.root)/Tests/ExperimentsTests/Fixtures/explained-snake.sqlite"
      #expect(try Program.shell("cp \(fixture) a.sqlite", in: folder).code == 0)
      let again = try Program.reel("verify", "a.sqlite", "--retrain", in: folder)
      #expect(again.errors.contains("other arithmetic (OpenBLAS)"), "\(again.errors)")
      let more = try Program.reel("train", "--resume", "a.sqlite", "--until", "600", in: folder)
      #expect(more.code == 0 && more.errors.contains("from here on numbers can differ"))
      #expect(try Program.reel("verify", "a.sqlite", "--replay", in: folder).code == 0)
      let run = "train reacher --steps 4096 -o b.sqlite"
      #expect(try Program.reel(line: run, in: folder).code == 0)
      let own = try Program.reel("train", "--resume", "b.sqlite", "--until", "8192", in: folder)
      #expect(own.code == 0 && !own.errors.contains("arithmetic"))
      let words = try Program.shell(
        "sqlite3 -readonly b.sqlite \"SELECT versions->>'arithmetic' FROM sessions\"", in: folder)
      #expect(words.output.hasPrefix("2 "))
    }
  }

  @Test
  func `steps of other arithmetic after the last checkpoint prevent resuming, but not forking`()
    throws
  {
    try Tour.use { folder in
      let line = "train reacher --steps 1000000 --set snapshot_every=1000 -o a.sqlite"
      let running = try Program.start(line: line, in: folder)
      try running.wait {
        let info = try? Program.reel("info", "a.sqlite", "--json", in: folder)
        let steps = info.flatMap { try? JSON(parsing: $0.output)["steps"]?.int }
        return (steps ?? 0) > 4096
      }
      running.send(SIGKILL)
      _ = try running.outcome()
      // As if a processor had rounded the first action differently.
      let changes =
        "UPDATE sessions SET versions = '{}'; "
        + "UPDATE transitions SET reward = reward - 1 WHERE step = 1"
      #expect(try Program.shell("sqlite3 a.sqlite \"\(changes)\"", in: folder).code == 0)
      let resumed = try Program.reel("train", "--resume", "a.sqlite", in: folder)
      #expect(resumed.code == 1 && resumed.errors.contains("step 1 differs from the recorded one"))
      #expect(resumed.errors.contains("reel fork a.sqlite --at 0"), "\(resumed.errors)")
      let fork = "fork a.sqlite --at 0 --until 4096 -o b.sqlite"
      let forked = try Program.reel(line: fork, in: folder)
      #expect(forked.code == 0, "\(forked.errors)")
    }
  }

  @Test func `a finished run is left unchanged, and trains on when asked to`() throws {
    try Tour.use { folder in
      #expect(try Program.reel(line: "train maze --episodes 200 -o a.sqlite", in: folder).code == 0)
      let before = try Program.shell("cksum < a.sqlite", in: folder).output
      let again = try Program.reel("train", "--resume", "a.sqlite", in: folder)
      #expect(again.code == 0 && again.errors.contains("already complete"))
      #expect(try Program.shell("cksum < a.sqlite", in: folder).output == before)
      let more = try Program.reel(
        line: "train --resume a.sqlite --until 9000 --json", in: folder)
      #expect(try JSON(parsing: more.output)["steps"]?.int == 9000)
      let longer = try Program.reel(
        line: "train --resume a.sqlite --episodes 1500 --set epsilon=0.05 --json", in: folder)
      #expect(try JSON(parsing: longer.output)["episodes"]?.int == 1500)
      let sessions = try Program.shell(
        "sqlite3 -readonly a.sqlite 'SELECT count(*) FROM sessions'", in: folder)
      #expect(sessions.output == "3\n")
      // The table of any step still follows from the log, whichever settings were in force.
      let table = try Program.reel(line: "q a.sqlite --at 95% --json", in: folder)
      #expect(table.code == 0, "\(table.errors)")
      // And each part is reproduced with its own settings.
      let proof = try Program.reel(line: "verify a.sqlite --replay --retrain", in: folder)
      #expect(proof.code == 0, "\(proof.errors)")
    }
  }

  @Test func `a policy whose last rollout was short trains on, and is reproduced`() throws {
    try Tour.use { folder in
      for line in [
        "train reacher --steps 3000 -o a.sqlite", "train --resume a.sqlite --until 5000",
        "train --resume a.sqlite --until 9000 --set learning_rate=0.001",
        "verify a.sqlite --replay --retrain",
      ] {
        let outcome = try Program.reel(line: line, in: folder)
        #expect(outcome.code == 0, "\(line): \(outcome.errors)")
      }
    }
  }

  @Test func `settings cannot change before a run is complete`() throws {
    try Tour.use { folder in
      let running = try Program.start(
        line: "train lake --episodes 3000000 -o a.sqlite --quiet", in: folder)
      try running.wait { Files.exists("\(folder)/a.sqlite") }
      running.send(SIGKILL)
      #expect(try running.outcome().code == -1)
      let outcome = try Program.reel(line: "train --resume a.sqlite --set alpha=0.5", in: folder)
      #expect(outcome.code == 64 && outcome.errors.contains("has not reached its end"))
    }
  }

  @Test func `a file that is replaced while it is written ends the run with one sentence`() throws {
    try Tour.use { folder in
      #expect(
        try Program.reel(line: "train maze --episodes 20 -o b.sqlite --quiet", in: folder).code == 0
      )
      let running = try Program.start(
        line: "train lake --episodes 3000000 -o a.sqlite --quiet", in: folder)
      try running.wait {
        guard Files.exists("\(folder)/a.sqlite") else { return false }
        let info = try Program.reel("info", "a.sqlite", "--json", in: folder)
        return try JSON(parsing: info.output)["steps"]?.int ?? 0 > 0
      }
      try Files.rename("\(folder)/b.sqlite", to: "\(folder)/a.sqlite")
      let outcome = try running.outcome()
      #expect(outcome.code == 1 && outcome.errors.contains("replaced while it was written"))
      #expect(try Program.reel("verify", "a.sqlite", in: folder).code == 0)
    }
  }

  @Test(arguments: [
    ("train", "WORLD is missing"), ("train --until 5", "--until needs --resume"),
    ("train maze --resume a.sqlite", "takes everything else from the recording"),
    ("train --resume a.sqlite --seed 2", "takes everything else from the recording"),
    ("train --resume a.sqlite --until 5", "already"),
    ("train --resume a.sqlite --until 9000 --set noise=0.5", "not a setting of the trainer"),
    ("train --resume nowhere.sqlite", "nowhere.sqlite"),
    ("train --resume e.sqlite", "is an evaluation"),
  ])
  func `what cannot be resumed is refused with one sentence`(line: String, sentence: String) throws
  {
    try Tour.use { folder in
      for line in [
        "train maze --episodes 50 -o a.sqlite", "evaluate a.sqlite --episodes 2 -o e.sqlite",
      ] {
        #expect(try Program.reel(line: line, in: folder).code == 0)
      }
      let outcome = try Program.reel(line: line, in: folder)
      #expect(outcome.code != 0 && outcome.errors.contains(sentence), "\(outcome.errors)")
    }
  }
}

import Glibc
import Platform
import Rollouts
import TestSupport
import Testing

/// Sweeps as users run them on one machine; `.ci/test-cluster` runs one on Slurm.
@Suite struct SweepCommandTests {
  private static func digest(_ file: String, in folder: String) throws -> Substring {
    try Program.reel("digest", file, in: folder).output.prefix { $0 != " " }
  }

  private static func states(in folder: String) throws -> [String] {
    let status = try Program.reel(line: "sweep --status runs --json", in: folder)
    guard case .array(let rows) = try JSON(parsing: status.output) else { return [] }
    return rows.compactMap { $0["state"]?.text }
  }

  @Test func `a sweep that is stopped and killed continues, and its runs equal single runs`() throws
  {
    try Tour.use { folder in
      let words = "sweep snake --seeds 2 --set learning_rate=0.001,0.0003 --episodes 60 -o runs"
      let first = try Program.start(line: words, in: folder)
      try first.wait { Files.exists("\(folder)/runs/snake-learning_rate0.001-s1.sqlite") }
      first.send(SIGINT)
      let stopped = try first.outcome()
      #expect(stopped.code == 130, "\(stopped.errors)")
      #expect(stopped.errors.contains("reel sweep -o runs continues it"))
      #expect(try Self.states(in: folder).contains("interrupted"))
      // A killed sweep does not stop its runs; they finish.
      let second = try Program.start(line: "sweep -o runs --jobs 1", in: folder)
      try second.wait { try Self.states(in: folder).contains("running") }
      second.send(SIGKILL)
      _ = try second.outcome()
      let last = try Program.start(line: "sweep -o runs", in: folder)
      #expect(try last.outcome().code == 0)
      for _ in 0..<600 where try Self.states(in: folder).contains("running") { usleep(100_000) }
      #expect(try Self.states(in: folder) == Array(repeating: "done", count: 4))
      let again = try Program.reel(line: words, in: folder)
      #expect(again.code == 0 && again.errors.contains("4 of 4 runs are done"), "\(again.errors)")
      #expect(again.output.contains("learning_rate=0.0003"))
      for (rate, seed) in [("0.001", 1), ("0.0003", 2)] {
        let train =
          "train snake --seed \(seed) --set learning_rate=\(rate) --episodes 60 -o one.sqlite"
        #expect(try Program.reel(line: train + " --force", in: folder).code == 0)
        #expect(
          try Self.digest("one.sqlite", in: folder)
            == Self.digest("runs/snake-learning_rate\(rate)-s\(seed).sqlite", in: folder))
      }
    }
  }

  @Test func `a run that fails is tried again, stops no other run, and says why`() throws {
    try Tour.use { folder in
      let plan = "sweep maze --seeds 3 --episodes 50 -o runs"
      #expect(try Program.reel(line: plan + " --print", in: folder).code == 0)
      try Files.write(Array("no recording".utf8), toNewFile: "\(folder)/runs/maze-s2.sqlite")
      let outcome = try Program.reel(line: "sweep -o runs --retry 1", in: folder)
      #expect(outcome.code == 1 && outcome.output.hasPrefix("2 done, 1 failed"))
      #expect(outcome.errors.contains("line 2 failed: runs/maze-s2.sqlite is not a recording"))
      #expect(try Program.shell("rm runs/maze-s2.sqlite", in: folder).code == 0)
      #expect(try Program.reel(line: "sweep -o runs", in: folder).code == 0)
    }
  }

  @Test func `a task records to a local disk, and resumes from its last copy`() throws {
    try Tour.use { folder in
      let plan = "sweep reacher --steps 1000000 -o runs"
      #expect(try Program.reel(line: plan + " --print", in: folder).code == 0)
      let task = "run-task runs/sweep.jsonl 1 --scratch local --copy-every 1"
      let path = "runs/reacher-s1.sqlite"
      for signal in [SIGKILL, SIGTERM] {
        let before = Files.modificationTime("\(folder)/\(path)")
        let running = try Program.start(line: task, in: folder)
        // Two copies of a run that continues while they are made.
        try running.wait {
          Files.modificationTime("\(folder)/\(path)") != before
            && Files.exists("\(folder)/\(path)")
        }
        running.send(signal)
        #expect(try running.outcome().code == (signal == SIGTERM ? 130 : -1))
        #expect(try Program.reel("verify", path, in: folder).code == 0)
      }
      #expect(try Program.reel(line: task, in: folder).code == 0)
      let names = try Program.shell("ls -A local", in: folder).output
      #expect(names == "", "nothing is left on the local disk")
      #expect(
        try Program.reel(line: "train reacher --steps 1000000 -o a.sqlite", in: folder).code == 0)
      #expect(try Self.digest("a.sqlite", in: folder) == Self.digest(path, in: folder))
    }
  }

  @Test func `a range of lines runs all of them, and a missing plan is reported`() throws {
    try Tour.use { folder in
      #expect(
        try Program.reel(line: "sweep maze --seeds 4 --episodes 20 -o runs --print", in: folder)
          .code == 0)
      #expect(try Program.reel(line: "run-task runs/sweep.jsonl 2-3", in: folder).code == 0)
      #expect(try Self.states(in: folder) == ["waiting", "done", "done", "waiting"])
      let missing = try Program.reel(line: "sweep --status nowhere", in: folder)
      #expect(missing.code == 1 && missing.errors.contains("reel sweep WORLD -o nowhere plans one"))
      #expect(try Program.reel(line: "sweep", in: folder).code == 64)
      let slurm = try Program.shell(
        "PATH= \(Program.reel()) sweep maze --seeds 2 -o other --slurm ''", in: folder)
      #expect(slurm.code == 1 && slurm.errors.contains("is Slurm installed here?"))
    }
  }
}

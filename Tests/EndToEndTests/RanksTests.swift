import Foundation
import Recordings
import Rollouts
import TestSupport
import Testing

/// Runs that several processes share, started by Open MPI's `mpirun`.
@Suite(.serialized) struct RanksTests {
  /// A run so small that it takes a moment.
  struct Shared: Sendable, CustomTestStringConvertible {
    let name: String
    let line: String
    var testDescription: String { name }
  }

  /// A board on which games end at a limit of 25 steps, in all eight worlds at once, and a target that stops
  /// some updates early.
  private static let gpt =
    "train breakout --policy gpt --steps 960 --seed 3 --set shards=8 --set worlds=8 "
    + "--set rollout=40 --set minibatch=80 --set epochs=3 --set layers=1 --set width=16 "
    + "--set heads=2 --set inner=16 --set hidden=8 --set step_limit=25 --set target_kl=0.0005 "
    + "--set learning_rate=0.003 --set evaluate_every=2 --set evaluation_episodes=3 "
    + "--set evaluation_steps=30 --set snapshot_every=2"

  private static let features =
    "train breakout --steps 6400 --seed 3 --set shards=8 --set worlds=8 --set rollout=100 "
    + "--set minibatch=100 --set epochs=3 --set hidden=16,16 --set step_limit=70 "
    + "--set target_kl=0.0001 --set evaluate_every=3 --set evaluation_episodes=5 "
    + "--set evaluation_steps=70 --set snapshot_every=2 --set normalize_observations=yes"

  private static let reacher =
    "train reacher --preset cluster --steps 8000 --seed 4 --set evaluation_episodes=3 "
    + "--set target_kl=0.002"

  private static let text =
    "train text --text text.txt --preset nano --set shards=8 --steps 30 --set dropout=0.1 "
    + "--set evaluation_batches=3 --set snapshot_every=10"

  static let runs = [
    Shared(name: "GPT", line: gpt), Shared(name: "MLP", line: features),
    Shared(name: "real actions", line: reacher), Shared(name: "text", line: text),
  ]

  /// The command that starts several processes, even more than there are processors.
  private static func mpirun(_ count: Int) throws -> String {
    // A test's threads block signals, and child processes inherit that: mpirun would get none.
    let unblocked =
      "python3 -c 'import os, signal, sys; "
      + "signal.pthread_sigmask(signal.SIG_UNBLOCK, (2, 15)); os.execvp(sys.argv[1], sys.argv[1:])'"
    return
      "export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; exec \(unblocked) mpirun --oversubscribe "
      + "-n \(count) \(try Program.reel())"
  }

  private static func shared(
    _ count: Int, _ line: String, in folder: String, variables: String = ""
  ) throws -> Program.Outcome {
    try Program.shell("\(variables) \(mpirun(count)) \(line)", in: folder)
  }

  private static func digest(_ file: String, in folder: String) throws -> String {
    try Recording("\(folder)/\(file)").digest()
  }

  private static func write(in folder: String) throws {
    let rhyme = (0..<400).map { "\($0 * $0 % 97) green bottles hanging on the wall\n" }.joined()
    try rhyme.write(toFile: "\(folder)/text.txt", atomically: true, encoding: .utf8)
  }

  @Test(arguments: runs)
  func `a run has the same digest without MPI and with 1, 2, 4 and 8 processes`(
    run: Shared
  ) throws {
    try withTemporaryFolder { folder in
      try Self.write(in: folder)
      let alone = try Program.reel(line: "\(run.line) -q -o 0.sqlite", in: folder)
      #expect(alone.code == 0, "\(alone.errors)")
      let digest = try Self.digest("0.sqlite", in: folder)
      for count in [1, 2, 4, 8] {
        let outcome = try Self.shared(count, "\(run.line) --json -o \(count).sqlite", in: folder)
        try #require(outcome.code == 0, "\(outcome.errors)")
        #expect(try Self.digest("\(count).sqlite", in: folder) == digest, "\(count) processes")
        guard count > 1 else { continue }
        let said = try JSON(parsing: outcome.output)
        #expect(said["ranks"]?.int == count)
        #expect((said["communication_seconds"]?.double ?? 0) > 0)
        // Trials are episodes, which differ in length; what is learned from is shared evenly.
        guard case .array(let rows)? = said["backward_rows"] else {
          Issue.record("no rows were counted")
          continue
        }
        let counts = rows.compactMap(\.double)
        let mean = counts.reduce(0, +) / Double(count)
        #expect(counts.count == count && counts.allSatisfy { abs($0 / mean - 1) < 0.1 })
      }
      if run.name == "text" { return }
      // The settings have their effect: some updates stop early, and episodes end.
      let stop = try #require(run.line.firstMatch(of: /target_kl=[0-9.]+/))
      let unstopped = run.line.replacing(stop.output, with: "target_kl=0")
      #expect(try Program.reel(line: "\(unstopped) -q -o unstopped.sqlite", in: folder).code == 0)
      #expect(try Self.digest("unstopped.sqlite", in: folder) != digest)
      let recording = try Recording("\(folder)/0.sqlite")
      let ends = try recording.episodes().filter(\.isOver).map { $0.steps }
      #expect(ends.count > 8)
    }
  }

  @Test func `a killed process ends the run, and other numbers of processes resume it`() throws {
    try withTemporaryFolder { folder in
      let line = Self.reacher.replacingOccurrences(of: "8000", with: "400000")
      #expect(try Program.reel(line: "\(line) -q -o whole.sqlite", in: folder).code == 0)
      let running = try Program.startShell(
        "\(Self.mpirun(4)) \(line) --progress -o part.sqlite", in: folder)
      try running.wait { FileManager.default.fileExists(atPath: "\(folder)/part.sqlite") }
      usleep(100_000)
      // The last of the processes, by what Open MPI says in its environment.
      let killed = try Program.shell(
        #"for p in /proc/[0-9]*; do [ "$(readlink $p/cwd)" = "$PWD" ] && tr '\0' '\n' < $p/environ "#
          + #"2>/dev/null | grep -qx OMPI_COMM_WORLD_RANK=3 && kill -9 ${p#/proc/}; done; true"#,
        in: folder)
      #expect(killed.code == 0)
      #expect(try running.outcome().code != 0)
      let resumed = try Self.shared(2, "train --resume part.sqlite", in: folder)
      #expect(resumed.code == 0, "\(resumed.errors)")
      #expect(
        try Self.digest("part.sqlite", in: folder) == Self.digest("whole.sqlite", in: folder))
      // Extended by one process and by four.
      for (file, count) in [("whole", 1), ("part", 4)] {
        let outcome = try Self.shared(
          count, "train --resume \(file).sqlite --until 408000 -q", in: folder)
        #expect(outcome.code == 0, "\(outcome.errors)")
      }
      #expect(
        try Self.digest("part.sqlite", in: folder) == Self.digest("whole.sqlite", in: folder))
    }
  }

  @Test func `Ctrl-C of mpirun lets the first process close its file, and the run can resume`()
    throws
  {
    try withTemporaryFolder { folder in
      let line = Self.reacher.replacingOccurrences(of: "8000", with: "2400000")
      #expect(try Program.reel(line: "\(line) -q -o whole.sqlite", in: folder).code == 0)
      let running = try Program.startShell(
        "\(Self.mpirun(2)) \(line) -o part.sqlite", in: folder)
      try running.wait { FileManager.default.fileExists(atPath: "\(folder)/part.sqlite") }
      // Open MPI needs a moment before processes get the signal.
      usleep(100_000)
      running.send(SIGINT)
      let stopped = try running.outcome()
      #expect(stopped.code != 0)
      #expect(stopped.errors.contains("stopped; everything up to here is recorded"))
      // One closed file: no log is left beside it.
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/part.sqlite-wal"))
      let resumed = try Self.shared(4, "train --resume part.sqlite -q", in: folder)
      #expect(resumed.code == 0, "\(resumed.errors)")
      #expect(
        try Self.digest("part.sqlite", in: folder) == Self.digest("whole.sqlite", in: folder))
    }
  }

  /// What is refused: the processes, the command, and the message.
  static let refusals = [
    (2, "digest x.sqlite", "reel digest is the work of one"),
    (2, "train maze -o x.sqlite", "only PPO and text training can be shared by several processes"),
    (
      2, "train snake -o x.sqlite", "only PPO and text training can be shared by several processes"
    ),
    (2, "train reacher --seeds 1-2 -o x", "--seeds asks for 2"),
    (4, "train reacher -o x.sqlite", "4 processes cannot share shards=2 evenly"),
    (2, "train reacher --set shards=6 -o x.sqlite", "2 processes cannot share shards=6 evenly"),
    (4, "train reacher --set shards=8 --set worlds=6 -o x.sqlite", "set worlds to a multiple of 4"),
    (3, "train reacher -o x.sqlite", "start a power of two of them"),
    (2, "train reacher --steps 4096 -o /proc/x.sqlite", "/proc"),
  ]

  @Test(arguments: refusals.indices)
  func `what processes cannot share is refused with one sentence, before there is a file`(
    index: Int
  ) throws {
    let (count, line, sentence) = Self.refusals[index]
    try withTemporaryFolder { folder in
      let outcome = try Self.shared(count, line, in: folder)
      #expect(outcome.code != 0)
      #expect(outcome.errors.contains(sentence), "\(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").filter { $0.hasPrefix("reel: ") }.count == 1)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }

  @Test(arguments: [
    ("train reacher --seed 2", "have the same seed"),
    ("train reacher --set gamma=0.9", "have the same settings"),
    ("train breakout --set shards=8", "learn the same"),
    ("train --resume there.sqlite", "do the same"),
  ])
  func `processes that would do different things are refused`(
    other: String, sentence: String
  ) throws {
    try withTemporaryFolder { folder in
      let reel = try Program.reel()
      let outcome = try Program.shell(
        "\(Self.mpirun(1)) train reacher -o x.sqlite : -n 1 \(reel) \(other)", in: folder)
      #expect(outcome.code != 0)
      #expect(
        outcome.errors.contains(
          "the processes of a run must all \(sentence)"), "\(outcome.errors)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }

  @Test func `copies of a program that differ in a byte are refused`() throws {
    try withTemporaryFolder { folder in
      let copied = try Program.shell(
        "cp \(Program.reel()) reel && printf x >> reel && mkdir out", in: folder)
      #expect(copied.code == 0)
      let outcome = try Program.shell(
        "\(Self.mpirun(1)) train reacher -o out/x.sqlite : -n 1 ./reel train reacher", in: folder)
      #expect(outcome.code != 0)
      #expect(outcome.errors.contains("must all run the same program"), "\(outcome.errors)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/out").isEmpty)
    }
  }

  @Test func `the processes must be all of Slurm's tasks, and each needs Open MPI`() throws {
    try withTemporaryFolder { folder in
      let tasks = try Self.shared(
        2, "train reacher --steps 4096 -o x.sqlite", in: folder, variables: "export SLURM_NTASKS=4;"
      )
      #expect(tasks.code != 0 && tasks.errors.contains("SLURM_NTASKS is 4"), "\(tasks.errors)")
      // As srun without PMIx starts it: each task alone.
      let single = try Program.shell(
        "SLURM_NTASKS=4 SLURM_PROCID=1 \(Program.reel()) train reacher -o x.sqlite", in: folder)
      #expect(single.code == 1 && single.errors.contains("Open MPI knows 1 process"))
      // As mpirun starts a program that cannot load Open MPI: here its library is an empty file.
      let other = try Program.shell(
        "mkdir lib; echo > lib/libmpi.so.40; echo > lib/libmpi.so; "
          + "LD_LIBRARY_PATH=$PWD/lib OMPI_COMM_WORLD_SIZE=2 OMPI_COMM_WORLD_RANK=0 "
          + "\(Program.reel()) train reacher -o x.sqlite", in: folder)
      #expect(other.code == 1 && other.errors.contains("libopenmpi3"), "\(other.errors)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["lib"])
    }
  }
}

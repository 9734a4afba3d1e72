import Rollouts
import TestSupport
import Testing

/// Runs that begin at a recorded moment of another.
@Suite struct ForkCommandTests {
  private static let runs = [
    ("maze --episodes 300 --set snapshot_every=1000", [0, 1, 1000, 2345]),
    ("lake --map 8x8 --episodes 500", [1234]),
    ("snake --episodes 20 --set snapshot_every=200", [199, 777]),
    ("reacher --steps 8192 --set snapshot_every=2", [0, 4096, 5555]),
  ]

  private static func digest(_ file: String, in folder: String) throws -> Substring {
    try Program.reel("digest", file, in: folder).output.prefix { $0 != " " }
  }

  @Test(arguments: runs)
  func `a fork that changes nothing ends as its parent did`(run: String, steps: [Int]) throws {
    try Tour.use { folder in
      #expect(try Program.reel(line: "train \(run) -o a.sqlite", in: folder).code == 0)
      let parent = try Self.digest("a.sqlite", in: folder)
      for place in steps.map({ "\($0)" }) + ["50%", "end"] {
        let fork = try Program.reel(
          line: "fork a.sqlite --at \(place) -o b.sqlite --force", in: folder)
        #expect(fork.code == 0, "\(fork.errors)")
        #expect(try Self.digest("b.sqlite", in: folder) == parent, "at \(place)")
        let proof = try Program.reel(line: "verify b.sqlite --replay", in: folder)
        #expect(proof.code == 0, "\(proof.errors)")
      }
      #expect(try Self.digest("a.sqlite", in: folder) == parent)
      #expect(try Program.shell("ls -a | grep sqlite", in: folder).output == "a.sqlite\nb.sqlite\n")
    }
  }

  @Test(arguments: [
    ("maze --episodes 300", "alpha=0.3", 2345), ("lake --episodes 300", "noise=0.25", 1000),
    ("snake --episodes 20", "gamma=0.5", 777), ("reacher --steps 8192", "learning_rate=0.01", 5555),
    ("reacher --steps 8192", "physics=mujoco", 5555),
  ])
  func `a fork shares its parent's steps and then goes its own way`(
    run: String, change: String, at: Int
  ) throws {
    try Tour.use { folder in
      #expect(try Program.reel(line: "train \(run) -o a.sqlite", in: folder).code == 0)
      let fork = try Program.reel(
        line: "fork a.sqlite --at \(at) --set \(change) -o b.sqlite", in: folder)
      #expect(fork.code == 0, "\(fork.errors)")
      #expect(
        try Self.digest("b.sqlite", in: folder) != Self.digest("a.sqlite", in: folder))
      // If the rules change, a PPO run is forked at its last update.
      let shared = change == "physics=mujoco" ? 4096 : at
      func rows(_ file: String) throws -> String {
        try Program.shell(
          "sqlite3 -readonly \(file).sqlite 'SELECT step, episode, hex(state), hex(action), reward"
            + " FROM transitions WHERE step < \(shared)' | cksum", in: folder
        ).output
      }
      #expect(try rows("b") == rows("a"))
      let proof = try Program.reel(line: "verify b.sqlite --replay --retrain", in: folder)
      #expect(proof.code == 0, "\(proof.errors)")
      let info = try JSON(parsing: Program.reel(line: "info b.sqlite --json", in: folder).output)
      #expect(info["parent"]?["file"]?.text == "a.sqlite" && info["parent"]?["step"]?.int == shared)
      let name = String(change.prefix { $0 != "=" })
      #expect(
        info["configuration"]?[name].map { $0.text ?? $0.compact }
          == String(change.drop { $0 != "=" }.dropFirst()))
    }
  }

  @Test func `a fork of a fork uses the settings that were in force`() throws {
    try Tour.use { folder in
      for line in [
        "train reacher --steps 8192 -o a.sqlite",
        "fork a.sqlite --at 378 --set gamma=0.9 -o b.sqlite",
        "fork b.sqlite --at 50% -o c.sqlite", "fork b.sqlite --at 100 -o d.sqlite",
        "verify c.sqlite --replay --retrain", "verify d.sqlite --retrain",
      ] {
        let outcome = try Program.reel(line: line, in: folder)
        #expect(outcome.code == 0, "\(line): \(outcome.errors)")
      }
      let digests = try ["b", "c", "d"].map { try Self.digest("\($0).sqlite", in: folder) }
      #expect(Set(digests).count == 1)
    }
  }

  @Test(arguments: [
    ("a.sqlite --at 5", "with -o"), ("a.sqlite -o b.sqlite", "--at says where"),
    ("a.sqlite --at 99999999 -o b.sqlite", "so there is no step 99999999"),
    ("a.sqlite --at 5 -o a.sqlite --force", "is the recording itself"),
    ("a.sqlite --at 5 -o b.sqlite --set alfa=1", "neither a setting"),
    ("e.sqlite --at 5 -o b.sqlite", "is an evaluation"),
  ])
  func `what cannot be forked is refused with one sentence`(words: String, sentence: String) throws
  {
    try Tour.use { folder in
      for line in [
        "train maze --episodes 50 -o a.sqlite", "evaluate a.sqlite --episodes 2 -o e.sqlite",
      ] {
        #expect(try Program.reel(line: line, in: folder).code == 0)
      }
      let outcome = try Program.reel(line: "fork \(words)", in: folder)
      #expect(outcome.code != 0 && outcome.errors.contains(sentence), "\(outcome.errors)")
      #expect(try Program.shell("ls -a | grep b.sqlite", in: folder).output == "")
    }
  }
}

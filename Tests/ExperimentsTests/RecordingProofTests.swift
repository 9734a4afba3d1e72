import Experiments
import Recordings
import Rollouts
import SQLite
import TestSupport
import Testing
import Worlds

@Suite struct RecordingProofTests {
  @Test(arguments: ["maze", "snake", "city", "reacher"])
  func `every step that a trainer recorded is reproduced by its world`(name: String) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.sqlite"
      let worlds = try Recorded.make(name, path)
      let recording = try Recording(path)
      let proof = try RecordingProof(of: recording, in: worlds)
      #expect(proof.difference == nil, "\(proof.difference?.description ?? "")")
      #expect(proof.replayedSteps == (try recording.stepCount()))
      #expect(proof.audit.steps == proof.replayedSteps)
      let checkpoints = try recording.checkpointSteps().count
      #expect(proof.tables == (name == "maze" ? checkpoints : nil))
    }
  }

  @Test func `an interrupted recording is verified as far as it goes`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.sqlite"
      let worlds = try Recorded.maze(path, isFinished: false)
      let proof = try RecordingProof(of: Recording(path), in: worlds)
      #expect(proof.difference == nil)
      #expect(try Recording(path).status() == .interrupted)
    }
  }

  @Test func `a world with another rule is found at the first step that shows it`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.sqlite"
      var worlds = try Recorded.snake(path)
      worlds[0].world = try worlds[0].world.applying([("food_reward", "3")]).world
      let found = try #require(try RecordingProof(of: Recording(path), in: worlds).difference)
      let first = try Recording(path).steps(in: 0..<600).first { $0.reward > 0 }
      #expect(found.steps?.lowerBound == first?.step, "\(found)")
    }
  }

  @Test func `a hash names the batch of a changed step, and a replay names the step`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.sqlite"
      let worlds = try Recorded.maze(path)
      try Database(path, .writing).execute(
        "UPDATE transitions SET state = (state + 1) % 16 WHERE step = 321")
      let rows = try #require(try RecordingProof(of: Recording(path)).difference)
      #expect(rows.steps == 200...399, "\(rows)")
      let replayed = try #require(try RecordingProof(of: Recording(path), in: worlds).difference)
      // The step before it led to another state.
      #expect(replayed.steps == 320...320, "\(replayed)")
    }
  }

  @Test func `a Q-table that does not follow from its steps is found, with its cell`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.sqlite"
      let worlds = try Recorded.maze(path)
      let database = try Database(path, .writing)
      let recording = try Recording(path)
      var table = try recording.qTable(at: 250)
      table.update(5, 2, reward: 1, next: 0, terminated: true, alpha: 0.5, gamma: 0)
      try database.run(
        "UPDATE checkpoints SET parameters = ? WHERE step = 250",
        .blob(table.checkpoint(step: 250).parameters))
      // The hashes are recomputed, as a forger would.
      let chained = try Program.shell(
        "python3 \(Repository.root)/Tests/Reference/rechain.py \(path)", in: folder)
      try #require(chained.code == 0, "\(chained.errors)")
      #expect(try recording.audit().difference == nil)
      let found = try #require(try RecordingProof(of: recording, in: worlds).difference)
      #expect(found.what == "the Q-table after 250 steps, state 5, action 2", "\(found)")
    }
  }

  @Test func `forged rewards with matching sums and hashes are found by the world`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.sqlite"
      let worlds = try Recorded.maze(path)
      let database = try Database(path, .writing)
      try database.execute(
        """
        UPDATE transitions SET reward = reward + 1 WHERE step = 300;
        UPDATE episodes SET return = return + 1 WHERE episode =
          (SELECT episode FROM transitions WHERE step = 300);
        """)
      let chained = try Program.shell(
        "python3 \(Repository.root)/Tests/Reference/rechain.py \(path)", in: folder)
      try #require(chained.code == 0, "\(chained.errors)")
      #expect(try Recording(path).audit().difference == nil)
      let found = try #require(try RecordingProof(of: Recording(path), in: worlds).difference)
      #expect(found.steps == 300...300 && found.what == "the reward", "\(found)")
    }
  }
}

extension Recorded {
  static func make(_ name: String, _ path: String) throws -> [WorldInForce] {
    switch name {
    case "maze": try maze(path)
    case "snake": try snake(path)
    case "city": try city(path)
    default: try reacher(path)
    }
  }
}

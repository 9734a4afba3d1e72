import Experiments
import Recordings
import Rollouts
import TestSupport
import Testing

@Suite struct ForkedRunTests {
  @Test(arguments: [SmallRun.maze, .crawler, .snake, .reacher])
  func `a fork without a change continues as its parent did`(kind: SmallRun) throws {
    try withTemporaryFolder { folder in
      let parent = try kind.recorded(in: folder)
      let (whole, path) = (try Rows(of: parent), "\(folder)/fork.sqlite")
      let end = try parent.stepCount() * 2 / 3
      try ForkedRun(of: parent, at: end).write(to: path, PlanChange(), force: false) { _, _ in true
      }
      let fork = try Recording(path)
      #expect(try Rows(of: fork).steps.asTaken == Array(whole.steps.prefix(end)))
      let run = try fork.description()
      #expect(run.parent == Parent(file: parent.path, digest: try parent.digest(), step: end))
      _ = try ResumedRun(path).run { _ in true }
      #expect(try Rows(of: fork).steps == whole.steps)
      #expect(try fork.finalCheckpoint() == parent.finalCheckpoint())
      #expect(try fork.audit().difference == nil)
    }
  }

  @Test func `a fork with other settings follows them from the fork on`() throws {
    try withTemporaryFolder { folder in
      let parent = try SmallRun.maze.recorded(in: folder)
      let (whole, path) = (try Rows(of: parent), "\(folder)/fork.sqlite")
      let change = PlanChange(overrides: [("gamma", "0.5")])
      try ForkedRun(of: parent, at: 2000).write(to: path, change, force: false) { _, _ in true }
      _ = try ResumedRun(path).run { _ in true }
      let fork = try Recording(path)
      #expect(try fork.steps(in: 0..<2000) == parent.steps(in: 0..<2000))
      #expect(try fork.settings().map(\.configuration["gamma"]) == [0.99, 0.5])
      #expect(try Rows(of: fork).steps != whole.steps)
      #expect(try Retraining(fork).firstDifference { _, _ in true } == nil)
    }
  }

  @Test func `a fork with other rules repeats the steps since the checkpoint`() throws {
    try withTemporaryFolder { folder in
      let parent = try SmallRun.lake.recorded(in: folder)
      let path = "\(folder)/fork.sqlite"
      let change = PlanChange(overrides: [("noise", "0")])
      try ForkedRun(of: parent, at: 2000).write(to: path, change, force: false) { _, _ in true }
      _ = try ResumedRun(path).run { _ in true }
      let fork = try Recording(path)
      let worlds = try Catalog.builtIn.worldsInForce(in: fork)
      #expect(worlds.count == 2)
      let proof = try RecordingProof(of: fork, in: worlds)
      #expect(proof.difference == nil, "\(proof.difference?.description ?? "")")
      #expect(proof.replayedSteps == (try fork.stepCount()))
    }
  }

  @Test func `an incompatible change is refused, and leaves no file`() throws {
    try withTemporaryFolder { folder in
      let parent = try SmallRun.snake.recorded(in: folder)
      let path = "\(folder)/fork.sqlite"
      func refusal(_ overrides: (String, String)...) throws -> RunError {
        try #require(throws: RunError.self) {
          try ForkedRun(of: parent, at: 400).write(
            to: path, PlanChange(overrides: overrides), force: false
          ) { _, _ in true }
        }
      }
      // The shape of the network and the size of the states are fixed.
      #expect(try refusal(("hidden", "32")).kind == .request)
      #expect(try refusal(("width", "9")).kind == .request)
      let unknown = try refusal(("gama", "1"))
      guard case .listSettings(of: "snake")? = unknown.remedy else {
        Issue.record("the settings can be listed: \(unknown)")
        return
      }
      write([1], to: path)
      let taken = #expect(throws: RecordingError.self) {
        try ForkedRun(of: parent, at: 400).write(to: path, PlanChange(), force: false) { _, _ in
          true
        }
      }
      #expect(taken?.kind == .exists)
      #expect(try Program.shell("ls -A", in: folder).output == "fork.sqlite\nrun.sqlite\n")
    }
  }

  @Test func `an evaluation cannot be forked`() throws {
    try withTemporaryFolder { folder in
      let parent = try SmallRun.maze.recorded(in: folder)
      let path = "\(folder)/played.sqlite"
      _ = try Evaluation(of: parent, limits: .init(episodes: 2)).play(recordingTo: path)
      #expect(throws: RunError.self) { try ForkedRun(of: Recording(path), at: 0) }
    }
  }

  @Test(arguments: ["learning again", "copying"])
  func `a cancelled fork leaves no file`(work: String) throws {
    try withTemporaryFolder { folder in
      let parent = try SmallRun.snake.recorded(in: folder)
      var heard: Set<String> = []
      let error = try #require(throws: RunError.self) {
        // The checkpoint before it is at 400, and progress is reported at 512.
        try ForkedRun(of: parent, at: 590).write(
          to: "\(folder)/fork.sqlite", PlanChange(), force: false
        ) { _, note in
          heard.insert(note)
          return note != work
        }
      }
      #expect(error.kind == .cancelled && heard.contains(work))
      #expect(try Program.shell("ls -A", in: folder).output == "run.sqlite\n")
    }
  }
}

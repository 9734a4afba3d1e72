import Experiments
import Recordings
import Rollouts
import TestSupport
import Testing
import Worlds

/// Runs that other programs recorded.
@Suite struct ForeignRunTests {
  private let catalog = Catalog.builtIn

  private func run(
    _ world: String, trainer: String = "python", actions: Int = 2, fields: [Field] = [],
    map: String = ""
  ) -> RunDescription {
    RunDescription(
      world: WorldDescription(
        name: world, map: map, actions: (0..<actions).map { ActionMeaning("\($0)") },
        fields: fields), trainer: trainer, seed: 1, configuration: ["gamma": 7, "lr": "fast"])
  }

  /// A recording of a corridor of eight cells, under the name that the run has.
  private func recorded(_ run: RunDescription, in folder: String, kind: String = "none") throws
    -> String
  {
    let path = "\(folder)/\(kind).sqlite"
    let header: [UInt8] = [2, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8)
    var writer = try RecordingWriter(
      creating: path, run, initial: Checkpoint(step: 0, kind: kind, parameters: header))
    for t in 0..<5 {
      try writer.record(
        episode: 1, state: t, action: 1, reward: -1, next: t + 1,
        ending: t == 4 ? .terminated : .running)
    }
    try writer.finish()
    return path
  }

  @Test func `a run of an unknown trainer has the world that its recording describes`() throws {
    let plan = try catalog.plan(of: run("CartPole-v1"))
    let world = try #require(plan.world() as? RecordedWorld)
    #expect(world.description == run("CartPole-v1").world && plan.rules.isEmpty)
    #expect(plan.settings is RecordedSettings)
    // Trainers with the name of one of Reel's may act in other worlds.
    #expect(try catalog.plan(of: run("ALE/Breakout-v5", trainer: "ppo")).world() is RecordedWorld)
    #expect(try catalog.plan(of: run("my-corridor")).world() is RecordedWorld)
    // A name that could be one of Reel's worlds is looked up as usual.
    var run = run("cartpole", trainer: "dqn")
    run.configuration = [:]
    #expect(throws: RunError.self) { try catalog.plan(of: run) }
  }

  @Test func `a foreign trainer in one of Reel's own worlds has that world`() throws {
    var run = try catalog.plan(PlanRequest("maze")).description(seed: 1)
    run.trainer = "python"
    #expect(try catalog.plan(of: run).world() is GridWorld)
    run.world.actions.removeLast()
    #expect(try catalog.plan(of: run).world() is RecordedWorld)
    let lake = self.run("FrozenLake-v1", actions: 4, map: "SFFF\nFHFH\nFFFH\nHFFG")
    #expect(try catalog.plan(of: lake).world() is GridWorld)
  }

  @Test(arguments: ["CartPole-v1", "FrozenLake-v1"])
  func `what needs its trainer is refused with one sentence`(world: String) throws {
    try withTemporaryFolder { folder in
      let map = world == "FrozenLake-v1" ? "SFFF\nFHFH\nFFFH\nHFFG" : ""
      let path = try recorded(run(world, actions: 4, map: map), in: folder)
      let recording = try Recording(path)
      func refusal(_ body: () throws -> Void) throws -> String {
        try #require(throws: RunError.self, performing: body).description
      }
      let begin = "python made this recording in another program: it can be drawn, but not "
      #expect(try refusal { _ = try ResumedRun(path) } == begin + "continued")
      #expect(try refusal { _ = try ForkedRun(of: recording, at: 3) } == begin + "forked")
      #expect(try refusal { _ = try Evaluation(of: recording) } == begin + "played")
      #expect(try refusal { _ = try Retraining(recording) } == begin + "trained again")
      #expect(
        try refusal { _ = try catalog.worldsInForce(in: recording) } == begin + "replayed")
      let plan = try catalog.plan(of: recording.description())
      #expect(throws: RunError.self) { try plan.trainer(seed: 1) }
      #expect(throws: RunError.self) { try catalog.tableStart(of: recording) }
      guard case .elsewhere("python") = try catalog.reproduction(of: recording) else {
        Issue.record("it cannot be reproduced here")
        return
      }
      // What needs nothing but the recording works.
      #expect(try RecordingProof(of: recording).difference == nil)
      #expect(try EpisodeFilter(.best(1)).episodes(of: recording, in: plan.world()).count == 1)
      // None of its episodes is known to be a success.
      let successes = EpisodeFilter(.all, where: try EpisodeCondition(parsing: "success"))
      #expect(throws: RunError.self) {
        try successes.episodes(of: recording, in: plan.world())
      }
    }
  }

  @Test func `a Q-table that another program recorded is drawn as a table`() throws {
    try withTemporaryFolder { folder in
      for (kind, isTable) in [("qtable", true), ("none", false)] {
        let recording = try Recording(recorded(run("my-corridor-v0"), in: folder, kind: kind))
        let plan = try catalog.plan(of: recording.description())
        switch try plan.insight(of: recording) {
        case .table: #expect(isTable)
        case .nothing: #expect(!isTable)
        case .actionValues, .attention: Issue.record("there is no network")
        }
      }
    }
  }
}

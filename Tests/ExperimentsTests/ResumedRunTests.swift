import Experiments
import Platform
import Recordings
import Rollouts
import SQLite
import TestSupport
import Testing
import Trainers

@Suite struct ResumedRunTests {
  /// A run that was stopped as soon as possible.
  private func interrupted(_ kind: SmallRun, in folder: String) throws -> TrainingRun {
    let run = try kind.training(in: folder)
    #expect(try !run.run { _ in false }.isComplete)
    return run
  }

  @Test(arguments: SmallRun.allCases)
  func `a resumed run ends like one that was never stopped`(kind: SmallRun) throws {
    try withTemporaryFolder { folder in
      let whole = try kind.recorded(in: folder, as: "whole")
      let run = try interrupted(kind, in: folder)
      var heard = 0
      let resumed = try ResumedRun(run.path) { heard = $0 }
      let outcome = try resumed.run { _ in true }
      #expect(outcome.wentOn && !outcome.isExtended && outcome.result.isComplete)
      #expect(heard == outcome.result.steps)
      let recording = try Recording(run.path)
      #expect(try recording.digest() == whole.digest())
      #expect(try Rows(of: recording) == Rows(of: whole))
      #expect(try recording.audit().difference == nil)
      #expect(try recording.sessions().count == 2)
    }
  }

  @Test func `a run may be stopped and resumed any number of times`() throws {
    try withTemporaryFolder { folder in
      let whole = try SmallRun.snake.recorded(in: folder, as: "whole").digest()
      let run = try interrupted(.snake, in: folder)
      var pauses = 0
      // A run resumes from a checkpoint, so each stop comes after the next checkpoint.
      while try !ResumedRun(run.path).run(goOn: { $0.step < 450 + 200 * pauses }).result.isComplete
      {
        pauses += 1
      }
      #expect(pauses > 0)
      #expect(try Recording(run.path).digest() == whole)
    }
  }

  @Test func `a run whose file was replaced by another run does not resume in that one`() throws {
    try withTemporaryFolder { folder in
      let run = try ResumedRun(try interrupted(.maze, in: folder).path)
      let other = try SmallRun.maze.training(in: folder, as: "other", seed: 6)
      #expect(try !other.run { _ in false }.isComplete)
      let before = try Repository.contents(of: other.path)
      try Files.rename(other.path, to: run.path)
      #expect(throws: RecordingError.self) { try run.run { _ in true } }
      #expect(try Repository.contents(of: run.path) == before)
    }
  }

  @Test func `a finished run is left unchanged`() throws {
    try withTemporaryFolder { folder in
      let path = try SmallRun.maze.recorded(in: folder).path
      let before = try Repository.contents(of: path)
      let outcome = try ResumedRun(path).run { _ in true }
      #expect(!outcome.wentOn && !outcome.isExtended && outcome.result.isComplete)
      #expect(try Repository.contents(of: path) == before)
    }
  }

  /// Runs whose settings do not depend on their planned length, and how they are extended.
  private static let extensions: [(kind: SmallRun, fixed: [(String, String)], PlanChange)] = [
    (.maze, [("alpha", "0.2"), ("epsilon", "0.1")], PlanChange(episodes: 1000)),
    (.crawler, [], PlanChange(episodes: 8)),
    (
      .snake, [("epsilon", "0.1"), ("learning_rate", "0.001")], PlanChange(steps: 1100)
    ),
    (.reacher, [("learning_rate", "0.001")], PlanChange(steps: 1536)),
  ]

  @Test(arguments: extensions.indices)
  func `a run that is extended ends as if it had been planned that long`(index: Int) throws {
    let (kind, fixed, change) = Self.extensions[index]
    let length = change.steps.map { ("steps", "\($0)") } ?? ("episodes", "\(change.episodes ?? 0)")
    try withTemporaryFolder { folder in
      let whole = try kind.recorded(in: folder, as: "whole", changing: fixed + [length])
      let short = try kind.recorded(in: folder, changing: fixed)
      let outcome = try ResumedRun(short.path).run(change) { _ in true }
      #expect(outcome.isExtended && outcome.result.isComplete)
      #expect(try Rows(of: short).steps == Rows(of: whole).steps)
      #expect(try short.finalCheckpoint() == whole.finalCheckpoint())
      #expect(try short.description().configuration == whole.description().configuration)
    }
  }

  @Test func `an interrupted run is finished as planned before it is extended`() throws {
    try withTemporaryFolder { folder in
      let whole = try SmallRun.crawler.recorded(in: folder, as: "whole")
      let end = try whole.stepCount()
      let run = try interrupted(.crawler, in: folder)
      let outcome = try ResumedRun(run.path).run(PlanChange(episodes: 7)) { _ in true }
      #expect(outcome.wentOn && outcome.isExtended && outcome.result.episodes == 7)
      let recording = try Recording(run.path)
      #expect(try recording.steps(in: 0..<end) == whole.steps(in: 0..<end))
      #expect(try recording.checkpoint(at: end) == whole.finalCheckpoint())
      #expect(try recording.settings().map(\.from) == [0, end])
    }
  }

  @Test func `new settings are in force from the old end on, and no earlier`() throws {
    try withTemporaryFolder { folder in
      let short = try SmallRun.maze.recorded(in: folder)
      let (end, before) = (try short.stepCount(), try Rows(of: short))
      let change = PlanChange(episodes: 920, overrides: [("epsilon", "1"), ("alpha", "0")])
      _ = try ResumedRun(short.path).run(change) { _ in true }
      #expect(try Array(Rows(of: short).steps.prefix(end)) == before.steps)
      // With alpha 0 the values stay as they were.
      let (first, last) = (try short.qTable(at: end), try short.qTable(at: short.stepCount()))
      for state in 0..<first.states {
        for action in 0..<first.actions {
          #expect(first.value(state, action) == last.value(state, action))
        }
      }
      let settings = try short.settings()
      #expect(settings.map(\.from) == [0, end])
      let rates = ["alpha", "epsilon"].map { settings.last?.configuration[$0]?.double }
      #expect(rates == [0, 1])
    }
  }

  @Test func `what cannot be resumed, or not with these changes, is refused and left unchanged`()
    throws
  {
    try withTemporaryFolder { folder in
      let done = try SmallRun.maze.recorded(in: folder, as: "done")
      let run = try interrupted(.maze, in: folder)
      let bytes = try Repository.contents(of: done.path)
      func refusal(_ path: String, _ change: PlanChange) throws -> RunError {
        try #require(throws: RunError.self) { try ResumedRun(path).run(change) { _ in true } }
      }
      let early = try refusal(run.path, PlanChange(overrides: [("gamma", "0.5")]))
      guard case .resumeOrFork(run.path)? = early.remedy else {
        Issue.record("it can be resumed unchanged, or forked: \(early)")
        return
      }
      let fewer = try refusal(done.path, PlanChange(episodes: 10))
      #expect(fewer.kind == .request && fewer.description.contains("ask for more"))
      let rule = try refusal(done.path, PlanChange(episodes: 950, overrides: [("noise", "0.5")]))
      guard case .fork? = rule.remedy else {
        Issue.record("rules change only in a fork: \(rule)")
        return
      }
      #expect(
        try refusal(done.path, PlanChange(episodes: 950, overrides: [("gamma", "7")])).kind
          == .request)
      #expect(try Repository.contents(of: done.path) == bytes)
      let played = "\(folder)/played.sqlite"
      _ = try Evaluation(of: done, limits: .init(episodes: 2)).play(recordingTo: played)
      #expect(try #require(throws: RunError.self) { try ResumedRun(played) }.kind == .run)
    }
  }

  @Test func `a recording without its checkpoints is damaged`() throws {
    try withTemporaryFolder { folder in
      let run = try interrupted(.maze, in: folder)
      try Database(run.path, .writing).execute("DELETE FROM checkpoints")
      let error = try #require(throws: RunError.self) { try ResumedRun(run.path).run { _ in true } }
      #expect(error.description == "\(run.path) is damaged: it has no checkpoint")
    }
  }
}

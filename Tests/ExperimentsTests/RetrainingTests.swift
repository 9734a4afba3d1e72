import Experiments
import Recordings
import Rollouts
import SQLite
import TestSupport
import Testing

@Suite struct RetrainingTests {
  private func difference(_ recording: Recording) throws -> Difference? {
    try Retraining(recording).firstDifference { _, _ in true }
  }

  @Test(arguments: SmallRun.allCases)
  func `a run that is trained again equals its recording`(kind: SmallRun) throws {
    try withTemporaryFolder { folder in
      let recording = try kind.recorded(in: folder)
      var shares: [Double] = []
      let found = try Retraining(recording).firstDifference { share, _ in
        shares.append(share)
        return true
      }
      #expect(found == nil, "\(found?.description ?? "")")
      #expect(!shares.isEmpty && shares == shares.sorted() && shares.allSatisfy { $0 <= 1 })
    }
  }

  @Test func `a run that was stopped, resumed and extended is reproduced too`() throws {
    try withTemporaryFolder { folder in
      let run = try SmallRun.crawler.training(in: folder)
      _ = try run.run { _ in false }
      #expect(try difference(Recording(run.path)) == nil)
      _ = try ResumedRun(run.path).run { _ in true }
      let change = PlanChange(episodes: 8, overrides: [("alpha", "0.3")])
      _ = try ResumedRun(run.path).run(change) { _ in true }
      #expect(try difference(Recording(run.path)) == nil)
    }
  }

  /// Changes of a recording, and what is found at which step.
  private static let forgeries: [(kind: SmallRun, sql: String, step: Int, what: String)] = [
    (
      .maze, "UPDATE transitions SET action = (action + 1) % 4 WHERE step = 1234", 1234,
      "the action"
    ),
    (.crawler, "UPDATE transitions SET reward = reward + 1 WHERE step = 4321", 4321, "the reward"),
    (
      .snake, "UPDATE transitions SET action = (action + 1) % 3 WHERE step = 650", 650, "the action"
    ),
    (
      .text,
      "UPDATE checkpoints SET parameters = (SELECT parameters FROM checkpoints WHERE step = 8) "
        + "WHERE step = 16", 16, "the checkpoint"
    ),
    (
      .reacher,
      "UPDATE checkpoints SET parameters = (SELECT parameters FROM checkpoints WHERE step = 256) "
        + "WHERE step = 768", 768, "the checkpoint"
    ),
  ]

  @Test(arguments: forgeries.indices)
  func `a changed recording is found at the first step that differs`(index: Int) throws {
    let forgery = Self.forgeries[index]
    try withTemporaryFolder { folder in
      let recording = try forgery.kind.recorded(in: folder)
      try Database(recording.path, .writing).execute(forgery.sql)
      let found = try #require(try difference(Recording(recording.path)))
      #expect(found.steps == forgery.step...forgery.step && found.what == forgery.what, "\(found)")
    }
  }

  @Test func `a run that was longer than its plan is found`() throws {
    try withTemporaryFolder { folder in
      let recording = try SmallRun.maze.recorded(in: folder)
      try Database(recording.path, .writing).execute(
        "UPDATE sessions SET configuration = json_set(configuration, '$.episodes', 800)")
      let found = try #require(try difference(Recording(recording.path)))
      // Metrics come a hundred times in a run, so a shorter plan has them sooner.
      #expect(found.what == "a metric", "\(found)")
    }
  }

  @Test func `retraining can be cancelled, and an evaluation cannot be retrained`() throws {
    try withTemporaryFolder { folder in
      let recording = try SmallRun.snake.recorded(in: folder)
      let error = #expect(throws: RunError.self) {
        try Retraining(recording).firstDifference { _, _ in false }
      }
      #expect(error?.kind == .cancelled)
      let path = "\(folder)/played.sqlite"
      _ = try Evaluation(of: recording, limits: .init(episodes: 1)).play(recordingTo: path)
      #expect(throws: RunError.self) { try Retraining(Recording(path)) }
    }
  }
}

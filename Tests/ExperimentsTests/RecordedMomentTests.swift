import Experiments
import Recordings
import Rollouts
import SQLite
import TestSupport
import Testing

@Suite struct RecordedMomentTests {
  private static let spelled: [(text: String, moment: RecordedMoment?)] = [
    ("end", .end), ("last", .end), ("best", .best), ("0", .step(0)), ("5000", .step(5000)),
    ("0%", .share(0)), ("12.5%", .share(0.125)), ("100%", .share(1)), ("101%", nil), ("-1%", nil),
    ("-1", nil), ("", nil), ("%", nil), ("first", nil), ("5,000", nil), ("1e3", nil), ("nan%", nil),
  ]

  @Test(arguments: spelled.indices)
  func `a moment is parsed from its text`(index: Int) {
    let (text, moment) = Self.spelled[index]
    #expect(RecordedMoment(text) == moment)
  }

  @Test func `a moment is a step of its recording, and has the last checkpoint by then`() throws {
    try withTemporaryFolder { folder in
      let recording = try SmallRun.snake.recorded(in: folder)
      #expect(try recording.step(at: .end) == 700)
      #expect(try recording.step(at: .share(0.5)) == 350)
      #expect(try recording.step(at: .step(700)) == 700)
      let error = try #require(throws: RunError.self) { try recording.step(at: .step(701)) }
      #expect(error.kind == .request && error.description.contains("700 steps"))
      let database = try Database(recording.path, .reading)
      for moment in [RecordedMoment.step(399), .step(400), .share(0), .end] {
        let step = try recording.step(at: moment)
        let kept = try database.first("SELECT max(step) FROM checkpoints WHERE step <= \(step)")
        #expect(try recording.checkpoint(at: moment).step == kept?.first?.int)
      }
    }
  }

  @Test func `the best moment is when the best network was kept, if one was`() throws {
    try withTemporaryFolder { folder in
      let recording = try SmallRun.snake.recorded(in: folder)
      let row = try Database(recording.path, .reading).first(
        "SELECT max(step) FROM checkpoints WHERE kind = 'best'")
      #expect(try recording.step(at: .best) == row?.first?.int)
      let maze = try SmallRun.maze.recorded(in: folder, as: "maze")
      let error = try #require(throws: RunError.self) { try maze.step(at: .best) }
      guard case .keepBest? = error.remedy else {
        Issue.record("a trainer can keep its best network: \(error)")
        return
      }
    }
  }
}

@Suite struct EpisodeFilterTests {
  /// Conditions, and the same as SQL.
  private static let conditions = [
    ("return > 90", "return > 90"),
    ("steps < 8 and not return > 94", "steps < 8 AND NOT return > 94"),
    ("ending = truncated or episode <= 3", "ending = 'truncated' OR episode <= 3"),
    ("step >= 2000", "first_step >= 2000"),
    ("success", "ending = 'terminated'"), ("not success", "ending <> 'terminated'"),
  ]

  @Test(arguments: conditions.indices)
  func `the chosen episodes are those that SQL chooses`(index: Int) throws {
    let (text, sql) = Self.conditions[index]
    try withTemporaryFolder { folder in
      let recording = try SmallRun.maze.recorded(in: folder, changing: [("step_limit", "30")])
      let world = try Catalog.builtIn.plan(of: recording.description()).world()
      let condition = try EpisodeCondition(parsing: text)
      let numbers = try Database(recording.path, .reading).all(
        "SELECT episode FROM episodes WHERE \(sql) ORDER BY episode"
      ).compactMap { $0.first?.int }
      try #require(!numbers.isEmpty && numbers.count < 900)
      let all = try EpisodeFilter(.all, where: condition).episodes(of: recording, in: world)
      #expect(all.map(\.number) == numbers)
      let first = try EpisodeFilter(.first, where: condition).episodes(of: recording, in: world)
      #expect(first.map(\.number) == [numbers[0]])
    }
  }

  @Test func `without a condition the selection is among all, and an empty one is an error`() throws
  {
    try withTemporaryFolder { folder in
      let recording = try SmallRun.maze.recorded(in: folder)
      let world = try Catalog.builtIn.plan(of: recording.description()).world()
      let best = try EpisodeFilter(.best(3)).episodes(of: recording, in: world)
      #expect(best.map(\.return) == [95, 95, 95])
      let none = try #require(throws: RunError.self) {
        try EpisodeFilter(.all, where: EpisodeCondition(parsing: "return > 95")).episodes(
          of: recording, in: world)
      }
      #expect(none.description.contains("of the 900 episodes"))
      guard case .listEpisodes(of: recording.path)? = none.remedy else {
        Issue.record("the episodes can be listed: \(none)")
        return
      }
      let few = try #require(throws: RunError.self) {
        try EpisodeFilter(.numbers(9...10), where: EpisodeCondition(parsing: "episode < 3"))
          .episodes(
            of: recording, in: world)
      }
      #expect(few.description.contains("of the 2 matching episodes"))
    }
  }
}

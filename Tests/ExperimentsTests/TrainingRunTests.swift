import Experiments
import Recordings
import Rollouts
import SQLite
import Synchronization
import TestSupport
import Testing
import Trainers

@Suite struct TrainingRunTests {
  @Test(arguments: SmallRun.allCases)
  func `the result of a run agrees with its rows`(kind: SmallRun) throws {
    try withTemporaryFolder { folder in
      var run = try kind.training(in: folder)
      run.tags = ["small"]
      run.note = "a note"
      let result = try run.run { _ in true }
      let database = try Database(run.path, .reading)
      func number(_ query: String) throws -> Double? {
        try database.first("SELECT \(query)")?.first?.double
      }
      #expect(result.isComplete && result.path == run.path && result.seed == 5)
      if kind == .text {
        #expect(result.steps == 24)
        let loss = try number(
          "value FROM metrics WHERE name = 'losses/validation' ORDER BY step DESC LIMIT 1")
        #expect(result.validationLoss == loss && loss != nil)
      } else {
        let steps = try number("count(*) FROM transitions")
        #expect(Double(result.steps) == steps)
        #expect(
          Double(result.episodes)
            == (try number("count(*) FROM episodes WHERE ending IN ('terminated', 'truncated')")))
        #expect(
          result.best
            == (try number("max(return) FROM episodes WHERE ending IN ('terminated', 'truncated')"))
        )
        let mean = try #require(
          try number(
            """
            avg(return) FROM (SELECT return FROM episodes WHERE ending IN ('terminated', 'truncated')
            ORDER BY episode DESC LIMIT 100)
            """))
        #expect(abs(result.lastMean - mean) < 1e-9)
        let estimate = try #require(run.plan.estimate)
        #expect(result.steps <= estimate.steps)
      }
      let known = try Recording(run.path)
      #expect(try known.status() == .finished)
      #expect(try known.description() == description(of: run))
      #expect(result.json["complete"] == true && result.json["steps"]?.int == result.steps)
      #expect(result.json["mean_return_last_100"]?.double == result.lastMean)
    }
  }

  private func description(of run: TrainingRun) -> RunDescription {
    var description = run.plan.description(seed: run.seed)
    (description.tags, description.note) = (run.tags, run.note)
    return description
  }

  @Test(arguments: SmallRun.allCases)
  func `a seed makes one run, and another seed a different one`(kind: SmallRun) throws {
    try withTemporaryFolder { folder in
      let first = try kind.recorded(in: folder, as: "first").digest()
      #expect(try kind.recorded(in: folder, as: "again").digest() == first)
      #expect(try kind.recorded(in: folder, as: "other", seed: 6).digest() != first)
    }
  }

  @Test(arguments: SmallRun.allCases)
  func `a stopped run is the beginning of the whole run`(kind: SmallRun) throws {
    try withTemporaryFolder { folder in
      let whole = try Rows(of: kind.recorded(in: folder, as: "whole"))
      let run = try kind.training(in: folder)
      var asked: [TrainingProgress] = []
      let result = try run.run { now in
        asked.append(now)
        return false
      }
      #expect(!result.isComplete && asked.count == 1)
      #expect(asked[0].share > 0 && asked[0].share < 1 && asked[0].step <= result.steps)
      let stopped = try Recording(run.path)
      let rows = try Rows(of: stopped)
      #expect(rows.steps.count < whole.steps.count || kind == .text)
      #expect(rows.steps.asTaken == Array(whole.steps.prefix(rows.steps.count)))
      #expect(rows.checkpoints == Array(whole.checkpoints.prefix(rows.checkpoints.count)))
      #expect(try stopped.audit().difference == nil)
    }
  }

  @Test func `every commit is reported, the last one with all steps`() throws {
    try withTemporaryFolder { folder in
      let heard = Heard()
      var run = try SmallRun.snake.training(in: folder)
      run.options.batchRows = 50
      run.onCommit = { heard.add($0) }
      let result = try run.run { _ in true }
      let commits = heard.all
      #expect(commits == commits.sorted() && commits.allSatisfy { $0 > 0 })
      #expect(commits.last == result.steps)
    }
  }

  @Test func `an existing file is refused before the first step, unless it is to be replaced`()
    throws
  {
    try withTemporaryFolder { folder in
      var run = try SmallRun.maze.training(in: folder)
      write([1, 2, 3], to: run.path)
      let error = #expect(throws: RecordingError.self) { try run.run { _ in false } }
      #expect(error?.kind == .exists)
      #expect(try Repository.contents(of: run.path) == [1, 2, 3])
      run.options.force = true
      #expect(try run.run { _ in true }.isComplete)
      #expect(try Recording(run.path).audit().difference == nil)
    }
  }

  @Test func `settings that a trainer refuses leave no file`() throws {
    try withTemporaryFolder { folder in
      var request = SmallRun.text.request(in: folder)
      write(Array("short".utf8), to: "\(folder)/poem.txt")
      request.text = "\(folder)/poem.txt"
      let run = TrainingRun(
        try Catalog.builtIn.plan(request), seed: 1, path: "\(folder)/run.sqlite")
      let error = #expect(throws: RunError.self) { try run.run { _ in true } }
      #expect(error?.kind == .run)
      #expect(try Program.shell("ls -A", in: folder).output == "poem.txt\n")
    }
  }
}

/// Numbers that several threads may report.
private final class Heard: Sendable {
  private let numbers = Mutex<[Int]>([])
  var all: [Int] { numbers.withLock { $0 } }
  func add(_ number: Int) { numbers.withLock { $0.append(number) } }
}

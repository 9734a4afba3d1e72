import Experiments
import Recordings
import Rollouts
import SQLite
import TestSupport
import Testing

@Suite struct RunGroupsTests {
  /// Mazes of two discounts and two seeds, and a lake.
  private func runs(in folder: String, _ body: (_ mazes: [String], _ lake: String) throws -> Void)
    throws
  {
    var mazes: [String] = []
    for gamma in ["0.5", "0.9"] {
      for seed in [1, 2] as [UInt64] {
        let changes = [("episodes", "5"), ("gamma", gamma)]
        var run = try SmallRun.maze.training(
          in: folder, as: "g\(gamma)-s\(seed)", seed: seed, changing: changes)
        run.tags = seed == 1 ? ["odd"] : ["even", "late"]
        _ = try run.run { _ in true }
        mazes.append(run.path)
      }
    }
    let lake = try SmallRun.lake.recorded(
      in: folder, as: "lake", changing: [("episodes", "5"), ("gamma", "0.5")])
    try body(mazes, lake.path)
  }

  @Test func `runs are grouped by the setting that differs, apart from seeds and worlds`() throws {
    try withTemporaryFolder { folder in
      try runs(in: folder) { mazes, lake in
        let groups = try RunGroups(mazes + [lake], by: nil)
        #expect(groups.key == "gamma" && groups.names == ["gamma 0.5", "gamma 0.9"])
        #expect(groups.runs.map(\.group) == [0, 0, 1, 1, 0].map { groups.names[$0] })
        #expect(groups.tasks == ["maze Classic 4×4", "lake FrozenLake 4×4"])
        let same = try RunGroups(Array(mazes.prefix(2)), by: nil)
        #expect(same.key == "trainer" && same.names == ["qtable"])
      }
    }
  }

  @Test func `a folder stands for the recordings in it`() throws {
    try withTemporaryFolder { folder in
      try runs(in: folder) { mazes, lake in
        let groups = try RunGroups([folder + "/"], by: "gamma")
        #expect(groups.runs.map(\.path) == mazes + [lake])
        let error = #expect(throws: RunError.self) {
          try RunGroups(["\(Repository.root)/docs"], by: nil)
        }
        #expect(error?.description.hasPrefix("there is no recording in") == true)
      }
    }
  }

  @Test func `a key groups runs by its values`() throws {
    try withTemporaryFolder { folder in
      try runs(in: folder) { mazes, _ in
        let expected: [(key: String, groups: [String])] = [
          ("seed", ["1", "2", "1", "2"]), ("tag", ["odd", "even late", "odd", "even late"]),
          ("file", ["g0.5-s1", "g0.5-s2", "g0.9-s1", "g0.9-s2"]),
          ("world", ["maze", "maze", "maze", "maze"]),
          ("preset", Array(repeating: "default", count: 4)),
          ("purpose", Array(repeating: "train", count: 4)),
          ("episodes", Array(repeating: "episodes 5", count: 4)),
        ]
        for (key, names) in expected {
          let groups = try RunGroups(mazes, by: key)
          #expect(groups.runs.map(\.group) == names && groups.key == key)
        }
      }
    }
  }

  @Test func `no run, one named twice and an unknown key are refused`() throws {
    try withTemporaryFolder { folder in
      let path = try SmallRun.crawler.recorded(in: folder).path
      #expect(try #require(throws: RunError.self) { try RunGroups([], by: nil) }.kind == .request)
      let twice = try #require(throws: RunError.self) { try RunGroups([path, path], by: nil) }
      #expect(twice.description.contains("named twice"))
      let unknown = try #require(throws: RunError.self) { try RunGroups([path], by: "gama") }
      guard case .name(like: "gama", let known)? = unknown.remedy else {
        Issue.record("all keys are named: \(unknown)")
        return
      }
      #expect(known.contains("gamma") && known.starts(with: RunGroups.words))
    }
  }
}

@Suite struct RunSummaryTests {
  @Test(arguments: SmallRun.allCases)
  func `a summary agrees with SQL`(kind: SmallRun) throws {
    try withTemporaryFolder { folder in
      var run = try kind.training(in: folder)
      (run.tags, run.note) = (["a", "b"], "why")
      _ = try run.run { _ in true }
      let summary = try RunSummary(.file(run.path))
      let database = try Database(run.path, .reading)
      func number(_ query: String) throws -> Double? {
        try database.first("SELECT \(query)")?.first?.double
      }
      let over = "FROM episodes WHERE ending IN ('terminated', 'truncated')"
      // The steps of a text are batches, not transitions.
      let steps = kind == .text ? 24 : try number("count(*) FROM transitions")
      #expect(Double(summary.steps) == steps)
      #expect(Double(summary.episodes) == (try number("count(*) FROM episodes")))
      #expect(summary.best == (try number("max(return) \(over)")))
      let mean = try number(
        "avg(return) FROM (SELECT return \(over) ORDER BY episode DESC LIMIT 100)")
      #expect(
        abs((summary.lastMean ?? 0) - (mean ?? 0)) < 1e-9
          && (mean == nil) == (summary.lastMean == nil))
      #expect(summary.bytes == (try Repository.contents(of: run.path).count))
      #expect(summary.status == .finished && summary.run.tags == ["a", "b"])
      let keys = summary.members.map(\.key)
      #expect(Set(keys).count == keys.count)
      let json = JSON.object(summary.members)
      #expect(json["world"]?.text == kind.rawValue && json["note"] == "why" && json["seed"] == 5)
    }
  }
}

import Experiments
import Recordings
import Rollouts
import SQLite
import Synchronization
import TestSupport
import Testing

@Suite struct StudyTests {
  /// A study that takes a moment, however poor its results.
  private func runs(_ folder: String, steps: Int = 400) throws -> StudyRuns {
    try StudyRuns(
      #require(Study.named("gamma")), values: ["0.9", "0.1"], seeds: [1, 2], steps: steps,
      folder: folder,
      overrides: [("hidden", "8"), ("batch", "8"), ("warm_up", "50")])
  }

  @Test func `a study has a run for each value and seed, and none left once they are finished`()
    throws
  {
    try withTemporaryFolder { folder in
      let study = try runs(folder)
      let (all, missing) = try study.missing()
      #expect(all == 4 && missing.count == 4)
      #expect(missing.map(\.seed) == [1, 2, 1, 2])
      let gammas = missing.map { $0.plan.configuration["gamma"]?.double }
      #expect(gammas == [0.9, 0.9, 0.1, 0.1])
      #expect(missing.allSatisfy { $0.plan.configuration["steps"] == 400 })
      #expect(Set(missing.map(\.path)).count == 4 && missing[0].tags == ["study-gamma"])
      _ = try missing[1].run { _ in true }
      _ = try missing[2].run { _ in false }
      let rest = try study.missing().missing
      #expect(rest.map(\.path) == [0, 2, 3].map { missing[$0].path })
      for run in rest { _ = try run.run { _ in true } }
      #expect(try study.missing().missing.isEmpty)
      // Other settings belong to another study.
      #expect(try runs(folder, steps: 500).missing().missing.count == 4)
    }
  }

  @Test func `a result has the counts of its recording, in training and in greedy play`() throws {
    try withTemporaryFolder { folder in
      let study = try runs(folder)
      #expect(throws: RecordingError.self) { try study.results { _, _ in true } }
      for run in try study.missing().missing { _ = try run.run { _ in true } }
      let error = #expect(throws: RunError.self) { try study.results { _, _ in false } }
      #expect(error?.kind == .cancelled)
      let shares = Mutex<[Double]>([])
      let results = try study.results { share, _ in
        shares.withLock { $0.append(share) }
        return true
      }
      #expect(results.map(\.value) == ["0.9", "0.9", "0.1", "0.1"])
      #expect(results.map(\.seed) == [1, 2, 1, 2])
      #expect(shares.withLock { $0 }.count >= 4)
      for (result, (value, seed)) in zip(results, [("0.9", 1), ("0.9", 2), ("0.1", 1), ("0.1", 2)])
      {
        let recording = try Recording("\(folder)/runs/gamma\(value)-s\(seed).sqlite")
        #expect(result.digest == (try recording.digest()))
        var summary = EvaluationSummary(
          try Catalog.builtIn.plan(of: recording.description()).world())
        for step in try recording.steps(in: 0..<400) { summary.add(step.transition) }
        #expect(result.training == summary.special)
        #expect(result.counts.count == StudyResult.parts && result.counts == result.counts.sorted())
        #expect(result.counts.last == result.number("targets", greedy: false))
        let limits = Evaluation.Limits(steps: StudyResult.greedySteps)
        let seed = UInt64(1_000_000 + seed)
        let greedy = try Evaluation(of: recording, limits: limits, seed: seed).play().special
        #expect(result.greedy == greedy)
      }
      #expect(results.contains { $0.number("off_road", greedy: false) > 0 })
      #expect(results[0].number("none", greedy: true).isNaN)
    }
  }

  @Test func `a study without values, or with a wrong or unknown setting, is refused`() throws {
    let study = try #require(Study.named("gamma"))
    #expect(throws: RunError.self) {
      try StudyRuns(study, values: [], seeds: [1], steps: 10, folder: "/tmp")
    }
    #expect(throws: RunError.self) {
      try StudyRuns(study, values: ["2.5"], seeds: [1], steps: 10, folder: "/tmp")
    }
    #expect(throws: RunError.self) {
      try StudyRuns(
        study, seeds: [1], steps: 10, folder: "/tmp", overrides: [("gama", "1")])
    }
  }

  @Test(arguments: Study.all.map(\.name))
  func `the first value of every study is that of its world's preset`(name: String) throws {
    let study = try #require(Study.named(name))
    let usual = try Catalog.builtIn.plan(PlanRequest(study.subject, preset: "course"))
    #expect(usual.configuration[study.setting]?.double == Double(study.values[0]))
    #expect(Set(study.values).count == study.values.count)
  }

  @Test func `work on all cores reports progress, and the first failure ends it`() throws {
    let squares = try onAllCores(20, progress: { _, _ in true }) { index, progress in
      #expect(progress(0.5, "half"))
      return index * index
    }
    #expect(squares == (0..<20).map { $0 * $0 })
    let shares = Mutex<[Double]>([])
    let begun = Mutex(0)
    let some = try onAllCores(
      20,
      progress: { share, _ in
        shares.withLock { $0.append(share) }
        return false
      },
      { index, progress in
        begun.withLock { $0 += 1 }
        #expect(!progress(1, ""))
        return index
      })
    // Each core may have started a piece before the work was stopped.
    #expect(some.count == begun.withLock { $0 } && some.count < 20)
    #expect(shares.withLock { $0.allSatisfy { 0 < $0 && $0 <= 1 } })
    let error = #expect(throws: RunError.self) {
      try onAllCores(4, progress: { _, _ in true }) { index, _ in
        if index == 2 { throw RunError.run("two") }
        return index
      }
    }
    #expect(error?.description == "two")
  }
}

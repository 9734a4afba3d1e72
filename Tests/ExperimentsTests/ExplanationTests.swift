import Experiments
import Recordings
import Rollouts
import TestSupport
import Testing
import Trainers
import Worlds

/// Explanations, compared with the recording and its trainer.
@Suite struct ExplanationTests {
  /// A recorded maze and its settings.
  private func maze(_ path: String) throws -> (recording: Recording, settings: QTableConfiguration)
  {
    let plan = try Catalog.builtIn.plan(
      PlanRequest(
        "maze", overrides: [("episodes", "40"), ("snapshot_every", "250"), ("epsilon", "0.3")]))
    let recording = try train(plan, seed: 3, to: path)
    return (recording, try #require(plan.settings as? QTableConfiguration))
  }

  private func train(_ plan: TrainingPlan, seed: UInt64, to path: String) throws -> Recording {
    func record<T: Trainer>(_ trainer: T) throws {
      var trainer = trainer
      var writer = try RecordingWriter(
        creating: path, plan.description(seed: seed), initial: trainer.initialCheckpoint)
      try trainer.train(into: &writer)
      try writer.finish()
    }
    try record(try plan.trainer(seed: seed))
    return try Recording(path)
  }

  private func table(_ recording: Recording, at step: Int) throws -> TableExplanation {
    let found = try Catalog.builtIn.explanation(of: recording, at: step)
    guard case .table(let table) = found else { throw Unexpected(kind: found.place.kind) }
    return table
  }

  private struct Unexpected: Error {
    var kind: String
  }

  @Test func `at every step the draws explain the action, and the update is the trainer's`()
    throws
  {
    try withTemporaryFolder { folder in
      let (recording, settings) = try maze("\(folder)/a.sqlite")
      let steps = try recording.steps(in: 0..<Int.max)
      var learned = try recording.qTable(at: 0)
      var reasons: Set<String> = []
      for row in steps {
        let explained = try table(recording, at: row.step)
        guard case .index(let state) = row.state, case .index(let action) = row.action,
          case .index(let next) = row.next
        else { continue }
        #expect(explained.known.map(\.value) == Array(learned.row(state)))
        switch explained.choice {
        case .exploration: reasons.insert("exploration")
        case .best: reasons.insert("best")
        case .tie(_, _, let tied, _):
          reasons.insert("tie")
          #expect(tied == learned.greedyActions(state) && tied.contains(action))
        case .unknown: Issue.record("step \(row.step): \(explained.choiceText)")
        }
        #expect(explained.move?.executed == action && explained.move?.draw == nil)
        let before = learned.value(state, action)
        learned.update(
          state, action, reward: row.reward, next: next, terminated: row.ending == .terminated,
          alpha: settings.alpha.value(episode: row.episode, of: settings.episodes),
          gamma: settings.gamma)
        let update = try #require(explained.update)
        #expect(update.before == before && update.after == learned.value(state, action))
        #expect(update.bestAfter == learned.greedyActions(state))
        // The formula in the text gives the same number.
        #expect((1 - update.alpha) * before + update.alpha * update.target + 0 == update.after)
      }
      #expect(reasons == ["exploration", "best", "tie"])
    }
  }

  @Test func `on a slippery lake the executed move follows from its draw`() throws {
    try withTemporaryFolder { folder in
      let plan = try Catalog.builtIn.plan(PlanRequest("lake", overrides: [("episodes", "40")]))
      let recording = try train(plan, seed: 5, to: "\(folder)/lake.sqlite")
      let world = try #require(plan.world() as? any TabularWorld)
      var slipped = 0
      for row in try recording.steps(in: 0..<Int.max) {
        let explained = try table(recording, at: row.step)
        let move = try #require(explained.move)
        let outcome = world.dynamics.outcome(explained.state, executing: move.executed)
        #expect(Int(outcome.next) == explained.next)
        if move.executed != explained.action { slipped += 1 }
      }
      #expect(slipped > 20)
    }
  }

  @Test func `tracing does not change what is learned`() throws {
    try withTemporaryFolder { folder in
      for (subject, changes) in [
        ("snake", [("episodes", "0"), ("steps", "300")]),
        ("reacher", [("steps", "900"), ("worlds", "3"), ("rollout", "100"), ("shards", "3")]),
      ] {
        let plan = try Catalog.builtIn.plan(PlanRequest(subject, overrides: changes))
        func digest(_ tracing: UpdateTracing?) throws -> [UInt8] {
          func trained<T: Trainer>(_ trainer: T) throws -> [UInt8] {
            var (trainer, sink, callbacks) = (trainer, NullSink(), TrainingCallbacks())
            callbacks.tracing = tracing
            try trainer.train(into: &sink, callbacks: callbacks)
            return trainer.initialCheckpoint.parameters
          }
          return try trained(try plan.trainer(seed: 1))
        }
        var updates = 0
        let traced = try digest(UpdateTracing(steps: [250]) { _, _ in updates += 1 })
        #expect(updates == 1, "\(subject)")
        #expect(try digest(nil) == traced, "\(subject)")
      }
    }
  }

  @Test func `steps explained together have the same explanations as one by one`() throws {
    try withTemporaryFolder { folder in
      for (subject, changes, steps) in [
        ("snake", [("episodes", "0"), ("steps", "300")], [3, 120, 121, 250, 299]),
        (
          "reacher",
          [("steps", "900"), ("worlds", "3"), ("rollout", "100"), ("snapshot_every", "2")],
          [0, 30, 33, 299, 300, 750, 899]
        ),
      ] {
        let plan = try Catalog.builtIn.plan(PlanRequest(subject, overrides: changes))
        let recording = try train(plan, seed: 4, to: "\(folder)/\(subject).sqlite")
        let together = try Catalog.builtIn.explanations(of: recording, at: steps)
        #expect(together.map(\.place.step) == steps)
        for (step, found) in zip(steps, together) {
          let alone = try Catalog.builtIn.explanation(of: recording, at: step)
          #expect(found.json == alone.json, "\(subject), step \(step)")
          #expect(found.summary == alone.summary && !found.summary.isEmpty)
        }
      }
    }
  }

  @Test func `PPO's terms add up to the advantage, and each epoch has one ratio`() throws {
    try withTemporaryFolder { folder in
      let plan = try Catalog.builtIn.plan(
        PlanRequest(
          "reacher",
          overrides: [
            ("steps", "1536"), ("worlds", "3"), ("rollout", "128"), ("epochs", "4"),
            ("evaluate_every", "2"), ("snapshot_every", "3"),
          ]))
      let recording = try train(plan, seed: 2, to: "\(folder)/arm.sqlite")
      let settings = try #require(plan.settings as? PPOConfiguration)
      for step in [0, 5, 383, 384, 700, 1151, 1535] {
        let found = try Catalog.builtIn.explanation(of: recording, at: step)
        guard case .ppo(let explained) = found else { throw Unexpected(kind: found.place.kind) }
        let update = try #require(explained.update, "step \(step)")
        #expect(update.steps.contains(step))
        let sum = update.following.reduce(0) { $0 + $1.weight * $1.surprise }
        #expect(abs(sum - Double(update.advantage)) < 1e-5 * max(1, abs(sum)), "step \(step)")
        #expect(update.following.map(\.step).first == step)
        #expect(update.epochs.map(\.epoch) == Array(1...settings.epochs))
        #expect(abs(update.epochs[0].ratio - 1) < 0.5)
        for epoch in update.epochs {
          #expect(epoch.ratio > 0 && epoch.minibatch >= 1)
          let isOutside = abs(Double(epoch.ratio) - 1) > settings.clipRange
          if epoch.policySlope == 0 { #expect(isOutside, "it is clipped only outside the range") }
        }
      }
    }
  }

  @Test func `steps of another session are explained with its own settings`() throws {
    try withTemporaryFolder { folder in
      let (recording, _) = try maze("\(folder)/a.sqlite")
      let (path, end) = ("\(folder)/b.sqlite", try recording.stepCount())
      let change = PlanChange(overrides: [("alpha", "0.3"), ("epsilon", "0.9")])
      try ForkedRun(of: recording, at: 400).write(to: path, change, force: false) { _, _ in true }
      _ = try ResumedRun(path).run { _ in true }
      let fork = try Recording(path)
      for (step, alpha, epsilon) in [(399, 0.1, 0.3), (400, 0.3, 0.9), (500, 0.3, 0.9)] {
        let explained = try table(fork, at: step)
        #expect(explained.update?.alpha == alpha, "step \(step)")
        switch explained.choice {
        case .exploration(let found, _, _), .best(let found, _), .tie(let found, _, _, _):
          #expect(found == epsilon, "step \(step)")
        case .unknown: Issue.record("step \(step)")
        }
      }
      #expect(throws: RunError.self) { try table(recording, at: end) }
      #expect(throws: RunError.self) { try table(recording, at: -1) }
    }
  }

  @Test func `a history marks the first change, each new best action and the largest changes`()
    throws
  {
    try withTemporaryFolder { folder in
      let (recording, _) = try maze("\(folder)/a.sqlite")
      let end = try recording.stepCount()
      let history = try CellHistory(of: recording, state: 9, before: end)
      var row = Array(try recording.qTable(at: 0).row(9))
      func best() -> [Int] { row.indices.filter { row[$0] == row.max() } }
      var (changes, isFirst) = ([Int](), true)
      for (place, update) in history.updates.enumerated() {
        let before = best()
        #expect(row[update.action] == update.before)
        row[update.action] = update.after
        #expect(history.values[place] == row.max())
        guard update.after != update.before else { continue }
        if isFirst || best() != before { changes.append(place) }
        isFirst = false
      }
      let table = try recording.qTable(at: end)
      #expect(row == Array(table.row(9)))
      let marked = history.marks.filter { $0.reason != .large }.map(\.place)
      #expect(marked == changes)
      let large = history.marks.filter { $0.reason == .large }.map(\.place)
      #expect(large.count <= 5)
      let least =
        large.map { abs(history.updates[$0].after - history.updates[$0].before) }.min() ?? 0
      let unmarked = history.updates.indices.filter { !history.marks.map(\.place).contains($0) }
      for place in unmarked {
        #expect(abs(history.updates[place].after - history.updates[place].before) <= least)
      }
    }
  }
}

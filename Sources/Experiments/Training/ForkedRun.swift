package import Recordings
import Rollouts
import Trainers

/// A run that begins at a recorded moment of another one.
package struct ForkedRun {
  private let parent: Recording
  private let plan: TrainingPlan
  private let seed: UInt64
  /// How many steps both runs share.
  private let end: Int
  /// The parent's last checkpoint before that.
  private let kept: Checkpoint

  /// A fork of a training recording after a number of its steps.
  package init(of parent: Recording, at end: Int, in catalog: Catalog = .builtIn) throws {
    try parent.requireEveryStep(for: "a fork")
    let run = try parent.trainingDescription()
    guard let kept = try parent.checkpoint(atOrBefore: end) else {
      throw RunError.damaged(parent.path, "it has no checkpoint")
    }
    (self.parent, self.end, self.kept) = (parent, end, kept)
    plan = try catalog.plan(of: parent, at: kept.step)
    try plan.requireOwnTrainer(for: "forked")
    seed = run.seed
  }

  /// Writes the new recording up to the fork; a `ResumedRun` trains it further.
  package func write(
    to path: String, _ change: PlanChange, force: Bool, progress: ProgressHandler
  ) throws {
    let (checkpoint, episodes) = try learned(progress)
    let changed = try plan.changed(
      by: change, steps: checkpoint.step, episodes: episodes, mayChangeRules: true)
    // What does not fit together is refused now, not after everything is copied.
    do {
      _ = try changed.trainer(seed: seed, from: checkpoint, history: parent.history)
    } catch let error as SafetensorsError {
      throw RunError.request(
        "what was learned does not fit these settings: \(error); a fork keeps its network's shape")
    }
    // Steps after the last update are repeated, because other rules would give other steps.
    let hasOtherRules = changed.rules != plan.rules
    try parent.fork(
      at: hasOtherRules ? checkpoint.step : end, from: checkpoint,
      configuration: changed.configuration, to: path, force: force
    ) { guard progress($0, "copying") else { throw RunError.cancelled } }
  }

  /// The learner at the fork: the steps since the last checkpoint are trained again
  /// and compared with the recorded ones. For PPO, the learner at the last update before the fork.
  private func learned(
    _ progress: ProgressHandler
  ) throws -> (checkpoint: Checkpoint, episodes: Int) {
    var trainer = try plan.trainer(seed: seed, from: kept, history: parent.history)
    trainer.stopStep = end
    let relearning = try Relearning(from: kept, to: end, of: parent)
    let checkpoint = try trainer.train(into: relearning) { step in
      let share = Double(step - kept.step) / Double(max(1, end - kept.step))
      guard progress(share, "learning again") else { throw RunError.cancelled }
    }
    return (checkpoint, trainer.episodes)
  }
}

extension Trainer {
  /// Trains to the stop step; returns the last checkpoint up to there.
  fileprivate mutating func train(
    into relearning: Relearning, _ progress: (Int) throws -> Void
  ) throws -> Checkpoint {
    var relearning = relearning
    var failure: (any Error)?
    try train(into: &relearning, now: { 0 }) { now in
      do {
        try progress(now.step)
        return true
      } catch {
        failure = error
        return false
      }
    }
    if let failure { throw failure }
    return relearning.last
  }
}

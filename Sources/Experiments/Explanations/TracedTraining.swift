import Recordings
import Rollouts
import Trainers

/// A stretch of a recorded run, trained once more from the checkpoint before, to hear how one step was learned
/// from. What comes out must be what was recorded.
struct TracedTraining {
  /// What was known when the step was taken.
  let before: Checkpoint
  /// What was known after the last update that the step took part in.
  let after: Checkpoint
  let updates: [UpdateTrace]

  /// Traces a step by the plan in force. `stride` steps are learned from together, counted from a checkpoint: 1,
  /// or those of a rollout.
  init(
    _ recording: Recording, _ step: Int, _ plan: TrainingPlan, stride: Int,
    _ progress: ProgressHandler
  ) throws {
    try recording.requireEveryStep(for: "training again")
    guard let kept = try recording.checkpoint(atOrBefore: step) else {
      throw RunError.damaged(recording.path, "it has no checkpoint at or before step \(step)")
    }
    // Trials change nothing of what is learned.
    var plan = plan
    plan.settings = plan.settings.withoutTrials
    let first = step - (step - kept.step) % stride
    let run = try recording.description()
    let end = try recording.stepCount()
    var trainer: any Trainer =
      kept.step == 0
      ? try plan.trainer(seed: run.seed)
      : try plan.trainer(seed: run.seed, from: kept, history: recording.history)
    var sink = try Relearning(from: kept, to: end, of: recording, comparesCheckpoints: false)
    let all = Double(first + stride - kept.step)
    func train(to stop: Int, _ callbacks: TrainingCallbacks = TrainingCallbacks()) throws {
      var isWanted = true
      trainer.stopStep = stop
      try trainer.train(into: &sink, callbacks: callbacks) { now in
        isWanted = progress(
          Double(now.step - kept.step) / all, "training again, step \(now.step) of \(first + 1)")
        return isWanted
      }
      if !isWanted { throw RunError.cancelled }
    }
    do {
      if trainer.step < first { try train(to: first) }
      before = sink.last
      var updates: [UpdateTrace] = []
      var callbacks = TrainingCallbacks()
      callbacks.tracing = UpdateTracing(step: step) { updates.append($0) }
      try train(to: first + stride, callbacks)
      self.updates = updates
      after = sink.last
    } catch let difference as Difference {
      throw RunError.run(
        "\(recording.path) comes out differently when it is trained again: \(difference)")
    }
  }
}

import Recordings
import Rollouts
import Trainers

/// A recorded run, trained again from the checkpoint before some steps, to observe how they were learned from. The
/// result must match the recording.
struct TracedTraining {
  private let recording: Recording
  /// The requested steps.
  private let steps: Set<Int>
  /// The steps traced so far.
  private var traces: [Int: Trace] = [:]
  /// The step where it begins.
  private let kept: Checkpoint
  /// How many steps are learned from together, counted from there.
  private let stride: Int
  private let arithmetic: String?
  private var trainer: any Trainer
  private var sink: Relearning

  /// How one step was learned from.
  struct Trace {
    /// The parameters when the step was taken.
    let before: Checkpoint
    /// The parameters after the last update that used the step.
    let after: Checkpoint
    let updates: [UpdateTrace]
  }

  /// Training under the plan that made the given ascending steps.
  init(_ recording: Recording, of steps: [Int], _ plan: TrainingPlan) throws {
    try recording.requireEveryStep(for: "training again")
    let first = steps.first ?? 0
    guard let kept = try recording.checkpoint(atOrBefore: first) else {
      throw RunError.damaged(recording.path, "it has no checkpoint at or before step \(first)")
    }
    (self.recording, self.kept) = (recording, kept)
    self.steps = Set(steps)
    // Trials do not change what is learned.
    var plan = plan
    arithmetic = plan.arithmetic
    plan.settings = plan.settings.withoutTrials
    stride = plan.settings.stepsLearnedTogether
    let seed = try recording.description().seed
    trainer =
      kept.step == 0
      ? try plan.trainer(seed: seed)
      : try plan.trainer(seed: seed, from: kept, history: recording.history)
    sink = try Relearning(
      from: kept, to: recording.stepCount(), of: recording, comparesCheckpoints: false)
  }

  /// Traces one of the steps. Steps must be requested in ascending order.
  mutating func trace(_ step: Int, _ progress: ProgressHandler) throws -> Trace {
    let first = step - (step - kept.step) % stride
    if traces[step] == nil {
      do {
        try traceTogether(first..<first + stride, progress)
      } catch let difference as Difference {
        let reason = try recording.warning(of: arithmetic).map { "; \($0)" } ?? ""
        throw RunError.run(
          "training \(recording.path) again gives another result: \(difference)\(reason)"
        )
      }
    }
    guard let trace = traces.removeValue(forKey: step) else {
      throw RunError.run("step \(step) was not taken when \(recording.path) was trained again")
    }
    return trace
  }

  /// Trains up to some steps that are learned from together, and through them.
  private mutating func traceTogether(_ range: Range<Int>, _ progress: ProgressHandler) throws {
    if trainer.step < range.lowerBound {
      try train(to: range.lowerBound, TrainingCallbacks(), range, progress)
    }
    let before = sink.last
    var updates: [Int: [UpdateTrace]] = [:]
    var callbacks = TrainingCallbacks()
    callbacks.tracing = UpdateTracing(steps: steps) { updates[$0, default: []].append($1) }
    try train(to: range.upperBound, callbacks, range, progress)
    for step in range where steps.contains(step) {
      traces[step] = Trace(before: before, after: sink.last, updates: updates[step] ?? [])
    }
  }

  private mutating func train(
    to stop: Int, _ callbacks: TrainingCallbacks, _ range: Range<Int>, _ progress: ProgressHandler
  ) throws {
    let all = Double(range.upperBound - kept.step)
    var isWanted = true
    trainer.stopStep = stop
    try trainer.train(into: &sink, callbacks: callbacks) { [kept] now in
      isWanted = progress(
        Double(now.step - kept.step) / all,
        "training again, step \(now.step) of \(range.lowerBound + 1)")
      return isWanted
    }
    if !isWanted { throw RunError.cancelled }
  }
}

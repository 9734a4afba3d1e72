import Recordings
import Rollouts
import Trainers

/// A recorded run, trained once more from its seed and its settings and compared on the way. Where the settings
/// changed, the recorded checkpoint is gone on from, which what was made again before is held to.
struct Retraining {
  private let recording: Recording
  private let seed: UInt64
  private var parts: [Part] = []

  /// Steps that were made by the same settings.
  private struct Part {
    let plan: any TrainingPlan
    let steps: Range<Int>
  }

  /// A run that can be trained again: one of training.
  init(_ recording: Recording) throws {
    try recording.requireEveryStep(for: "--retrain")
    var run = try recording.description()
    guard run.purpose == .train else {
      throw Failure.usage("--retrain is for recordings of training, and this is an evaluation")
    }
    self.recording = recording
    seed = run.seed
    let end = try recording.stepCount()
    let settings = try recording.settings()
    let ends = settings.dropFirst().map(\.from) + [end]
    for ((start, configuration), end) in zip(settings, ends) {
      run.configuration = configuration
      parts.append(Part(plan: try trainingPlan(run), steps: start..<max(start, end)))
    }
  }

  /// Trains as far as the recording goes; the first step or checkpoint that comes out differently, or nil.
  func firstDifference(_ console: Console) throws -> Difference? {
    Interruption.watch()
    var bar = ProgressBar("training again", console)
    defer { bar.finish() }
    let end = max(1, parts.last?.steps.upperBound ?? 1)
    for part in parts {
      let difference = try firstDifference(in: part) { step in
        bar.update(Double(step) / Double(end), "\(count(step)) steps")
      }
      if let difference { return difference }
    }
    return nil
  }

  private func firstDifference(in part: Part, _ progress: (Int) -> Void) throws -> Difference? {
    let (start, end) = (part.steps.lowerBound, part.steps.upperBound)
    do {
      let comparison = try HeldToRecording(recording, from: start, to: end)
      var trainer = try part.plan.trainer(seed: seed)
      if start > 0, let kept = try recording.checkpoint(at: start) {
        try trainer.resume(from: kept) { try recording.steps(in: $0).map(\.transition) }
      }
      // The next part begins with a checkpoint, which this one shall come to.
      if end < parts.last?.steps.upperBound ?? end { trainer.horizon = end }
      let step = try train(trainer, into: comparison, progress)
      if Interruption.isRequested { throw Failure(code: .stopped, sentence: "stopped") }
      guard step < end else { return nil }
      return Difference(at: step, "the step", expected: "none: the run is over", found: "one")
    } catch is HeldToRecording.AtEnd {
      return nil
    } catch let difference as Difference {
      return difference
    }
  }

  /// Trains to the end and returns how many steps that took.
  private func train<T: Trainer>(
    _ trainer: T, into comparison: HeldToRecording, _ progress: (Int) -> Void
  ) throws -> Int {
    var (trainer, comparison) = (trainer, comparison)
    if trainer.step == 0 { try comparison.record(trainer.initialCheckpoint) }
    try trainer.train(into: &comparison, now: { 0 }) { now in
      progress(now.step)
      return !Interruption.isRequested
    }
    return trainer.step
  }
}

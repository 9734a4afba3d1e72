import Recordings
import Rollouts
import Trainers

/// A recorded run, trained once more from its seed and its settings and compared on the way.
struct Retraining {
  private let recording: Recording
  private let plan: any TrainingPlan
  private let seed: UInt64

  /// A run that can be trained again: one of training, by the same settings from end to end.
  init(_ recording: Recording) throws {
    try recording.requireEveryStep(for: "--retrain")
    let run = try recording.description()
    guard run.purpose == .train else {
      throw Failure.usage("--retrain is for recordings of training, and this is an evaluation")
    }
    let sessions = try recording.sessions()
    for (one, next) in zip(sessions, sessions.dropFirst())
    where one.configuration != next.configuration {
      throw Failure.failed(
        "its settings changed at step \(next.firstStep), so no one run makes it again")
    }
    self.recording = recording
    plan = try trainingPlan(run)
    seed = run.seed
  }

  /// Trains as far as the recording goes; the first step or checkpoint that comes out differently, or nil.
  func firstDifference(_ console: Console) throws -> Difference? {
    Interruption.watch()
    var bar = ProgressBar("training again", console)
    defer { bar.finish() }
    let comparison = try HeldToRecording(recording)
    let end = comparison.end
    do {
      let trainer = try train(try plan.trainer(seed: seed), into: comparison) { step in
        bar.update(Double(step) / Double(max(1, end)), "\(count(step)) steps")
      }
      if Interruption.isRequested { throw Failure(code: .stopped, sentence: "stopped") }
      guard trainer < end else { return nil }
      return Difference(at: trainer, "the step", expected: "none: the run is over", found: "one")
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
    try comparison.record(trainer.initialCheckpoint)
    try trainer.train(into: &comparison, now: { 0 }) { now in
      progress(now.step)
      return !Interruption.isRequested
    }
    return trainer.step
  }
}

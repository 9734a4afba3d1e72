import Recordings
import Rollouts
import Trainers

/// What is to be trained, before the first step or as a recording tells it.
protocol TrainingPlan: Sendable {
  /// What is learned: a world's name.
  var name: String { get }
  /// Every setting and rule.
  var configuration: JSON { get }
  /// The rules alone, which steps follow whoever learns.
  var rules: [JSON.Member] { get }
  /// The trainer, which has learned nothing.
  func trainer(seed: UInt64) throws -> any Trainer
  /// What a recording says of itself.
  func description(seed: UInt64, purpose: RunPurpose) -> RunDescription
  /// The plan with other settings from a moment on, by which a run has so many steps and episodes.
  func extended(by more: ResumedRun.Extension, steps: Int, episodes: Int) throws -> Self
  /// Likewise for a run of its own, whose rules may change too.
  func forked(by more: ResumedRun.Extension, steps: Int, episodes: Int) throws -> Self
}

/// The plan that a recording of training was made by.
func trainingPlan(_ run: RunDescription) throws -> any TrainingPlan {
  if run.world.name == TextPlan.worldName { return try TextPlan(run) }
  var plan = try RunPlan(run)
  plan.world = try plan.world.withPhysics()
  return plan
}

extension TrainingProgress {
  /// How far it has come, in a few words.
  var words: String {
    let outcome = loss.map { "loss \(decimal($0, 3))" } ?? "last return \(decimal(lastReturn, 2))"
    return "\(count(step)) steps, \(outcome)"
  }
}

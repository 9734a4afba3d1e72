import Recordings
import Rollouts
import Trainers
import Worlds

/// What one run of a study came to.
struct StudyRun: Sendable {
  var value: String
  var seed: UInt64
  /// Targets reached by the ends of equal parts of the training.
  var course: [Double]
  var training: [JSON.Member]
  /// The same of the greedy car afterwards.
  var greedy: [JSON.Member]
  var digest: String

  /// In how many parts a training is looked at.
  static let parts = 60
  /// How long the greedy car drives afterwards.
  static let greedySteps = 10_000

  /// Looks at a finished recording.
  init(_ path: String, value: String, seed: UInt64) throws {
    self.value = value
    self.seed = seed
    let recording = try Recording(path)
    let plan = try RunPlan(recording.description())
    digest = try recording.digest()
    let steps = try recording.stepCount()
    var summary = EvaluationSummary(plan.world)
    course = []
    for part in 1...Self.parts {
      let range = steps * (part - 1) / Self.parts..<steps * part / Self.parts
      for step in try recording.steps(in: range) {
        summary.add(step.transition)
      }
      course.append(Double(summary.special.first?.value.int ?? 0))
    }
    training = summary.special
    var player = try networkPlayer(
      of: plan, networkCheckpoint(of: recording, at: nil))
    let evaluation = Evaluation(
      world: plan.world, seed: seed + 1_000_000, episodes: .max, steps: Self.greedySteps)
    greedy = try evaluation.run(&player, into: NullSink(), .silent).summary.special
  }

  func number(_ key: String, greedy isGreedy: Bool) -> Double {
    (isGreedy ? greedy : training).first { $0.key == key }?.value.double ?? .nan
  }
}

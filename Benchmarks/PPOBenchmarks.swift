import Platform
import Recordings
import Rollouts
import Trainers
import Worlds

extension Benchmark {
  /// Policy gradients, from the arm's mechanics to a recorded run.
  static let ppo: [Benchmark] = [
    .rate("reacher, steps of the world", "steps/s", atLeast: 1e6) {
      let reacher = Reacher()
      var state = reacher.start(Generator(seed: 1).draws(for: .start, episode: 1, t: 0))
      let steps = 400_000
      let start = monotonicSeconds()
      for step in 0..<steps {
        let torque = Double(step % 17 - 8) / 8
        state = reacher.step(state, SIMD2(torque, -torque)).next
      }
      let time = monotonicSeconds() - start
      return state.angles.x.isFinite ? Double(steps) / time : 0
    },
    .rate("reacher PPO, unrecorded", "steps/s", atLeast: 45_000) {
      try Reach().stepsPerSecond(recordedIn: nil)
    },
    .rate("reacher PPO, recorded", "steps/s", atLeast: 40_000) {
      try Scratch.use { folder in try Reach().stepsPerSecond(recordedIn: folder) }
    }.against(.python("Stable-Baselines3 on a pendulum", "ppo")).promising(.timesPeer(2)),
  ]
}

/// An arm that learns to reach.
private struct Reach {
  var settings = PPOConfiguration()

  init() { settings.steps = 100_000 }

  /// How fast it learns, recorded in a folder or nowhere.
  func stepsPerSecond(recordedIn folder: String?) throws -> Double {
    let reacher = Reacher()
    var trainer = try PPOTrainer(reacher, seed: 1, settings: settings)
    let start = monotonicSeconds()
    if let folder {
      var run = RunDescription(
        world: reacher.description, trainer: "ppo", seed: 1,
        configuration: .object(settings.members + reacher.rules.members))
      run.worlds = settings.worlds
      var writer = try RecordingWriter(
        creating: "\(folder)/reacher.sqlite", run, initial: trainer.initialCheckpoint)
      try trainer.train(into: &writer, now: monotonicSeconds)
      try writer.finish()
    } else {
      var nowhere = NullSink()
      try trainer.train(into: &nowhere)
    }
    return Double(trainer.step) / (monotonicSeconds() - start)
  }
}

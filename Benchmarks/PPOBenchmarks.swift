import Experiments
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
    .rate("reacher PPO, unrecorded", "steps/s", atLeast: 90_000) {
      try Reach().stepsPerSecond(recordedIn: nil)
    },
    .rate("reacher PPO, recorded", "steps/s", atLeast: 80_000) {
      try Scratch.use { folder in try Reach().stepsPerSecond(recordedIn: folder) }
    }.against(.python("Stable-Baselines3 on a pendulum", "ppo")).promising(.timesPeer(2)),
    .rate("the same on one thread", "steps/s", atLeast: 60_000) {
      try Scratch.use { folder in try Reach(threads: 1).stepsPerSecond(recordedIn: folder) }
    },
    .rate("a run on all cores, of what one on each does", "%", atLeast: 85) {
      try Scratch.use { folder in
        let all = try Reach().stepsPerSecond(recordedIn: folder)
        let each = try Reach(threads: 1).stepsPerSecond(
          ofRuns: ThreadPool.processorCount, recordedIn: folder)
        return 100 * all / each
      }
    },
    .rate("eight runs, of what one on each core does", "%", atLeast: 95) {
      try Scratch.use { folder in
        let eight = try Reach(steps: 30_000).stepsPerSecond(ofRuns: 8, recordedIn: folder)
        let each = try Reach(steps: 30_000, threads: 1).stepsPerSecond(
          ofRuns: 8, recordedIn: folder)
        return 100 * eight / each
      }
    },
  ]
}

/// An arm that is trained to reach.
private struct Reach {
  private var settings = PPOConfiguration()
  private let threads: Int

  init(steps: Int = 100_000, threads: Int = ThreadPool.processorCount) {
    settings.steps = steps
    self.threads = threads
  }

  /// How fast it trains, recorded in a folder or not at all.
  func stepsPerSecond(recordedIn folder: String?) throws -> Double {
    let start = monotonicSeconds()
    let steps = try run(seed: 1, recordedIn: folder)
    return Double(steps) / (monotonicSeconds() - start)
  }

  /// How fast several runs train together, as many at a time as there are cores.
  func stepsPerSecond(ofRuns count: Int, recordedIn folder: String) throws -> Double {
    let start = monotonicSeconds()
    let steps = try onAllCores(count, progress: { _, _ in true }) { index, _ in
      try run(seed: UInt64(index + 1), recordedIn: folder)
    }
    return Double(steps.reduce(0, +)) / (monotonicSeconds() - start)
  }

  /// Trains, and returns the number of steps.
  private func run(seed: UInt64, recordedIn folder: String?) throws -> Int {
    let reacher = Reacher()
    var trainer = try PPOTrainer(reacher, seed: seed, settings: settings, threads: threads)
    if let folder {
      var run = RunDescription(
        world: reacher.description, trainer: "ppo", seed: seed,
        configuration: .object(settings.members + reacher.rules.members))
      run.worlds = settings.worlds
      var writer = try RecordingWriter(
        creating: "\(folder)/reacher-\(seed)-\(threads).sqlite", run,
        initial: trainer.initialCheckpoint, options: RecordingOptions(force: true))
      try trainer.train(into: &writer, now: monotonicSeconds)
      try writer.finish()
    } else {
      var nowhere = NullSink()
      try trainer.train(into: &nowhere)
    }
    return trainer.step
  }
}

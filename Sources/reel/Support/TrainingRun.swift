import Glibc
import Recordings
import Rollouts
import Trainers
import Worlds

/// One run from its first step to its closed file.
struct TrainingRun: Sendable {
  var plan: RunPlan
  var seed: UInt64
  var path: String
  var tags: [String] = []
  var note = ""
  var isDurable = false
  var force = false

  /// What became of a run.
  struct Result: Sendable {
    var path: String
    var seed: UInt64
    var steps: Int
    var episodes: Int
    var seconds: Double
    var isComplete: Bool
    var bytes: Int
    /// The mean return of the last hundred episodes.
    var lastMean: Double
    var best: Double

    /// The result as JSON members, flat and stable.
    var json: JSON {
      [
        "file": .string(path), "seed": .integer(Int(seed)), "steps": .integer(steps),
        "episodes": .integer(episodes), "seconds": .number(seconds),
        "steps_per_second": .number(Double(steps) / seconds), "bytes": .integer(bytes),
        "complete": .bool(isComplete), "mean_return_last_100": .number(lastMean),
        "max_return": .number(best),
      ]
    }
  }

  /// Trains and records; `progress` hears how far it came.
  func run(_ progress: (TrainingProgress) -> Void) throws -> Result {
    switch plan.learner {
    case .qTable: try run(try TablePlan(plan).trainer(seed: seed), progress)
    case .dqn(let settings):
      try run(try Self.network(plan.world.observed, seed: seed, settings), progress)
    }
  }

  private static func network(
    _ world: (any ObservedWorld)?, seed: UInt64, _ settings: DQNConfiguration
  ) throws -> any Trainer {
    func made<W: ObservedWorld>(_ world: W) throws -> any Trainer {
      do {
        return try DQNTrainer(world, seed: seed, settings: settings)
      } catch {
        throw Failure.usage("\(error)")
      }
    }
    guard let world else { throw Failure.failed("networks do not learn this world yet") }
    return try made(world)
  }

  private func run<T: Trainer>(
    _ trainer: T, _ progress: (TrainingProgress) -> Void
  ) throws -> Result {
    var trainer = trainer
    var description = plan.description(seed: seed)
    description.tags = tags
    description.note = note
    let start = monotonicSeconds()
    var writer = try RecordingWriter(
      creating: path, description, initial: trainer.initialCheckpoint,
      options: RecordingOptions(force: force, durable: isDurable))
    try trainer.train(into: &writer, now: monotonicSeconds) { now in
      progress(now)
      return !Interruption.isRequested
    }
    try writer.finish()
    let seconds = max(monotonicSeconds() - start, 1e-9)
    let recording = try Recording(path)
    let returns = try recording.episodes().filter(\.isOver).map(\.return)
    let last = returns.suffix(100)
    return Result(
      path: path, seed: seed, steps: trainer.step, episodes: trainer.episodes, seconds: seconds,
      isComplete: trainer.isComplete, bytes: recording.fileBytes(),
      lastMean: last.isEmpty ? 0 : last.reduce(0, +) / Double(last.count),
      best: returns.max() ?? 0)
  }
}

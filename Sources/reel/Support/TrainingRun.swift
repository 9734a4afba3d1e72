import Glibc
import Recordings
import Rollouts
import Trainers
import Worlds

/// One run from its first step to its closed file.
struct TrainingRun: Sendable {
  var plan: any TrainingPlan
  var seed: UInt64
  var path: String
  var tags: [String] = []
  var note = ""
  var isDurable = false
  var force = false
  /// Hears how many steps are safely in the file, after every commit.
  var acknowledge: Acknowledge?

  typealias Acknowledge = @Sendable (_ steps: Int) -> Void

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
    /// A language model's last loss on what it never learned from.
    var validationLoss: Double?

    /// The result as JSON members, flat and stable.
    var json: JSON {
      .object(members + (validationLoss.map { [.init("validation_loss", .number($0))] } ?? []))
    }

    private var members: [JSON.Member] {
      let members: JSON = [
        "file": .string(path), "seed": .integer(Int(seed)), "steps": .integer(steps),
        "episodes": .integer(episodes), "seconds": .number(seconds),
        "steps_per_second": .number(Double(steps) / seconds), "bytes": .integer(bytes),
        "complete": .bool(isComplete), "mean_return_last_100": .number(lastMean),
        "max_return": .number(best),
      ]
      guard case .object(let members) = members else { return [] }
      return members
    }
  }

  /// Trains and records; `progress` hears how far it came.
  func run(_ progress: (TrainingProgress) -> Void) throws -> Result {
    try run(try plan.trainer(seed: seed), progress)
  }

  private func run<T: Trainer>(
    _ trainer: T, _ progress: (TrainingProgress) -> Void
  ) throws -> Result {
    var trainer = trainer
    var description = plan.description(seed: seed, purpose: .train)
    description.tags = tags
    description.note = note
    let start = monotonicSeconds()
    let writer = try RecordingWriter(
      creating: path, description, initial: trainer.initialCheckpoint,
      options: RecordingOptions(force: force, durable: isDurable))
    try trainer.train(recording: writer, acknowledge, progress)
    return try Result(path, seed: seed, trainer, since: start)
  }
}

extension TrainingRun.Result {
  /// What the recording of a trainer that has stopped tells.
  init(_ path: String, seed: UInt64, _ trainer: some Trainer, since start: Double) throws {
    let recording = try Recording(path)
    let returns = try recording.episodes().filter(\.isOver).map(\.return)
    let last = returns.suffix(100)
    self.init(
      path: path, seed: seed, steps: trainer.step, episodes: trainer.episodes,
      seconds: max(monotonicSeconds() - start, 1e-9), isComplete: trainer.isComplete,
      bytes: recording.fileBytes(),
      lastMean: last.isEmpty ? 0 : last.reduce(0, +) / Double(last.count),
      best: returns.max() ?? 0,
      validationLoss: try recording.metric("losses/validation").values.last)
  }
}

extension TrainingRun {
  /// How the program ends: where it was stopped, it tells how to go on, with what was wanted `furtherBy`
  /// an extension.
  static func end(
    _ results: [Result], _ console: Console, furtherBy words: String = ""
  ) -> ExitCode {
    for result in results {
      if let log = Recording.log(beside: result.path) {
        console.note(
          "\(log) holds its last rows, as they could not be folded in: keep both together")
      }
    }
    guard Interruption.isRequested else { return .done }
    console.note("stopped; everything up to here is recorded")
    for result in results where !result.isComplete || !words.isEmpty {
      console.note("reel train --resume \(result.path)\(words)")
    }
    return .stopped
  }
}

extension Trainer {
  /// Trains into a recording until all is done or the user stops it, and closes the file.
  mutating func train(
    recording writer: consuming RecordingWriter, _ acknowledge: TrainingRun.Acknowledge?,
    _ progress: (TrainingProgress) -> Void
  ) throws {
    let commits = writer.commits
    var known = commits()
    try train(into: &writer, now: monotonicSeconds) { now in
      progress(now)
      if let acknowledge, commits() > known {
        known = commits()
        acknowledge(known)
      }
      return !Interruption.isRequested
    }
    try writer.finish()
    acknowledge?(step)
  }
}

extension RunPlan {
  /// The trainer of the plan, which has learned nothing.
  func trainer(seed: UInt64) throws -> any Trainer {
    switch learner {
    case .qTable: return try TablePlan(self).trainer(seed: seed)
    case .dqn(let settings):
      func made<W: ObservedWorld>(_ world: W) throws(SettingError) -> any Trainer {
        try DQNTrainer(world, seed: seed, settings: settings)
      }
      guard let world = world.observed else { throw Self.unlearnable }
      return try Self.refusing { () throws(SettingError) in try made(world) }
    case .ppo(let settings):
      func made<W: SeenWorld>(_ world: W) throws(SettingError) -> any Trainer {
        try PPOTrainer(world, seed: seed, settings: settings)
      }
      guard let world = world.seen else { throw Self.unlearnable }
      return try Self.refusing { () throws(SettingError) in try made(world) }
    }
  }

  private static let unlearnable = Failure.failed("networks do not learn this world")

  /// Settings that do not go together are the caller's mistake.
  private static func refusing(
    _ body: () throws(SettingError) -> any Trainer
  ) throws(Failure) -> any Trainer {
    do {
      return try body()
    } catch {
      throw Failure.usage("\(error)")
    }
  }
}

import Platform
package import Recordings
package import Rollouts
package import Trainers

/// One run from its first step to its closed file.
package struct TrainingRun: Sendable {
  package var plan: TrainingPlan
  package var seed: UInt64
  package var path: String
  package var tags: [String] = []
  package var note = ""
  package var options = RecordingOptions()
  /// Hears how many steps are safely in the file, after every commit.
  package var onCommit: (@Sendable (_ steps: Int) -> Void)?

  /// A run that is to be made.
  package init(_ plan: TrainingPlan, seed: UInt64, path: String) {
    (self.plan, self.seed, self.path) = (plan, seed, path)
  }

  /// Trains and records until all is done or `goOn` says false, and closes the file.
  package func run(
    callbacks: TrainingCallbacks = TrainingCallbacks(), goOn: (TrainingProgress) -> Bool
  ) throws -> TrainingResult {
    try run(try plan.trainer(seed: seed), callbacks, goOn)
  }

  private func run(
    _ trainer: some Trainer, _ callbacks: TrainingCallbacks, _ goOn: (TrainingProgress) -> Bool
  ) throws -> TrainingResult {
    var trainer = trainer
    var description = plan.description(seed: seed)
    description.tags = tags
    description.note = note
    var options = options
    options.arithmetic = plan.arithmetic
    let start = monotonicSeconds()
    let writer = try RecordingWriter(
      creating: path, description, initial: trainer.initialCheckpoint, options: options)
    try trainer.train(recording: writer, onCommit, callbacks, goOn)
    return try TrainingResult(path, seed: seed, trainer, since: start)
  }
}

extension Trainer {
  /// Trains into a recording until all is done or `goOn` says false, and closes the file.
  mutating func train(
    recording writer: consuming RecordingWriter, _ onCommit: ((Int) -> Void)?,
    _ callbacks: TrainingCallbacks, _ goOn: (TrainingProgress) -> Bool
  ) throws {
    let commits = writer.commits
    var known = commits()
    try train(into: &writer, now: monotonicSeconds, callbacks: callbacks) { now in
      if let onCommit, commits() > known {
        known = commits()
        onCommit(known)
      }
      return goOn(now)
    }
    try writer.finish()
    onCommit?(step)
  }
}

/// What became of a run.
package struct TrainingResult: Sendable {
  package var path: String
  package var seed: UInt64
  package var steps: Int
  package var episodes: Int
  package var seconds: Double
  package var isComplete: Bool
  package var bytes: Int
  /// The mean return of the last hundred episodes.
  package var lastMean: Double
  package var best: Double
  /// A language model's last loss on what it never learned from.
  package var validationLoss: Double?

  /// What the recording of a trainer that has stopped holds.
  init(_ path: String, seed: UInt64, _ trainer: some Trainer, since start: Double) throws {
    let recording = try Recording(path)
    let returns = try recording.episodes().filter(\.isOver).map(\.return)
    let last = returns.suffix(100)
    (self.path, self.seed) = (path, seed)
    (steps, episodes, isComplete) = (trainer.step, trainer.episodes, trainer.isComplete)
    seconds = max(monotonicSeconds() - start, 1e-9)
    bytes = recording.fileBytes()
    lastMean = last.isEmpty ? 0 : last.reduce(0, +) / Double(last.count)
    best = returns.max() ?? 0
    validationLoss = try recording.metric("losses/validation").values.last
  }

  /// The result as JSON, flat and stable.
  package var json: JSON {
    var members: [JSON.Member] = [
      .init("file", .string(path)), .init("seed", .integer(Int(seed))),
      .init("steps", .integer(steps)), .init("episodes", .integer(episodes)),
      .init("seconds", .number(seconds)),
      .init("steps_per_second", .number(Double(steps) / seconds)),
      .init("bytes", .integer(bytes)), .init("complete", .bool(isComplete)),
      .init("mean_return_last_100", .number(lastMean)), .init("max_return", .number(best)),
    ]
    if let validationLoss { members.append(.init("validation_loss", .number(validationLoss))) }
    return .object(members)
  }
}

extension TrainingPlan {
  /// At most how many steps a run of this plan has, and how many bytes they take; nil where its steps are
  /// no transitions.
  package var estimate: (steps: Int, bytes: Int)? {
    guard case .world(let world) = subject else { return nil }
    let steps = settings.mostSteps(stepLimit: world.stepLimit)
    return (
      steps,
      RecordingEstimate.bytes(
        steps: steps, stateBytes: world.startBytes,
        wholeRewards: (world as? any TabularWorld)?.dynamics.hasWholeRewards ?? false)
    )
  }
}

extension World {
  /// How many bytes the recorded state has that an episode starts with.
  fileprivate var startBytes: Int {
    let start = start(Generator(seed: 0).draws(for: .start, episode: 1, t: 0))
    guard case .bytes(let bytes) = start.recorded else { return 1 }
    return bytes.count
  }
}

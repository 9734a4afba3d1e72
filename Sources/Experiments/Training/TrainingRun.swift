package import Platform
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
  /// Receives the number of steps on disk after every commit.
  package var onCommit: (@Sendable (_ steps: Int) -> Void)?
  /// The processes that share the run, if there are several. The first records it, and the others follow.
  package var ranks: Ranks?

  /// A run to be made.
  package init(_ plan: TrainingPlan, seed: UInt64, path: String) {
    (self.plan, self.seed, self.path) = (plan, seed, path)
  }

  /// Trains and records until everything is done or `goOn` returns false, and closes the file.
  package func run(
    callbacks: TrainingCallbacks = TrainingCallbacks(), goOn: (TrainingProgress) -> Bool
  ) throws -> TrainingResult {
    var trainer = try trainer()
    var result = try trainer.record(self, callbacks, goOn)
    result.sharing = ranks.map { Sharing($0, trainer.rows) }
    return result
  }

  /// Computes this process's share of a run that the first process records, until that one ends it.
  package func follow() throws {
    var trainer = try trainer()
    try trainer.follow()
    if let ranks { _ = Sharing(ranks, trainer.rows) }
  }

  private func trainer() throws -> any Trainer {
    try ranks.compareProgram(resuming: false)
    try ranks.compare(plan, seed: seed)
    var trainer = try plan.trainer(seed: seed)
    try refusingSettings { if let ranks { try trainer.share(with: ranks) } }
    return trainer
  }
}

extension Trainer {
  /// Runs the trainer in place: a copy would duplicate its table.
  fileprivate mutating func record(
    _ run: TrainingRun, _ callbacks: TrainingCallbacks, _ goOn: (TrainingProgress) -> Bool
  ) throws -> TrainingResult {
    var description = run.plan.description(seed: run.seed)
    description.tags = run.tags
    description.note = run.note
    var options = run.options
    options.arithmetic = run.plan.arithmetic
    let start = monotonicSeconds()
    let writer = try RecordingWriter(
      creating: run.path, description, initial: initialCheckpoint, options: options)
    try train(recording: writer, run.onCommit, callbacks, goOn)
    return try TrainingResult(run.path, seed: run.seed, self, since: start)
  }

  /// Trains without recording, until the first process ends it.
  fileprivate mutating func follow() throws {
    var nowhere = NullSink()
    try train(into: &nowhere)
  }

  /// Trains into a recording until everything is done or `goOn` returns false, and closes the file.
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

/// The result of a run.
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
  /// A language model's last validation loss.
  package var validationLoss: Double?
  /// How several processes shared it.
  package internal(set) var sharing: Sharing?

  /// The result in a recording after its trainer has stopped.
  init(_ path: String, seed: UInt64, _ trainer: some Trainer, since start: Double) throws {
    let recording = try Recording(path)
    let last = try recording.lastEpisodes(100).map(\.return)
    (self.path, self.seed) = (path, seed)
    (steps, episodes, isComplete) = (trainer.step, trainer.episodes, trainer.isComplete)
    seconds = max(monotonicSeconds() - start, 1e-9)
    bytes = recording.fileBytes()
    lastMean = last.isEmpty ? 0 : last.reduce(0, +) / Double(last.count)
    best = try recording.bestReturn() ?? 0
    validationLoss = try recording.metric("losses/validation").values.last
  }

  /// The result as flat JSON; the keys are stable.
  package var json: JSON {
    var members: [JSON.Member] = [
      .init("file", .string(path)), .init("seed", .integer(Int(seed))),
      .init("steps", .integer(steps)), .init("episodes", .integer(episodes)),
      .init("seconds", .number(seconds)),
      .init("steps_per_second", .number(Double(steps) / seconds)),
      .init("bytes", .integer(bytes)), .init("complete", .bool(isComplete)),
      .init("mean_return_last_100", .number(lastMean)), .init("max_return", .number(best)),
    ]
    if let sharing {
      members += [
        .init("ranks", .integer(sharing.ranks)),
        .init("communication_seconds", .number(sharing.communicationSeconds)),
        .init("communication_bytes", .array(sharing.bytes.map(JSON.integer))),
        .init("forward_rows", .array(sharing.forward.map(JSON.integer))),
        .init("backward_rows", .array(sharing.backward.map(JSON.integer))),
      ]
    }
    if let validationLoss { members.append(.init("validation_loss", .number(validationLoss))) }
    return .object(members)
  }
}

extension TrainingPlan {
  /// The most steps that a run of this plan can have, and their bytes; nil if its steps are
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
  /// The size in bytes of the recorded initial state of an episode.
  fileprivate var startBytes: Int {
    let start = start(Generator(seed: 0).draws(for: .start, episode: 1, t: 0))
    guard case .bytes(let bytes) = start.recorded else { return 1 }
    return bytes.count
  }
}

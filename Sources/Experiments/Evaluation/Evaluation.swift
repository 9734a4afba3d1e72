import Platform
package import Recordings
package import Rollouts
import Trainers

/// Plays greedily what was learned by a moment of a recording.
package struct Evaluation {
  package let plan: TrainingPlan
  package let recording: Recording
  private let run: RunDescription
  private let world: any World
  /// The checkpoint that plays.
  package let checkpoint: Checkpoint
  /// The seed of the evaluation: the training seed + 1,000,000 unless another is chosen.
  package var seed: UInt64
  /// The most episodes, and the most steps in all.
  package var limits: Limits

  /// How much is played.
  package struct Limits: Sendable {
    package var episodes: Int?
    package var steps: Int?

    /// The limits; by default a hundred episodes, or 20,000 steps in a world that continues.
    package init(episodes: Int? = nil, steps: Int? = nil) {
      (self.episodes, self.steps) = (episodes, steps)
    }
  }

  /// An evaluation of a recording of training.
  package init(
    of recording: Recording, at moment: RecordedMoment = .end, limits: Limits = Limits(),
    seed: UInt64? = nil, in catalog: Catalog = .builtIn
  ) throws {
    self.recording = recording
    run = try recording.description()
    plan = try catalog.plan(of: run)
    try plan.requireOwnTrainer(for: "played")
    world = try plan.world()
    checkpoint = try plan.settings.checkpoint(of: recording, at: moment)
    self.seed = seed ?? Self.seed(of: run)
    self.limits = limits
  }

  /// The default seed for playing what a run learned.
  static func seed(of run: RunDescription) -> UInt64 { (run.seed + 1_000_000) & (1 << 63 - 1) }

  /// The expected result, computed instead of sampled; nil if the policy can only be played.
  package func exact() throws -> [JSON.Member]? {
    guard let exact = try plan.settings.exactEvaluation(in: world, by: checkpoint) else {
      return nil
    }
    return [
      .init("success_rate", .number(exact.successRate)),
      .init("mean_return", .number(exact.meanReturn)),
      .init("mean_length", .number(exact.meanLength)),
    ]
  }

  /// Plays until the limits are reached or `progress` returns false, and records it if a path is given.
  package func play(
    recordingTo path: String? = nil, force: Bool = false,
    progress: ProgressHandler = { _, _ in true }
  ) throws -> EvaluationSummary {
    var player = try plan.settings.player(in: world, by: checkpoint)
    guard let path else { return try play(&player, into: NullSink(), progress).summary }
    var description = plan.description(seed: seed, purpose: .evaluate)
    description.parent = Parent(
      file: recording.path, digest: try recording.digest(), step: checkpoint.step)
    let initial = Checkpoint(
      step: 0, kind: checkpoint.kind, parameters: checkpoint.parameters,
      trainingState: checkpoint.trainingState)
    let writer = try RecordingWriter(
      creating: path, description, initial: initial, options: RecordingOptions(force: force))
    let played = try play(&player, into: writer, progress)
    let summary = played.summary
    try played.finish { try $0.finish() }
    return summary
  }

  private func play<Sink: TransitionSink & ~Copyable>(
    _ player: inout any Player, into sink: consuming Sink, _ progress: ProgressHandler
  ) throws -> CountingSink<Sink> {
    let isEndless = (world as? any ObservableWorld)?.isContinuing == true && limits.episodes == nil
    let episodes = limits.episodes ?? (limits.steps == nil && !isEndless ? 100 : .max)
    let steps = limits.steps ?? (isEndless ? 20_000 : .max)
    let generator = Generator(seed: seed)
    var played = CountingSink(sink: sink, summary: EvaluationSummary(world))
    var episode = 1
    while episode <= episodes && played.summary.steps < steps {
      let (done, all) = (played.summary.steps, Double(steps))
      let share = max(Double(episode - 1) / Double(episodes), Double(done) / all)
      let note = "\(NumberFormat.count(done)) steps, \(NumberFormat.count(episode - 1)) episodes"
      guard progress(share, note) else { break }
      try player.play(episode, generator, atMost: steps - done, into: &played)
      episode += 1
    }
    return played
  }
}

/// A sink that counts what passes through it.
private struct CountingSink<Sink: TransitionSink & ~Copyable>: TransitionSink, ~Copyable {
  private var sink: Sink
  private(set) var summary: EvaluationSummary

  init(sink: consuming Sink, summary: EvaluationSummary) {
    self.sink = sink
    self.summary = summary
  }

  mutating func record(_ transition: Transition) throws {
    summary.add(transition)
    try sink.record(transition)
  }

  mutating func record(
    episode: Int, state: Int, action: Int, reward: Double, next: Int, ending: Ending
  ) throws {
    summary.add(
      Transition(
        episode: episode, state: .index(state), action: .index(action), reward: reward,
        next: .index(next), ending: ending))
    try sink.record(
      episode: episode, state: state, action: action, reward: reward, next: next, ending: ending)
  }

  mutating func record(_ metric: Metric) throws { try sink.record(metric) }
  mutating func record(_ checkpoint: Checkpoint) throws { try sink.record(checkpoint) }

  /// Returns the inner sink.
  consuming func finish(_ body: (consuming Sink) throws -> Void) throws { try body(sink) }
}

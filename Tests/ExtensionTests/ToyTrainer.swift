import Experiments
import Recordings
import Rollouts
import Trainers
import Worlds

/// How a bandit learns.
struct BanditSettings: TrainerSettings {
  var episodes = 60
  /// The chance of a random action, in percent.
  var explored = 30

  static let settings: [Setting<Self>] = [
    .count("episodes", \.episodes, in: 1...100_000, "how many"),
    .count("explored", \.explored, in: 0...100, "percent of actions that are drawn"),
  ]

  static let trainerName = "bandit"

  static func learns(_ subject: Subject) -> Bool {
    if case .world(let world) = subject { world is Lamps } else { false }
  }

  var isByEpisodes: Bool { true }
  func mostSteps(stepLimit: Int) -> Int { episodes * stepLimit }

  func trainer(of subject: Subject, seed: UInt64) throws -> any Trainer {
    guard case .world(let world) = subject, let lamps = world as? Lamps else {
      throw RunError.run("a bandit plays lamps")
    }
    return Bandit(lamps, seed: seed, settings: self)
  }

  func player(in world: any World, by checkpoint: Checkpoint) throws -> any Player {
    guard let lamps = world as? Lamps else { throw RunError.run("a bandit plays lamps") }
    return BanditPlayer(world: lamps, values: try Bandit.values(checkpoint))
  }

  var insight: Insight {
    .actionValues { checkpoint in
      let values = try Bandit.values(checkpoint)
      return { observations in
        stride(from: 0, to: observations.count, by: 3).flatMap { row in
          let state = (0..<3).reduce(0) { $0 + (Int(observations[row + $1]) << $1) }
          return values[state * 3..<state * 3 + 3]
        }
      }
    }
  }
}

/// Remembers what each switch paid on average in each state.
struct Bandit: Trainer {
  static let kind = "bandit"

  private(set) var step = 0
  private(set) var episodes = 0
  var stopStep = Int.max
  private var values = [Float](repeating: 0, count: 24)
  private var counts = [Float](repeating: 0, count: 24)
  private let world: Lamps
  private let seed: UInt64
  private let settings: BanditSettings

  init(_ world: Lamps, seed: UInt64, settings: BanditSettings) {
    (self.world, self.seed, self.settings) = (world, seed, settings)
  }

  var isComplete: Bool { episodes >= settings.episodes || step >= stopStep }
  var initialCheckpoint: Checkpoint { checkpoint }

  private var checkpoint: Checkpoint {
    let tensors = [
      Tensor("values", floats: values, shape: [8, 3]),
      Tensor("counts", floats: counts, shape: [8, 3]),
    ]
    return Checkpoint(
      step: step, kind: Self.kind, parameters: Safetensors(tensors).encoded(),
      trainingState: JSON.object([.init("episodes", .integer(episodes))]).compact)
  }

  static func values(_ checkpoint: Checkpoint) throws -> [Float] {
    try Safetensors(decoding: checkpoint.parameters).tensor("values").floats()
  }

  mutating func resume(
    from checkpoint: Checkpoint, history: (Range<Int>) throws -> [Transition]
  ) throws {
    values = try Self.values(checkpoint)
    counts = try Safetensors(decoding: checkpoint.parameters).tensor("counts").floats()
    step = checkpoint.step
    episodes = try JSON(parsing: checkpoint.trainingState)["episodes"]?.int ?? 0
  }

  mutating func train<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, now: () -> Double, callbacks: TrainingCallbacks,
    goOn: (TrainingProgress) -> Bool
  ) throws {
    callbacks.trainingStarted?(TrainingEvent.Training(self))
    while !isComplete {
      let lastReturn = try play(into: &sink, callbacks)
      if episodes % 10 == 0 || isComplete {
        try sink.record(checkpoint)
        callbacks.checkpointSaved?(checkpoint)
      }
      let share = Double(episodes) / Double(settings.episodes)
      let progress = TrainingProgress(
        step: step, episodes: episodes, share: share, lastReturn: lastReturn)
      if !goOn(progress) { break }
    }
    callbacks.trainingEnded?(TrainingEvent.Training(self))
  }

  private mutating func play<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, _ callbacks: TrainingCallbacks
  ) throws -> Double {
    let (number, generator, first) = (episodes + 1, Generator(seed: seed), step)
    callbacks.episodeStarted?(TrainingEvent.Episode(number: number, startingAt: step))
    var total = 0.0
    try world.play(number, generator, atMost: world.stepLimit, into: &sink) { state, t in
      let draws = generator.draws(for: .policy, episode: number, t: t)
      return draws.pick(0, below: 100) < settings.explored
        ? draws.pick(1, below: 3) : values.bestSwitch(in: state)
    } learning: { state, action, reward in
      let place = Int(state.lit) * 3 + action
      counts[place] += 1
      values[place] += (Float(reward) - values[place]) / counts[place]
      total += reward
      step += 1
    }
    episodes += 1
    callbacks.episodeEnded?(
      TrainingEvent.Episode(
        number: number, endingBefore: step, length: step - first, return: total,
        ending: step - first < world.stepLimit ? .terminated : .truncated))
    return total
  }
}

/// Plays by what a bandit remembers.
struct BanditPlayer: Player {
  let world: Lamps
  let values: [Float]

  mutating func play<Sink: TransitionSink & ~Copyable>(
    _ episode: Int, _ generator: Generator, atMost steps: Int, into sink: inout Sink
  ) throws {
    try world.play(episode, generator, atMost: min(steps, world.stepLimit), into: &sink) {
      state, _ in
      values.bestSwitch(in: state)
    } learning: { _, _, _ in
    }
  }
}

extension [Float] {
  fileprivate func bestSwitch(in state: LampState) -> Int {
    let row = self[Int(state.lit) * 3..<Int(state.lit) * 3 + 3]
    return (row.indices.max { row[$0] < row[$1] } ?? row.startIndex) - row.startIndex
  }
}

extension Lamps {
  /// Plays one episode, asking for each action and showing what it paid.
  fileprivate func play<Sink: TransitionSink & ~Copyable>(
    _ episode: Int, _ generator: Generator, atMost steps: Int, into sink: inout Sink,
    choosing: (LampState, Int) -> Int, learning: (LampState, Int, Double) -> Void
  ) throws {
    var state = start(generator.draws(for: .start, episode: episode, t: 0))
    for t in 0..<steps {
      let action = choosing(state, t)
      let step = step(state, action, generator.draws(for: .world, episode: episode, t: t))
      let ending = step.ending == .running && t + 1 == steps ? .truncated : step.ending
      try sink.record(
        Transition(
          episode: episode, state: state.recorded, action: .index(action), reward: step.reward,
          next: step.next.recorded, ending: ending))
      learning(state, action, step.reward)
      state = step.next
      if ending != .running { return }
    }
  }
}

extension Catalog {
  /// The toy worlds and trainers, with three built-in trainers and none of the built-in worlds.
  static let toys = Catalog(
    worlds: WorldTable([
      WorldEntry("hall", rules: HallRules()) { Hall(rules: $0) },
      WorldEntry("lamps", rules: NoRules()) { _ in Lamps() },
      WorldEntry("dial", rules: NoRules()) { _ in Dial() },
    ]),
    trainers: TrainerTable([
      TrainerEntry(QTableConfiguration()),
      TrainerEntry(dqn, presets: [Preset("network", of: "lamps", "a small network", dqn)]),
      TrainerEntry(ppo),
      TrainerEntry(
        BanditSettings(),
        presets: [Preset("bandit", of: "lamps", "remembers what paid", BanditSettings())]),
    ]))

  private static var dqn: DQNConfiguration {
    var settings = DQNConfiguration()
    (settings.steps, settings.hidden, settings.warmUp, settings.batch) = (600, [16], 32, 16)
    settings.snapshotEvery = 200
    return settings
  }

  private static var ppo: PPOConfiguration {
    var settings = PPOConfiguration()
    (settings.steps, settings.worlds, settings.rollout, settings.minibatch) = (800, 4, 50, 50)
    (settings.hidden, settings.snapshotEvery, settings.evaluateEvery) = ([8], 2, 0)
    return settings
  }
}

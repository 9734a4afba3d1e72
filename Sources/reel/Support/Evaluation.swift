import Recordings
import Rollouts
import Trainers
import Worlds

/// Something that plays whole episodes.
protocol Player {
  /// Plays an episode of at most so many steps, and tells it to a sink.
  mutating func play<Sink: TransitionSink & ~Copyable>(
    _ episode: Int, _ generator: Generator, atMost steps: Int, into sink: inout Sink
  ) throws
}

/// Plays by the best actions of a table.
struct TablePlayer: Player {
  let policy: GreedyPolicy
  let stepLimit: Int

  mutating func play<Sink: TransitionSink & ~Copyable>(
    _ episode: Int, _ generator: Generator, atMost steps: Int, into sink: inout Sink
  ) throws {
    _ = try policy.play(
      episode: episode, generator: generator, stepLimit: min(stepLimit, steps), into: &sink)
  }
}

/// Plays by the best actions of a network; a world that goes on goes on where the last episode ended.
struct NetworkPlayer<W: ObservedWorld>: Player {
  let world: W
  var network: GreedyNetwork
  private var state: W.State?

  init(_ world: W, _ network: GreedyNetwork) throws {
    guard network.widths.first == world.observationCount,
      network.widths.last == world.description.actions.count
    else { throw Failure.failed("the recorded network does not fit its world") }
    self.world = world
    self.network = network
  }

  mutating func play<Sink: TransitionSink & ~Copyable>(
    _ episode: Int, _ generator: Generator, atMost steps: Int, into sink: inout Sink
  ) throws {
    let played = try network.play(
      world, episode: episode, from: state, generator: generator,
      stepLimit: min(world.stepLimit, steps), into: &sink)
    state = world.isContinuing && played.ending != .terminated ? played.last : nil
  }
}

/// Plays by the likeliest actions of a policy.
struct PolicyPlayer<W: SeenWorld>: Player {
  let world: W
  private var policy: GreedyPolicyNetwork
  private let stepLimit: Int

  init(_ world: W, _ policy: GreedyPolicyNetwork, stepLimit: Int) throws {
    guard policy.fits(world) else {
      throw Failure.failed("the recorded policy does not fit its world")
    }
    self.world = world
    self.policy = policy
    self.stepLimit = stepLimit
  }

  mutating func play<Sink: TransitionSink & ~Copyable>(
    _ episode: Int, _ generator: Generator, atMost steps: Int, into sink: inout Sink
  ) throws {
    _ = try policy.play(
      world, episode: episode, generator: generator, stepLimit: min(stepLimit, steps),
      into: &sink)
  }
}

/// A player for a world that networks learn.
func networkPlayer(of plan: RunPlan, _ checkpoint: Checkpoint) throws -> any Player {
  func network<W: ObservedWorld>(_ world: W) throws -> any Player {
    try NetworkPlayer(world, GreedyNetwork(checkpoint))
  }
  func policy<W: SeenWorld>(_ world: W, atMost steps: Int) throws -> any Player {
    // As in the training's trials: a paddle that never misses may go on for ever.
    try PolicyPlayer(
      world, GreedyPolicyNetwork(checkpoint), stepLimit: min(world.stepLimit, steps))
  }
  if case .ppo(let settings) = plan.learner, let world = try plan.world.withPhysics().seen {
    return try policy(world, atMost: settings.evaluationSteps)
  }
  guard let world = plan.world.observed else {
    throw Failure.failed("the recorded network does not fit its world")
  }
  return try network(world)
}

/// The network that `--at` or a like option names: that of the last checkpoint by a step, or the best.
func networkCheckpoint(
  of recording: Recording, at text: String?, option: String = "--at"
) throws -> Checkpoint {
  if text == "best" {
    guard let best = try recording.lastCheckpoint(kind: DQNTrainer<Snake>.bestKind) else {
      throw Failure.failed("\(recording.path) kept no best network", "--set keep_best=yes does")
    }
    return best
  }
  guard
    let checkpoint = try recording.checkpoint(
      atOrBefore: try step(at: text, of: recording, option: option))
  else { throw Failure.failed("\(recording.path) is damaged: it has no checkpoint") }
  return checkpoint
}

/// Greedy episodes, played one after the other.
struct Evaluation {
  let world: KnownWorld
  let seed: UInt64
  let episodes: Int
  let steps: Int

  /// Plays until the episodes or the steps are done.
  func run<Sink: TransitionSink & ~Copyable>(
    _ player: inout any Player, into sink: consuming Sink, _ console: Console
  ) throws -> Played<Sink> {
    Interruption.watch()
    var bar = ProgressBar("playing", console)
    defer { bar.finish() }
    let generator = Generator(seed: seed)
    var played = Played(sink: sink, summary: EvaluationSummary(world))
    var episode = 1
    while episode <= episodes && played.summary.steps < steps {
      if Interruption.isRequested { break }
      try player.play(episode, generator, atMost: steps - played.summary.steps, into: &played)
      let share = max(
        Double(episode) / Double(episodes), Double(played.summary.steps) / Double(steps))
      bar.update(share, "\(count(played.summary.steps)) steps, \(count(episode)) episodes")
      episode += 1
    }
    return played
  }
}

/// A sink that counts what goes through it.
struct Played<Sink: TransitionSink & ~Copyable>: TransitionSink, ~Copyable {
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

  /// Hands the sink back.
  consuming func finish(_ body: (consuming Sink) throws -> Void) throws { try body(sink) }
}

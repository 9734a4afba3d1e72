package import Rollouts
import Trainers

/// A player of whole episodes.
package protocol Player {
  /// Plays an episode of at most this many steps into a sink.
  mutating func play<Sink: TransitionSink & ~Copyable>(
    _ episode: Int, _ generator: Generator, atMost steps: Int, into sink: inout Sink
  ) throws
}

/// Plays the best actions of a table.
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

/// Plays the best actions of a network; a world that continues starts where the last episode ended.
struct NetworkPlayer<W: DiscreteActionWorld>: Player {
  private let world: W
  private var network: GreedyNetwork
  private var state: W.State?

  init(_ world: W, _ network: GreedyNetwork) throws {
    try network.checkFit(world)
    (self.world, self.network) = (world, network)
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

/// Plays the likeliest actions of a policy.
struct PolicyPlayer<W: ObservableWorld>: Player {
  private let world: W
  private var policy: GreedyPolicyNetwork
  private let stepLimit: Int

  init(_ world: W, _ policy: GreedyPolicyNetwork, stepLimit: Int) throws {
    try policy.checkFit(world)
    (self.world, self.policy, self.stepLimit) = (world, policy, stepLimit)
  }

  mutating func play<Sink: TransitionSink & ~Copyable>(
    _ episode: Int, _ generator: Generator, atMost steps: Int, into sink: inout Sink
  ) throws {
    _ = try policy.play(
      world, episode: episode, generator: generator, stepLimit: min(stepLimit, steps), into: &sink)
  }
}

extension GreedyNetwork {
  /// Refuses a world with other observations or actions.
  func checkFit(_ world: some DiscreteActionWorld) throws {
    guard widths.first == world.observationCount,
      widths.last == world.description.actions.count
    else { throw RunError.run("the recorded network does not fit its world") }
  }
}

extension GreedyPolicyNetwork {
  /// Refuses a world with other observations or actions.
  func checkFit(_ world: some ObservableWorld) throws {
    guard fits(world) else { throw RunError.run("the recorded policy does not fit its world") }
  }
}

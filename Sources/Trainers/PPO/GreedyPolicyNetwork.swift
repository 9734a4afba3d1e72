import Neural
package import Rollouts

/// The policy of a checkpoint, asked for its likeliest actions: for evaluations and films.
package struct GreedyPolicyNetwork: Sendable {
  private let network: PolicyNetwork
  private let parameters: Parameters
  private var scale: ObservationScale
  private var desk: PolicyDesk
  private var seen: [Float]
  private var numbers: [Float]

  init(_ network: PolicyNetwork, _ parameters: Parameters, _ scale: ObservationScale) {
    self.network = network
    self.parameters = parameters
    self.scale = scale
    desk = network.desk(rows: 1)
    seen = [Float](repeating: 0, count: network.policy.widths[0])
    numbers = [Float](repeating: 0, count: network.actionWidth)
  }

  /// The policy of a checkpoint that a PPO trainer made.
  package init(_ checkpoint: Checkpoint) throws {
    let state = try JSON(parsing: checkpoint.trainingState)
    let file = try Safetensors(decoding: checkpoint.parameters)
    guard let activation = state["activation"]?.text.flatMap(Activation.init(rawValue:)) else {
      throw SafetensorsError("the checkpoint does not say what stands between its layers")
    }
    var widths = try MLP.widths("policy.", in: file)
    let outputs = widths.removeLast()
    let isReal = file.tensors.contains { $0.name == PolicyNetwork.deviationName }
    let network = PolicyNetwork(
      inputs: widths[0], actions: isReal ? .continuous(outputs) : .discrete(outputs),
      hidden: Array(widths.dropFirst()), activation: activation)
    let moments = try RunningMoments(
      ObservationScale.tensorName, width: widths[0], from: file)
    self.init(
      network, try Parameters(network.layout, from: file),
      // Where nothing was counted, nothing is scaled.
      ObservationScale(moments, isActive: moments.count > 0))
  }

  /// Whether the policy sees and does what a world shows and takes.
  package func fits<W: SeenWorld>(_ world: W) -> Bool {
    let outputs = network.policy.widths[network.policy.widths.count - 1]
    let isReal = network.head != .categorical
    return network.policy.widths[0] == world.observationCount
      && world.actionSpace == (isReal ? .continuous(outputs) : .discrete(outputs))
  }

  /// The likeliest action in a state.
  package mutating func action<W: SeenWorld>(_ state: W.State, in world: W) -> W.Action {
    look(at: state, in: world)
    desk.decide(rows: 1, parameters)
    network.head.choose(desk.policy.output, row: 0, desk.memory, into: &numbers, at: 0)
    return numbers.withUnsafeBufferPointer { W.Action(numbers: $0) }
  }

  /// What a state is worth, in the scaled rewards that the network learned.
  package mutating func value<W: SeenWorld>(of state: W.State, in world: W) -> Double {
    look(at: state, in: world)
    desk.value(rows: 1, parameters)
    return Double(desk.value(of: 0))
  }

  /// What the policy's output says of a state: the logits of the choices, or the middles of the numbers.
  package mutating func outputs<W: SeenWorld>(_ state: W.State, in world: W) -> [Float] {
    look(at: state, in: world)
    desk.decide(rows: 1, parameters)
    return desk.memory.rows(desk.policy.output, 1)
  }

  private mutating func look<W: SeenWorld>(at state: W.State, in world: W) {
    seen.withUnsafeMutableBufferPointer {
      world.observe(state, into: $0)
      scale.apply(to: $0)
    }
    desk.memory.fill(desk.policy.input, with: seen, rows: 1)
  }

  /// Plays one episode with the likeliest actions and tells it to a sink. It begins at the world's
  /// start, or where an earlier one ended.
  package mutating func play<W: SeenWorld, Sink: TransitionSink & ~Copyable>(
    _ world: W, episode: Int, from start: W.State? = nil, generator: Generator, stepLimit: Int,
    into sink: inout Sink
  ) throws -> GreedyNetwork.Episode<W.State> {
    precondition(fits(world), "the network plays this world")
    var state = start ?? world.start(generator.draws(for: .start, episode: episode, t: 0))
    var result = GreedyNetwork.Episode(total: 0, length: 0, ending: .truncated, last: state)
    var bytes = state.bytes
    while result.length < stepLimit {
      let t = result.length
      let action = action(state, in: world)
      let outcome = world.step(
        state, action, generator.draws(for: .world, episode: episode, t: t))
      result.length += 1
      result.ending =
        outcome.ending == .running && result.length == stepLimit ? .truncated : outcome.ending
      result.total += outcome.reward
      let next = outcome.next.bytes
      try sink.record(
        Transition(
          episode: episode, state: .bytes(bytes), action: action.recorded,
          reward: outcome.reward, next: .bytes(next), ending: result.ending))
      (state, bytes, result.last) = (outcome.next, next, outcome.next)
      if result.ending != .running { break }
    }
    return result
  }
}

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
  /// What was said of frames of letters, which games show again and again; a function of the frame alone.
  private var known: [[UInt8]: (outputs: [Float], value: Float)] = [:]
  private static let mostKnown = 20_000

  init(
    _ network: PolicyNetwork, _ parameters: Parameters, _ scale: ObservationScale, crew: Crew
  ) {
    self.network = network
    self.parameters = parameters
    self.scale = scale
    desk = network.desk(rows: 1, crew: crew)
    seen = [Float](repeating: 0, count: network.inputs)
    numbers = [Float](repeating: 0, count: network.actionWidth)
  }

  /// The policy of a checkpoint that a PPO trainer made.
  package init(_ checkpoint: Checkpoint) throws {
    let state = try JSON(parsing: checkpoint.trainingState)
    let file = try Safetensors(decoding: checkpoint.parameters)
    let network = try PolicyNetwork(state, file)
    let moments = try RunningMoments(
      ObservationScale.tensorName, width: network.inputs, from: file)
    self.init(
      network, try Parameters(network.layout, from: file),
      // Where nothing was counted, nothing is scaled.
      ObservationScale(moments, isActive: moments.count > 0),
      crew: Crew(threads: network.isRead ? Crew.processorCount : 1))
  }

  /// Whether the policy sees and does what a world shows and takes.
  package func fits<W: SeenWorld>(_ world: W) -> Bool {
    if case .gpt(let gpt) = network.body, gpt.letters != world.letters { return false }
    let isReal = network.head != .categorical
    return network.inputs == world.observationCount
      && world.actionSpace
        == (isReal ? .continuous(network.outputs) : .discrete(network.outputs))
  }

  /// How many heads look in each layer; nil where the policy reads nothing.
  package var heads: Int? {
    guard case .gpt(let gpt) = network.body else { return nil }
    return gpt.gpt.shape.heads
  }

  /// The likeliest action in a state.
  package mutating func action<W: SeenWorld>(_ state: W.State, in world: W) -> W.Action {
    judge(state, in: world)
    network.head.choose(desk.policy, row: 0, desk.memory, into: &numbers, at: 0)
    return numbers.withUnsafeBufferPointer { W.Action(numbers: $0) }
  }

  /// What a state is worth, in the scaled rewards that the network learned.
  package mutating func value<W: SeenWorld>(of state: W.State, in world: W) -> Double {
    judge(state, in: world)
    return Double(desk.value(of: 0))
  }

  /// What the policy's output says of a state: the logits of the choices, or the middles of the numbers.
  package mutating func outputs<W: SeenWorld>(_ state: W.State, in world: W) -> [Float] {
    judge(state, in: world)
    return desk.memory.rows(desk.policy, 1)
  }

  /// Where a transformer looked before it decided: how much of its attention the last layer's last query
  /// gave to each place, head by head. Nil where the policy reads nothing.
  package mutating func attention<W: SeenWorld>(_ state: W.State, in world: W) -> [[Float]]? {
    look(at: state, in: world)
    desk.look(at: seen, from: [0], rows: 1)
    desk.judge(rows: 1, parameters)
    return desk.shares(of: 0)
  }

  /// Finds out what a state is worth, and what to do in it.
  private mutating func judge<W: SeenWorld>(_ state: W.State, in world: W) {
    look(at: state, in: world)
    let frame = network.isRead ? seen.map { UInt8($0 * 255 + 0.5) } : nil
    if let frame, let known = known[frame] {
      for (column, number) in known.outputs.enumerated() {
        desk.memory[desk.policy, 0, column] = number
      }
      desk.memory[desk.value, 0, 0] = known.value
      return
    }
    desk.look(at: seen, from: [0], rows: 1)
    desk.judge(rows: 1, parameters)
    if let frame, known.count < Self.mostKnown {
      known[frame] = (desk.memory.rows(desk.policy, 1), desk.value(of: 0))
    }
  }

  private mutating func look<W: SeenWorld>(at state: W.State, in world: W) {
    seen.withUnsafeMutableBufferPointer {
      world.observe(state, into: $0)
      scale.apply(to: $0)
    }
  }

  /// Plays one episode with the likeliest actions and tells it to a sink. It begins at the world's
  /// start, or where an earlier one ended.
  package mutating func play<W: SeenWorld, Sink: TransitionSink & ~Copyable>(
    _ world: W, episode: Int, from start: W.State? = nil, generator: Generator, stepLimit: Int,
    into sink: inout Sink
  ) throws -> PlayedEpisode<W.State> {
    precondition(fits(world), "the network plays this world")
    return try world.play(
      episode: episode, from: start, generator: generator, stepLimit: stepLimit, into: &sink
    ) { action($0, in: world) }
  }
}

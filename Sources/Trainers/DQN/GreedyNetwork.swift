package import Neural
package import Rollouts

/// The network of a checkpoint, which gives values and best actions for evaluations and heat maps.
package struct GreedyNetwork: Sendable {
  /// The widths of its layers, from the observation to the values.
  package var widths: [Int] { net.widths }
  package let parameters: Parameters
  private let net: MLP
  private let buffers: MLP.Buffers
  private var activations: Activations
  private var weights: TurnedWeights
  private static let mostRows = 256

  /// The network in a safetensors file's tensors: `0.weight`, `0.bias`, `2.weight` and so on.
  package init(decoding file: [UInt8]) throws(SafetensorsError) {
    let file = try Safetensors(decoding: file)
    let widths = try MLP.widths(in: file)
    var layout = ParameterLayout()
    net = MLP(widths: widths, to: &layout)
    parameters = try Parameters(layout, from: file)
    activations = Activations(rows: Self.mostRows)
    buffers = net.buffers(in: &activations)
    weights = TurnedWeights(of: net)
    net.turn(parameters, into: &weights)
  }

  /// The network of a checkpoint.
  package init(_ checkpoint: Checkpoint) throws(SafetensorsError) {
    try self.init(decoding: checkpoint.parameters)
  }

  /// The values of all actions for a series of observations, in the same order.
  package mutating func values(_ observations: [Float]) -> [Float] {
    let (inputs, actions) = (buffers.input.width, buffers.output.width)
    precondition(observations.count % inputs == 0, "observations are whole")
    let count = observations.count / inputs
    var values: [Float] = []
    values.reserveCapacity(count * actions)
    for first in stride(from: 0, to: count, by: Self.mostRows) {
      let rows = min(Self.mostRows, count - first)
      let part = observations[first * inputs..<(first + rows) * inputs]
      activations.fill(buffers.input, with: Array(part), rows: rows)
      net.forward(buffers, rows: rows, weights, parameters, &activations)
      values += activations.rows(buffers.output, rows)
    }
    return values
  }

  /// The output of each layer for an observation, after its activation; the last are the values.
  package mutating func units(_ observation: [Float]) -> [[Float]] {
    _ = values(observation)
    return net.units(buffers, row: 0, activations)
  }

  /// The best action for an observation, the first of equals.
  package mutating func action(_ observation: [Float]) -> Int {
    ActionChoice.greedy(values(observation))
  }

  /// Plays one episode with the best actions and records it into a sink. It begins at the world's
  /// start, or where an earlier episode ended.
  package mutating func play<W: DiscreteActionWorld, Sink: TransitionSink & ~Copyable>(
    _ world: W, episode: Int, from start: W.State? = nil, generator: Generator, stepLimit: Int,
    into sink: inout Sink
  ) throws -> PlayedEpisode<W.State> {
    precondition(world.observationCount == buffers.input.width, "the network sees this world")
    return try world.play(
      episode: episode, from: start, generator: generator, stepLimit: stepLimit, into: &sink
    ) { action(world.observation($0)) }
  }
}

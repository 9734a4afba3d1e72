import Glibc
import Neural
import Platform
package import Rollouts

/// The policy of a checkpoint, which gives its likeliest actions for evaluations and films.
package struct GreedyPolicyNetwork: Sendable {
  private let network: PolicyNetwork
  private let parameters: Parameters
  private var scale: ObservationScale
  private var workspace: PolicyWorkspace
  private var seen: [Float]
  private var numbers: [Float]
  /// Cached outputs for frames of letters, which games show again and again; they depend on the
  /// frame alone.
  private var known: [[UInt8]: (outputs: [Float], value: Float)] = [:]
  private static let mostKnown = 20_000

  init(
    _ network: PolicyNetwork, _ parameters: Parameters, _ scale: ObservationScale, pool: ThreadPool
  ) {
    self.network = network
    self.parameters = parameters
    self.scale = scale
    workspace = network.workspace(rows: 1, pool: pool)
    seen = [Float](repeating: 0, count: network.inputs)
    numbers = [Float](repeating: 0, count: network.actionWidth)
  }

  /// The policy of a PPO trainer's checkpoint. `normalizesObservations` is the run's setting: a
  /// checkpoint before the first update does not show whether distant observations are clipped.
  package init(_ checkpoint: Checkpoint, normalizesObservations: Bool? = nil) throws {
    let state = try JSON(parsing: checkpoint.trainingState)
    let file = try Safetensors(decoding: checkpoint.parameters)
    let network = try PolicyNetwork(state, file)
    let moments = try RunningMoments(
      ObservationScale.tensorName, width: network.inputs, from: file)
    self.init(
      network, try Parameters(network.layout, from: file),
      ObservationScale(moments, isActive: normalizesObservations ?? (moments.count > 0)),
      pool: ThreadPool(threads: network.isRead ? ThreadPool.processorCount : 1))
  }

  /// Whether the policy fits a world's observations and actions.
  package func fits<W: ObservableWorld>(_ world: W) -> Bool {
    if case .gpt(let gpt) = network.body, gpt.letters != world.letters { return false }
    let isReal = network.head != .categorical
    return network.inputs == world.observationCount
      && world.actionSpace
        == (isReal ? .continuous(network.outputs) : .discrete(network.outputs))
  }

  /// How many attention heads a layer has; nil where the policy is not a transformer.
  package var heads: Int? {
    guard case .gpt(let gpt) = network.body else { return nil }
    return gpt.gpt.shape.heads
  }

  /// The likeliest action in a state.
  package mutating func action<W: ObservableWorld>(_ state: W.State, in world: W) -> W.Action {
    forward(state, in: world)
    network.head.choose(workspace.policy, row: 0, workspace.activations, into: &numbers, at: 0)
    return W.Action(numbers: numbers.span)
  }

  /// The value of a state, in the scaled rewards that the network learned.
  package mutating func value<W: ObservableWorld>(of state: W.State, in world: W) -> Double {
    forward(state, in: world)
    return Double(workspace.value(of: 0))
  }

  /// The policy's output for a state: the logits of the choices, or the means of the numbers.
  package mutating func outputs<W: ObservableWorld>(_ state: W.State, in world: W) -> [Float] {
    forward(state, in: world)
    return workspace.activations.rows(workspace.policy, 1)
  }

  /// A transformer's attention for its decision: the share that the last layer's last query gives
  /// to each position, head by head. Nil where the policy is not a transformer.
  package mutating func attention<W: ObservableWorld>(_ state: W.State, in world: W) -> [[Float]]? {
    decision(state, in: world).attention.last
  }

  /// A policy's decision in a state.
  package struct Decision: Sendable, Equatable {
    /// The observation as the network sees it, shifted and scaled.
    package var seen: [Float]
    /// The logits of the choices, or the means of the numbers.
    package var outputs: [Float]
    /// The standard deviations of the numbers; nil for choices.
    package var deviations: [Float]?
    package var value: Float
    /// The output of each layer of the policy's MLP, after its activation.
    package var units: [[Float]]
    /// How much attention a transformer's last position gave to each position, by layer and head.
    package var attention: [[[Float]]]

    /// The probability of each choice.
    package var chances: [Double] {
      let most = outputs.max() ?? 0
      let weights = outputs.map { exp(Double($0 - most)) }
      let sum = weights.reduce(0, +)
      return weights.map { $0 / sum }
    }
  }

  /// The decision in a state.
  package mutating func decision<W: ObservableWorld>(_ state: W.State, in world: W) -> Decision {
    scale.observe(state, in: world, into: &seen)
    workspace.load(seen, from: [0], rows: 1)
    workspace.forward(rows: 1, parameters)
    let outputs = workspace.activations.rows(workspace.policy, 1)
    var deviations: [Float]?
    if case .gaussian(let place) = network.head {
      deviations = parameters.values[place..<place + outputs.count].map { exp($0) }
    }
    return Decision(
      seen: seen, outputs: outputs, deviations: deviations, value: workspace.value(of: 0),
      units: workspace.units(of: 0), attention: workspace.shares(of: 0) ?? [])
  }

  /// The log probability of an action in the state of the last decision, and the entropy.
  package mutating func logProbability(of action: [Float]) -> (log: Float, entropy: Float) {
    var (logs, entropies): ([Float], [Float]) = ([0], [0])
    network.head.logProbabilities(
      workspace.policy, rows: 1, of: action, parameters, &workspace.activations, into: &logs,
      entropies: &entropies)
    return (logs[0], entropies[0])
  }

  /// Computes the policy's output and the value of a state.
  private mutating func forward<W: ObservableWorld>(_ state: W.State, in world: W) {
    scale.observe(state, in: world, into: &seen)
    let frame = network.isRead ? seen.map { UInt8($0 * 255 + 0.5) } : nil
    if let frame, let known = known[frame] {
      for (column, number) in known.outputs.enumerated() {
        workspace.activations[workspace.policy, 0, column] = number
      }
      workspace.activations[workspace.value, 0, 0] = known.value
      return
    }
    workspace.load(seen, from: [0], rows: 1)
    workspace.forward(rows: 1, parameters)
    if let frame, known.count < Self.mostKnown {
      known[frame] = (workspace.activations.rows(workspace.policy, 1), workspace.value(of: 0))
    }
  }

  /// Plays one episode with the likeliest actions and records it into a sink. It begins at the
  /// world's start, or where an earlier episode ended.
  package mutating func play<W: ObservableWorld, Sink: TransitionSink & ~Copyable>(
    _ world: W, episode: Int, from start: W.State? = nil, generator: Generator, stepLimit: Int,
    into sink: inout Sink
  ) throws -> PlayedEpisode<W.State> {
    precondition(fits(world), "the network plays this world")
    return try world.play(
      episode: episode, from: start, generator: generator, stepLimit: stepLimit, into: &sink
    ) { action($0, in: world) }
  }
}

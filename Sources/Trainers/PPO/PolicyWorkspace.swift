package import Neural
import Platform
import Rollouts

/// Rows of observations on the way through a policy network and back.
package struct PolicyWorkspace: Sendable {
  package let network: PolicyNetwork
  package var activations: Activations
  /// The policy's output for each row, and the row's value.
  package let policy: Rows
  package let value: Rows
  private let body: Body

  private enum Body: Sendable {
    case mlp(policy: MLP.Buffers, value: MLP.Buffers)
    case batch(GPTPolicy.Buffers)
    case readers([FrameReader], ThreadPool)
  }

  private let table: SymbolTable?
  private var symbols: [Int] = []
  /// An MLP's weights for policy and value, transposed when they are first needed.
  private var weights: [TurnedWeights] = []
  private var areWeightsFresh = false

  init(_ network: PolicyNetwork, rows: Int, pool: ThreadPool?) {
    self.network = network
    switch (network.body, pool) {
    case (.mlp(let policyNet, let valueNet), _):
      activations = Activations(rows: rows)
      let policyBuffers = policyNet.buffers(in: &activations)
      let valueBuffers = valueNet.buffers(in: &activations, from: policyBuffers.input)
      (policy, value) = (policyBuffers.output, valueBuffers.output)
      body = .mlp(policy: policyBuffers, value: valueBuffers)
      weights = [TurnedWeights(of: policyNet), TurnedWeights(of: valueNet)]
      table = nil
    case (.gpt(let gpt), nil):
      activations = Activations(rows: rows * gpt.letters.places)
      let buffers = gpt.buffers(in: &activations)
      (policy, value) = (buffers.policy, buffers.value)
      body = .batch(buffers)
      table = SymbolTable(gpt.letters)
    case (.gpt(let gpt), let pool?):
      activations = Activations(rows: rows)
      policy = activations.add(width: network.outputs, dense: true)
      value = activations.add(width: 1, dense: true)
      body = .readers((0..<rows).map { _ in FrameReader(gpt) }, pool)
      table = SymbolTable(gpt.letters)
    }
  }

  /// Loads rows of observations from some offsets of `source`.
  package mutating func load(_ source: [Float], from starts: [Int], rows count: Int) {
    if case .mlp(let buffers, _) = body {
      activations.gather(from: starts, rows: count, of: source, into: buffers.input)
    } else if let table {
      let size = network.inputs
      if symbols.count != count * size { symbols = [Int](repeating: 0, count: count * size) }
      for row in 0..<count {
        table.read(source, from: starts[row], into: &symbols, at: row * size)
      }
    }
  }

  /// Computes the policy's outputs and the values of the rows.
  package mutating func forward(rows count: Int, _ parameters: Parameters) {
    forwardPolicy(rows: count, parameters)
    if case .mlp = body { forwardValue(rows: count, parameters) }
  }

  /// Computes the policy's outputs; a transformer's values come with them.
  private mutating func forwardPolicy(rows count: Int, _ parameters: Parameters) {
    switch (body, network.body) {
    case (.mlp(let buffers, _), .mlp(let net, _)):
      freshenWeights(parameters)
      net.forward(buffers, rows: count, weights[0], parameters, &activations)
    case (.batch(let buffers), .gpt(let gpt)):
      gpt.forward(buffers, symbols, parameters, &activations)
    case (.readers(let readers, let pool), _):
      let (symbols, size) = (symbols, network.inputs)
      if count == 1 {
        readers[0].read(symbols, from: 0, pool: pool, parameters)
      } else {
        pool.run(count) { readers[$0].read(symbols, from: $0 * size, parameters) }
      }
      for row in 0..<count {
        for (column, logit) in readers[row].logits.enumerated() {
          activations[policy, row, column] = logit
        }
        activations[value, row, 0] = readers[row].value
      }
    default: preconditionFailure("a workspace fits its network")
    }
  }

  /// Computes the values of the rows.
  mutating func forwardValue(rows count: Int, _ parameters: Parameters) {
    guard case .mlp(_, let buffers) = body, case .mlp(_, let net) = network.body else {
      return forwardPolicy(rows: count, parameters)
    }
    freshenWeights(parameters)
    net.forward(buffers, rows: count, weights[1], parameters, &activations)
  }

  private mutating func freshenWeights(_ parameters: Parameters) {
    guard !areWeightsFresh, case .mlp(let policy, let value) = network.body else { return }
    policy.turn(parameters, into: &weights[0])
    value.turn(parameters, into: &weights[1])
    areWeightsFresh = true
  }

  /// The value of a row.
  package func value(of row: Int) -> Float { activations[value, row, 0] }

  /// The output of each layer of an MLP's policy for a row, after its activation; none for a
  /// transformer.
  func units(of row: Int) -> [[Float]] {
    guard case .mlp(let buffers, _) = body, case .mlp(let net, _) = network.body else { return [] }
    return net.units(buffers, row: row, activations)
  }

  /// How much attention a transformer's last position gave to each position of a row, by layer and
  /// head; nil for an MLP.
  func shares(of row: Int) -> [[[Float]]]? {
    guard case .readers(let readers, _) = body else { return nil }
    return readers[row].shares()
  }

  /// Clears caches, as is necessary when the parameters have changed.
  package mutating func forget() {
    areWeightsFresh = false
    if case .readers(let readers, _) = body { for reader in readers { reader.forget() } }
  }

  /// Sets the gradients of a transformer's predictions of where letters are; returns their error.
  mutating func guessPlaces(weight: Float, _ parameters: Parameters) -> Double {
    guard case .batch(let buffers) = body, case .gpt(let gpt) = network.body else { return 0 }
    return gpt.guessPlaces(buffers, symbols, weight: weight, parameters, &activations)
  }

  /// From the gradients of all outputs, adds those of the parameters.
  package mutating func backward(
    rows count: Int, _ parameters: Parameters, into gradients: inout Parameters
  ) {
    switch (body, network.body) {
    case (.batch(let buffers), .gpt(let gpt)):
      gpt.backward(buffers, symbols, parameters, into: &gradients, &activations)
    default: preconditionFailure("a workspace that only acts learns nothing")
    }
  }
}

package import Neural
package import Rollouts

/// A policy and a value beside it: two networks in one slab that share nothing but what they see.
package struct PolicyNetwork: Sendable, Equatable {
  package let policy: MLP
  package let value: MLP
  package let head: PolicyHead
  package let layout: ParameterLayout

  static let deviationName = "log_std"

  /// Networks with the usual start of policy gradients: orthogonal, the policy almost indifferent.
  package init(
    inputs: Int, actions: ActionSpace, hidden: [Int], activation: Activation,
    logDeviation: Double = 0
  ) {
    var layout = ParameterLayout()
    func net(_ name: String, _ outputs: Int, last: Double) -> MLP {
      MLP(
        name, widths: [inputs] + hidden + [outputs], activation: activation,
        start: .orthogonal(gain: 2.0.squareRoot(), last: last), to: &layout)
    }
    switch actions {
    case .discrete(let count):
      policy = net("policy.", count, last: 0.01)
      head = .categorical
    case .continuous(let count):
      policy = net("policy.", count, last: 0.01)
      head = .gaussian(
        logDeviations: layout.add(
          Self.deviationName, [count], .constant(Float(logDeviation)), decays: false))
    }
    value = net("value.", 1, last: 1)
    self.layout = layout
  }

  /// How many numbers an action is.
  var actionWidth: Int { head.actionWidth(outputs: policy.widths[policy.widths.count - 1]) }

  /// A place to work at, for so many rows.
  package func desk(rows: Int) -> PolicyDesk { PolicyDesk(self, rows: rows) }
}

/// Where a policy network works: rows of observations, and what both networks make of them.
package struct PolicyDesk: Sendable {
  package let network: PolicyNetwork
  package var memory: Activations
  package let policy: MLP.Path
  package let value: MLP.Path

  init(_ network: PolicyNetwork, rows: Int) {
    self.network = network
    memory = Activations(rows: rows)
    policy = network.policy.path(in: &memory)
    value = network.value.path(in: &memory, from: policy.input)
  }

  /// Takes rows of observations from `source`, beginning at some places.
  mutating func look(at source: [Float], from starts: [Int], rows count: Int) {
    memory.gather(from: starts, rows: count, of: source, into: policy.input)
  }

  /// What the policy says of the rows.
  mutating func decide(rows count: Int, _ parameters: Parameters) {
    network.policy.forward(policy, rows: count, parameters, &memory)
  }

  /// What the rows are worth.
  mutating func value(rows count: Int, _ parameters: Parameters) {
    network.value.forward(value, rows: count, parameters, &memory)
  }

  /// The value of a row.
  func value(of row: Int) -> Float { memory[value.output, row, 0] }

  /// From the gradients of both outputs, adds those of the parameters.
  mutating func backward(
    rows count: Int, _ parameters: Parameters, into gradients: inout Parameters
  ) {
    network.policy.backward(policy, rows: count, parameters, into: &gradients, &memory)
    network.value.backward(value, rows: count, parameters, into: &gradients, &memory)
  }
}

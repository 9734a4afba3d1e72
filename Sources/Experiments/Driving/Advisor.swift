package import Rollouts
import Trainers

/// What a trained agent would do in a state, and why.
package struct Advice: Sendable, Equatable {
  /// The meaning of the numbers.
  package enum Measure: String, Sendable {
    /// The value of each action.
    case value
    /// The probability of each action.
    case chance
    /// The mean of each number of an action.
    case mean
  }

  package var measure: Measure
  /// One number per action, or per number of an action; nil for an action that cannot be taken.
  package var numbers: [Double?]
  /// The action that the agent would take, as recordings keep it.
  package var action: Value
}

/// A trained agent that is asked about single states.
package protocol Advisor {
  /// What the agent would do in a state of its world; nil if it does not know. `draws` are those of a player,
  /// so that both break ties the same way.
  mutating func advice(in state: Value, _ draws: Draws) -> Advice?
}

/// Advice from a Q-table's rows.
struct TableAdvisor: Advisor {
  let table: QTable
  let policy: GreedyPolicy

  func advice(in state: Value, _ draws: Draws) -> Advice? {
    guard let state = state.index, (0..<table.states).contains(state) else { return nil }
    let choices = policy.actions(state)
    guard !choices.isEmpty else { return nil }
    let action = choices[choices.count > 1 ? draws.pick(0, below: choices.count) : 0]
    return Advice(
      measure: .value, numbers: table.row(state).map { $0.isFinite ? $0 : nil },
      action: .index(action))
  }
}

/// Advice from a network of action values.
struct NetworkAdvisor<W: DiscreteActionWorld>: Advisor {
  private let world: W
  private var network: GreedyNetwork

  init(_ world: W, _ network: GreedyNetwork) throws {
    try network.checkFit(world)
    (self.world, self.network) = (world, network)
  }

  mutating func advice(in state: Value, _ draws: Draws) -> Advice? {
    guard let state = W.State(recorded: state) else { return nil }
    let values = network.values(world.observation(state))
    return Advice(
      measure: .value, numbers: values.map(Double.init),
      action: .index(ActionChoice.greedy(values)))
  }
}

/// Advice from a policy: its probabilities or its means.
struct PolicyAdvisor<W: ObservableWorld>: Advisor {
  private let world: W
  private var policy: GreedyPolicyNetwork

  init(_ world: W, _ policy: GreedyPolicyNetwork) throws {
    try policy.checkFit(world)
    (self.world, self.policy) = (world, policy)
  }

  mutating func advice(in state: Value, _ draws: Draws) -> Advice? {
    guard let state = W.State(recorded: state) else { return nil }
    let outputs = policy.outputs(state, in: world)
    let action = policy.action(state, in: world).recorded
    guard case .discrete = world.actionSpace else {
      return Advice(measure: .mean, numbers: outputs.map(Double.init), action: action)
    }
    let chances = ActionChoice.softmaxShares(outputs, inverseTemperature: 1)
    return Advice(measure: .chance, numbers: chances, action: action)
  }
}

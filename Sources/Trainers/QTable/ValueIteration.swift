package import Rollouts

/// Batch value iteration: the reference for learned tables.
///
/// Sutton and Barto, "Reinforcement Learning", 2018, section 4.4.
package struct ValueIteration: Sendable {
  /// The value of each state after the last iteration.
  package private(set) var values: [Double]
  /// The greatest change in the last iteration.
  package private(set) var change = 0.0
  /// How many iterations there were.
  package private(set) var iterations = 0
  package let gamma: Double
  private let dynamics: Dynamics
  /// The states in which episodes end: they are worth nothing, and have no actions.
  package let ends: [Bool]

  /// Values before the first iteration: zero.
  package init(_ dynamics: Dynamics, gamma: Double) {
    self.dynamics = dynamics
    self.gamma = gamma
    ends = dynamics.endStates
    values = Array(repeating: 0, count: dynamics.states)
  }

  /// Computes V from the previous V for every state.
  package mutating func iterate(_ count: Int) {
    for _ in 0..<count {
      let new = (0..<dynamics.states).map { state in
        qValues(state).compactMap(\.self).max() ?? 0
      }
      change = zip(new, values).reduce(0) { max($0, abs($1.0 - $1.1)) }
      values = new
      iterations += 1
    }
  }

  /// Whether the last iteration changed no value by more than 10⁻¹⁰.
  package var hasConverged: Bool { iterations > 0 && change <= 1e-10 }

  /// Iterates until it has converged, or `most` times: without a discount, values may grow for ever.
  package mutating func converge(atMost most: Int = 100_000) {
    while !hasConverged && iterations < most { iterate(1) }
  }

  /// The value of each action of a state under the current values; nil where it is not legal.
  package func qValues(_ state: Int) -> [Double?] {
    (0..<dynamics.actions).map { action in
      guard dynamics.isLegal(action, in: state) else { return nil }
      guard !ends[state] else { return 0 }
      return dynamics.moves(of: action).reduce(0) { sum, move in
        let outcome = dynamics.outcome(state, executing: move.move)
        let future = outcome.terminates ? 0 : gamma * values[Int(outcome.next)]
        return sum + move.probability * (outcome.reward + future)
      }
    }
  }

  /// The best actions of a state; those within rounding of the best count as equal.
  package func greedyActions(_ state: Int) -> [Int] {
    let q = qValues(state)
    guard !ends[state], let best = q.compactMap(\.self).max() else { return [] }
    return q.indices.filter { action in q[action].map { best - $0 < 1e-12 } ?? false }
  }
}

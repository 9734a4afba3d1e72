/// Action values by state and action, with the one rule that changes them.
///
/// Illegal actions hold −∞, so that a maximum needs no mask.
package struct QTable: Sendable, Equatable {
  package let states: Int
  package let actions: Int
  /// A state's actions stand together.
  package internal(set) var values: [Double]
  /// How often each value was updated.
  package internal(set) var visits: [UInt32]

  /// A table that has learned nothing.
  package init(_ dynamics: Dynamics) {
    self.init(states: dynamics.states, actions: dynamics.actions)
    guard dynamics.hasIllegalActions else { return }
    for state in 0..<states {
      for action in 0..<actions where !dynamics.isLegal(action, in: state) {
        values[state * actions + action] = -.infinity
      }
    }
  }

  /// A table of zeros.
  package init(states: Int, actions: Int) {
    precondition(states > 0 && actions > 0, "a table has states and actions")
    self.states = states
    self.actions = actions
    values = Array(repeating: 0, count: states * actions)
    visits = Array(repeating: 0, count: states * actions)
  }

  /// The value of an action in a state.
  package func value(_ state: Int, _ action: Int) -> Double { values[state * actions + action] }

  /// The values of a state's actions.
  package func row(_ state: Int) -> ArraySlice<Double> {
    values[state * actions..<(state + 1) * actions]
  }

  /// How often a state's actions were updated, all together.
  package func visits(in state: Int) -> Int {
    visits[state * actions..<(state + 1) * actions].reduce(0) { $0 + Int($1) }
  }

  /// The best value in a state; 0 where no action is legal.
  package func best(_ state: Int) -> Double {
    let best = row(state).max() ?? 0
    return best == -.infinity ? 0 : best
  }

  /// The actions whose value is the best of their state.
  package func greedyActions(_ state: Int) -> [Int] {
    let best = row(state).max() ?? 0
    return (0..<actions).filter { best != -.infinity && value(state, $0) == best }
  }

  /// The greedy actions where something was learned: none where the state was never updated, or
  /// where all its legal actions are still worth the same.
  package func learnedActions(_ state: Int) -> [Int] {
    let greedy = greedyActions(state)
    let legal = row(state).count { $0 != -.infinity }
    return visits(in: state) > 0 && (greedy.count < legal || legal == 1) ? greedy : []
  }

  /// Works on the table in place, without the cost of a call and a check for each step.
  @inline(__always)
  package mutating func withUpdates<Result>(
    _ body: (inout QTableUpdates) throws -> Result
  ) rethrows -> Result {
    try values.withUnsafeMutableBufferPointer { values in
      try visits.withUnsafeMutableBufferPointer { visits in
        var updates = QTableUpdates(values: values, visits: visits, actions: actions)
        return try body(&updates)
      }
    }
  }
}

/// The table while it is being learned; lives only inside `QTable.withUpdates`.
@usableFromInline package struct QTableUpdates: ~Copyable {
  @usableFromInline let values: UnsafeMutableBufferPointer<Double>
  @usableFromInline let visits: UnsafeMutableBufferPointer<UInt32>
  @usableFromInline let actions: Int

  init(
    values: UnsafeMutableBufferPointer<Double>, visits: UnsafeMutableBufferPointer<UInt32>,
    actions: Int
  ) {
    self.values = values
    self.visits = visits
    self.actions = actions
  }

  /// The value of an action in a state.
  @inlinable package func value(_ state: Int, _ action: Int) -> Double {
    values[state &* actions &+ action]
  }

  /// The best value in a state; 0 where no action is legal.
  @inlinable package func best(_ state: Int) -> Double {
    let row = state &* actions
    var best = values[row]
    for action in 1..<actions { best = max(best, values[row &+ action]) }
    return best == -.infinity ? 0 : best
  }

  /// Q ← (1 − α) Q + α (r + γ max Q′), where a terminal state is worth nothing. Returns r + γ max Q′ − Q.
  ///
  /// Watkins and Dayan, "Q-learning", Machine Learning 8, 1992.
  @inlinable @discardableResult
  package func update(
    _ state: Int, _ action: Int, reward: Double, next: Int, terminated: Bool, alpha: Double,
    gamma: Double
  ) -> Double {
    let index = state &* actions &+ action
    let old = values[index]
    let sample = terminated ? reward : reward + gamma * best(next)
    // Adding zero makes −0 into 0, which SQLite could not tell apart.
    values[index] = (1 - alpha) * old + alpha * sample + 0
    visits[index] &+= 1
    return sample - old
  }
}

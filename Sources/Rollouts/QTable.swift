/// Action values by state and action, with the rule that updates them.
///
/// ```swift
/// var table = QTable(states: 16, actions: 4)
/// table.update(0, 3, reward: -1, next: 1, terminated: false, alpha: 0.5, gamma: 0.9)
/// table.value(0, 3)        // -0.5
/// table.greedyActions(0)   // [0, 1, 2]
/// ```
///
/// The same rule applied to the same steps gives the same bits, so the table at any step can be
/// rebuilt from a recording (`Recording.qTable(at:)`).
///
/// Illegal actions hold −∞, so that a maximum needs no mask.
public struct QTable: Sendable, Equatable {
  /// How many states it has, numbered from 0.
  public let states: Int
  /// How many actions each state has, numbered from 0.
  public let actions: Int
  @usableFromInline var valueStorage: [Double]
  @usableFromInline var visitStorage: [UInt32]

  /// The value of every action in every state; the actions of one state are adjacent.
  @inlinable public var values: [Double] { valueStorage }
  /// How often each of `values` was updated.
  @inlinable public var visits: [UInt32] { visitStorage }

  /// A table before any update.
  package init(_ dynamics: Dynamics) {
    self.init(states: dynamics.states, actions: dynamics.actions) { state, action in
      dynamics.isLegal(action, in: state)
    }
  }

  /// A table before any update: 0 for a legal action, −∞ for an illegal one.
  public init(
    states: Int, actions: Int,
    isLegal: (_ state: Int, _ action: Int) -> Bool = { _, _ in true }
  ) {
    precondition(states > 0 && actions > 0, "a table has states and actions")
    self.states = states
    self.actions = actions
    valueStorage = (0..<states * actions).map {
      isLegal($0 / actions, $0 % actions) ? 0 : -.infinity
    }
    visitStorage = Array(repeating: 0, count: states * actions)
  }

  /// The value of an action in a state.
  @inlinable public func value(_ state: Int, _ action: Int) -> Double {
    values[state * actions + action]
  }

  /// The values of a state's actions.
  public func row(_ state: Int) -> ArraySlice<Double> {
    values[state * actions..<(state + 1) * actions]
  }

  /// How often all of a state's actions were updated in total.
  public func visits(in state: Int) -> Int {
    visits[state * actions..<(state + 1) * actions].reduce(0) { $0 + Int($1) }
  }

  /// The best value in a state; 0 where no action is legal.
  public func best(_ state: Int) -> Double {
    let best = row(state).max() ?? 0
    return best == -.infinity ? 0 : best
  }

  /// The actions with the best value in a state.
  public func greedyActions(_ state: Int) -> [Int] {
    let best = row(state).max() ?? 0
    return (0..<actions).filter { best != -.infinity && value(state, $0) == best }
  }

  /// The greedy actions where something was learned: none where the state was never updated, or
  /// where all its legal actions still have the same value.
  public func learnedActions(_ state: Int) -> [Int] {
    let greedy = greedyActions(state)
    let legal = row(state).count { $0 != -.infinity }
    return visits(in: state) > 0 && (greedy.count < legal || legal == 1) ? greedy : []
  }

  /// Passes the table to code that learns, without a copy and without a check at each step.
  @inlinable
  package mutating func withUpdates<Result>(
    _ body: (consuming QTableUpdates) throws -> Result
  ) rethrows -> Result {
    let actions = actions
    return try valueStorage.withUnsafeMutableBufferPointer { values in
      try visitStorage.withUnsafeMutableBufferPointer { visits in
        try body(QTableUpdates(values: values, visits: visits, actions: actions))
      }
    }
  }

  /// Learns from one step: Q ← (1 − α) Q + α (r + γ max Q′), where a terminal state is worth nothing.
  ///
  /// Watkins and Dayan, "Q-learning", Machine Learning 8, 1992.
  public mutating func update(
    _ state: Int, _ action: Int, reward: Double, next: Int, terminated: Bool, alpha: Double,
    gamma: Double
  ) {
    precondition(
      (0..<states).contains(state) && (0..<states).contains(next)
        && (0..<actions).contains(action), "a step within the table")
    withUpdates {
      _ = $0.update(
        state, action, reward: reward, next: next, terminated: terminated, alpha: alpha,
        gamma: gamma)
    }
  }
}

/// A table's numbers during learning. They are valid only inside `QTable.withUpdates`, and states
/// and actions must be within the table.
@usableFromInline package struct QTableUpdates: ~Copyable {
  @usableFromInline let values: UnsafeMutableBufferPointer<Double>
  @usableFromInline let visits: UnsafeMutableBufferPointer<UInt32>
  @usableFromInline let actions: Int

  @inlinable init(
    values: UnsafeMutableBufferPointer<Double>, visits: UnsafeMutableBufferPointer<UInt32>,
    actions: Int
  ) {
    self.values = values
    self.visits = visits
    self.actions = actions
  }

  /// A second view of the same cells for a loop, so that its fields can stay in registers.
  @inlinable @inline(__always) package func lent() -> QTableUpdates {
    QTableUpdates(values: values, visits: visits, actions: actions)
  }

  /// The value of an action in a state.
  @inlinable @inline(__always) package func value(_ state: Int, _ action: Int) -> Double {
    values[state &* actions &+ action]
  }

  /// The best actions of a state, one bit each; no branch depends on the values.
  @inlinable @inline(__always) package func winners(_ state: Int) -> UInt32 {
    actions == 4 ? winners(state, of: 4) : winners(state, of: actions)
  }

  /// Where the number of actions is a constant, its loop is unrolled.
  @inlinable @inline(__always) func winners(_ state: Int, of actions: Int) -> UInt32 {
    let row = state &* actions
    var best = values[row]
    var winners: UInt32 = 1
    var action = 1
    while action < actions {
      let value = values[row &+ action]
      let bit: UInt32 = 1 &<< UInt32(truncatingIfNeeded: action)
      winners = value == best ? winners | bit : winners
      winners = value > best ? bit : winners
      best = value > best ? value : best
      action &+= 1
    }
    return winners
  }

  /// The best value in a state; 0 where no action is legal.
  @inlinable @inline(__always) package func best(_ state: Int) -> Double {
    actions == 4 ? best(state, of: 4) : best(state, of: actions)
  }

  @inlinable @inline(__always) func best(_ state: Int, of actions: Int) -> Double {
    let row = state &* actions
    var best = values[row]
    var action = 1
    while action < actions {
      // This comparison is one instruction; `max` takes four.
      let value = values[row &+ action]
      best = value > best ? value : best
      action &+= 1
    }
    return best == -.infinity ? 0 : best
  }

  /// Q ← (1 − α) Q + α (r + γ max Q′), where a terminal state is worth nothing. Returns the error
  /// r + γ max Q′ − Q.
  ///
  /// Watkins and Dayan, "Q-learning", Machine Learning 8, 1992.
  @inlinable @inline(__always) @discardableResult
  package func update(
    _ state: Int, _ action: Int, reward: Double, next: Int, terminated: Bool, alpha: Double,
    gamma: Double
  ) -> Double {
    let index = state &* actions &+ action
    let old = values[index]
    let sample = terminated ? reward : reward + gamma * best(next)
    // Adding zero turns −0 into 0, because SQLite cannot store −0.
    values[index] = (1 - alpha) * old + alpha * sample + 0
    visits[index] = visits[index] &+ 1
    return sample - old
  }

  /// The same as Q ← Q + α (r + γ max Q′ − Q), whose last bits may differ.
  package func updateByError(
    _ state: Int, _ action: Int, reward: Double, next: Int, terminated: Bool, alpha: Double,
    gamma: Double
  ) {
    let index = state &* actions &+ action
    let sample = terminated ? reward : reward + gamma * best(next)
    values[index] += alpha * (sample - values[index])
    visits[index] = visits[index] &+ 1
  }
}

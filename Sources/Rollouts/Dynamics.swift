/// A small world as tables: what each executed move does, and which moves an action may execute.
/// Trainers, value iteration and exact evaluation all read these tables.
@usableFromInline package struct Dynamics: Sendable {
  /// The result of executing a move in a state.
  @usableFromInline package struct Outcome: Sendable {
    // Twelve bytes, not sixteen: a large map has millions of them.
    @usableFromInline let low: UInt32
    @usableFromInline let high: UInt32
    /// The next state; below zero where the move ends the episode.
    @usableFromInline let code: Int32

    /// The outcome of a move.
    @inlinable package init(next: Int, reward: Double, terminates: Bool = false) {
      // Adding zero turns −0 into 0, because a recording cannot store −0.
      let bits = (reward + 0).bitPattern
      low = UInt32(truncatingIfNeeded: bits)
      high = UInt32(truncatingIfNeeded: bits >> 32)
      code = terminates ? ~Int32(next) : Int32(next)
    }

    /// The reward of the move.
    @inlinable package var reward: Double {
      Double(bitPattern: UInt64(high) << 32 | UInt64(low))
    }

    /// The state that it leads to.
    @inlinable package var next: Int32 { code < 0 ? ~code : code }

    /// Whether it ends the episode.
    @inlinable package var terminates: Bool { code < 0 }
  }

  /// Which moves an action may execute besides the intended one, each with probability `chance`.
  @usableFromInline package struct Slip: Sendable {
    @usableFromInline package var chance: Double
    /// The two moves that each action may slip to; for an action that never slips, its own move
    /// twice.
    @usableFromInline package var beside: [(Int, Int)]
    @usableFromInline let threshold: UInt64
    /// For each action, the intended move and then the two that it may slip to.
    @usableFromInline let moves: [Int]

    /// Each action slips to either side with probability `chance`.
    package init(chance: Double, beside: [(Int, Int)]) {
      precondition(chance > 0 && chance <= 0.5, "the chance to slip to either side is from 0 to ½")
      self.chance = chance
      self.beside = beside
      threshold = UInt64(chance * 0x1p32)
      moves = beside.enumerated().flatMap { [$0, $1.0, $1.1] }
    }
  }

  @usableFromInline package let states: Int
  @usableFromInline package let actions: Int
  @usableFromInline package let start: Int
  @usableFromInline let outcomes: [Outcome]
  /// One bit per action; empty where every action is legal everywhere.
  @usableFromInline let legal: [UInt8]
  @usableFromInline package let slip: Slip?

  /// Dynamics from tables. `outcomes` has `states × actions` entries; those of one state are
  /// adjacent.
  package init(
    states: Int, actions: Int, start: Int, outcomes: [Outcome], legal: [UInt8] = [],
    slip: Slip? = nil
  ) {
    precondition(outcomes.count == states * actions, "an outcome for every state and action")
    precondition(legal.isEmpty || legal.count == states, "legal actions for every state")
    precondition(actions <= 8, "legal actions are kept in eight bits")
    self.states = states
    self.actions = actions
    self.start = start
    self.outcomes = outcomes
    self.legal = legal
    self.slip = slip
  }

  /// The result of a move once it is executed.
  @inlinable package func outcome(_ state: Int, executing move: Int) -> Outcome {
    outcomes[state &* actions &+ move]
  }

  /// The move that an action executes: the intended one or, depending on the random word of this
  /// step, one that it slips to.
  @inlinable package func executed(_ action: Int, _ word: @autoclosure () -> UInt32) -> Int {
    guard let slip else { return action }
    let word = UInt64(word())
    // Arithmetic instead of a branch, because which way a move slips cannot be predicted.
    let slips = (word < slip.threshold &* 2 ? 1 : 0) &+ (word < slip.threshold ? 1 : 0)
    return slip.moves[action &* 3 &+ slips]
  }

  /// Passes the outcomes to a loop, which does no bounds checks. They are `states` rows of
  /// `actions`.
  @inlinable package func withOutcomes<Result>(
    _ body: (UnsafeBufferPointer<Outcome>) throws -> Result
  ) rethrows -> Result {
    try outcomes.withUnsafeBufferPointer(body)
  }

  /// Every move that an action may execute in a state, with its probability.
  package func moves(of action: Int) -> [(move: Int, probability: Double)] {
    guard let slip else { return [(action, 1)] }
    let (left, right) = slip.beside[action]
    if left == action { return [(action, 1)] }
    let intended = 1 - 2 * slip.chance
    return [(action, intended), (left, slip.chance), (right, slip.chance)].filter {
      $0.probability > 0
    }
  }

  /// Whether an action may be chosen in a state.
  @inlinable package func isLegal(_ action: Int, in state: Int) -> Bool {
    legal.isEmpty || legal[state] >> action & 1 == 1
  }

  /// Whether all rewards are whole numbers, which take less space in recordings.
  package var hasWholeRewards: Bool {
    outcomes.allSatisfy { $0.reward == $0.reward.rounded() }
  }

  /// The states that a move of another state enters to end the episode, so that no action is ever taken in them.
  package var endStates: [Bool] {
    var ends = Array(repeating: false, count: states)
    for state in 0..<states {
      for move in 0..<actions {
        let outcome = outcome(state, executing: move)
        if outcome.terminates, Int(outcome.next) != state { ends[Int(outcome.next)] = true }
      }
    }
    return ends
  }

  /// Whether any action is illegal somewhere; if not, the table needs no mask.
  @inlinable package var hasIllegalActions: Bool { !legal.isEmpty }
}

/// A world with few enough states to be written as tables.
package protocol TabularWorld: World where State == Int, Action == Int {
  /// The tables.
  var dynamics: Dynamics { get }
  /// Whether an agent can ever be in a state: false inside a wall.
  func canBeIn(_ state: Int) -> Bool
}

extension TabularWorld {
  package func canBeIn(_ state: Int) -> Bool { true }

  package func start(_ draws: Draws) -> Int { dynamics.start }

  package func step(_ state: Int, _ action: Int, _ draws: Draws) -> Step<Int> {
    let outcome = dynamics.outcome(state, executing: dynamics.executed(action, draws.word(0)))
    return Step(
      next: Int(outcome.next), reward: outcome.reward,
      ending: outcome.terminates ? .terminated : .running)
  }

  package func contains(_ state: Int) -> Bool { (0..<dynamics.states).contains(state) }

  package func allows(_ action: Int, in state: Int) -> Bool {
    (0..<dynamics.actions).contains(action) && dynamics.isLegal(action, in: state)
  }
}

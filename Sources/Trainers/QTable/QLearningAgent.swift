package import Rollouts

/// The Q-learning agent of the CS188 course: six methods, and nothing else. It learns in a table
/// that it borrows.
package struct QLearningAgent: ~Copyable {
  private let table: QTableUpdates
  let dynamics: Dynamics
  private let ties: Ties
  /// The learning rate of this episode (α).
  package var alpha: Double
  /// The discount of future reward (γ).
  let gamma: Double
  /// The probability of exploring in this episode (ε).
  package var epsilon: Double {
    didSet { exploring = Self.words(below: epsilon) }
  }
  /// How many of the 2³² random words lead to exploring.
  private var exploring: UInt64

  /// Method 1: the settings, and an empty table.
  package init(
    _ table: consuming QTableUpdates, _ dynamics: Dynamics, _ settings: QTableConfiguration
  ) {
    self.table = table
    self.dynamics = dynamics
    ties = settings.ties
    alpha = settings.alpha.value(episode: 1, of: settings.episodes)
    gamma = settings.gamma
    epsilon = settings.epsilon.value(episode: 1, of: settings.episodes)
    exploring = Self.words(below: epsilon)
  }

  private init(_ table: consuming QTableUpdates, of agent: borrowing QLearningAgent) {
    self.table = table
    (dynamics, ties, alpha, gamma) = (agent.dynamics, agent.ties, agent.alpha, agent.gamma)
    (epsilon, exploring) = (agent.epsilon, agent.exploring)
  }

  /// A second view of the same agent for a loop, so that its fields can stay in registers.
  @inline(__always)
  func lent() -> QLearningAgent { QLearningAgent(table.lent(), of: self) }

  /// How many words are below a share of all: `Double(word) * 2⁻³² < share` as an integer
  /// comparison.
  private static func words(below share: Double) -> UInt64 {
    UInt64(max(0, (share * 0x1p32).rounded(.up)))
  }

  /// Method 2: the value of an action in a state; 0 when it was never updated.
  @inline(__always)
  package func getQValue(_ state: Int, _ action: Int) -> Double { table.value(state, action) }

  /// Method 3: the best value among the legal actions; 0 where there is none.
  @inline(__always)
  package func computeValueFromQValues(_ state: Int) -> Double { table.best(state) }

  /// Method 4: the best legal action, ties broken at random (or to the first).
  @inline(__always)
  package func computeActionFromQValues(_ state: Int, _ draws: Draws) -> Int {
    var winners = table.winners(state)
    if ties == .random && winners & (winners - 1) != 0 {
      for _ in 0..<draws.pick(2, below: winners.nonzeroBitCount) { winners &= winners - 1 }
    }
    return winners.trailingZeroBitCount
  }

  /// Method 5: with probability ε any legal action, otherwise the best one.
  @inline(__always)
  package func getAction(_ state: Int, _ coin: UInt32, _ draws: Draws) -> Int {
    guard UInt64(coin) < exploring else { return computeActionFromQValues(state, draws) }
    guard dynamics.hasIllegalActions else { return draws.pick(1, below: dynamics.actions) }
    return dynamics.legalAction(draws, in: state)
  }

  /// Method 6: Q ← (1 − α) Q + α (r + γ max Q′). Returns the error of Q.
  @inline(__always)
  package func update(
    _ state: Int, _ action: Int, nextState: Int, reward: Double, terminated: Bool
  ) -> Double {
    table.update(
      state, action, reward: reward, next: nextState, terminated: terminated, alpha: alpha,
      gamma: gamma)
  }
}

extension Dynamics {
  /// Any legal action of a state, all equally likely.
  func legalAction(_ draws: Draws, in state: Int) -> Int {
    let count = (0..<actions).count { isLegal($0, in: state) }
    var left = draws.pick(1, below: count)
    for action in 0..<actions where isLegal(action, in: state) {
      if left == 0 { return action }
      left -= 1
    }
    return 0
  }
}

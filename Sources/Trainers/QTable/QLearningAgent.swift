package import Rollouts

/// The Q-learning agent of the CS188 course: six methods, and nothing else.
package struct QLearningAgent: Sendable {
  package private(set) var table: QTable
  private let dynamics: Dynamics
  private let ties: Ties
  /// The learning rate of this episode (α).
  package var alpha: Double
  /// The discount of future reward (γ).
  package let gamma: Double
  /// The chance to explore in this episode (ε).
  package var epsilon: Double

  // Method 1: the settings, and a table that starts at zero.
  package init(_ dynamics: Dynamics, _ settings: QTableConfiguration) {
    table = QTable(dynamics)
    self.dynamics = dynamics
    ties = settings.ties
    alpha = settings.alpha.value(episode: 1, of: settings.episodes)
    gamma = settings.gamma
    epsilon = settings.epsilon.value(episode: 1, of: settings.episodes)
  }

  // Method 2: the value of an action in a state; 0 when it was never updated.
  package func getQValue(_ state: Int, _ action: Int) -> Double { table.value(state, action) }

  // Method 3: the best value among the legal actions; 0 where there is none.
  package func computeValueFromQValues(_ state: Int) -> Double { table.best(state) }

  // Method 4: the best legal action, ties broken by lot (or to the first).
  @inline(__always)
  package func computeActionFromQValues(_ state: Int, _ lot: Block) -> Int {
    var best = getQValue(state, 0)
    var winner = 0
    var equals = 1
    for action in 1..<dynamics.actions {
      let value = getQValue(state, action)
      if value > best {
        (best, winner, equals) = (value, action, 1)
      } else if value == best {
        equals += 1
      }
    }
    guard equals > 1, ties == .random else { return winner }
    var left = lot.pick(2, below: equals)
    for action in winner..<dynamics.actions where getQValue(state, action) == best {
      if left == 0 { return action }
      left -= 1
    }
    return winner
  }

  // Method 5: with probability ε any legal action, else the best one.
  @inline(__always)
  package func getAction(_ state: Int, _ lot: Block) -> Int {
    guard lot.unit(0) < epsilon else { return computeActionFromQValues(state, lot) }
    guard dynamics.hasIllegalActions else { return lot.pick(1, below: dynamics.actions) }
    return dynamics.legalAction(lot, in: state)
  }

  // Method 6: Q ← (1 − α) Q + α (r + γ max Q′). Returns how wrong Q was.
  @inline(__always)
  package mutating func update(
    _ state: Int, _ action: Int, nextState: Int, reward: Double, terminated: Bool
  ) -> Double {
    table.update(
      state, action, reward: reward, next: nextState, terminated: terminated, alpha: alpha,
      gamma: gamma)
  }
}

extension Dynamics {
  /// Any legal action of a state, all equally likely.
  func legalAction(_ lot: Block, in state: Int) -> Int {
    let count = (0..<actions).count { isLegal($0, in: state) }
    var left = lot.pick(1, below: count)
    for action in 0..<actions where isLegal(action, in: state) {
      if left == 0 { return action }
      left -= 1
    }
    return 0
  }
}

import Rollouts
import Testing
import Trainers
import Worlds

/// The six methods, as the course defines them.
struct QLearningAgentTests {
  /// Three states: all four actions legal, then only 1 and 3, then only 2.
  static let dynamics = Dynamics(
    states: 3, actions: 4, start: 0,
    outcomes: (0..<12).map { Dynamics.Outcome(next: $0 % 3, reward: 0) },
    legal: [0b1111, 0b1010, 0b0100])

  private func settings(
    alpha: Double = 0.5, gamma: Double = 0.9, epsilon: Double = 0, ties: Ties = .random
  ) -> QTableConfiguration {
    var settings = QTableConfiguration()
    settings.alpha = .constant(alpha)
    settings.gamma = gamma
    settings.epsilon = .constant(epsilon)
    settings.ties = ties
    return settings
  }

  private func withAgent(
    _ settings: QTableConfiguration, _ body: (inout QLearningAgent) -> Void
  ) {
    var table = QTable(Self.dynamics)
    table.withUpdates { cells in
      var agent = QLearningAgent(cells, Self.dynamics, settings)
      body(&agent)
    }
  }

  private func draws(_ t: Int) -> Draws {
    Generator(seed: 8).draws(for: .policy, episode: 1, t: t)
  }

  @Test func `init takes α, γ and ε as the first episode has them`() {
    var settings = settings()
    settings.alpha = .linear(from: 0.4, to: 0)
    settings.epsilon = .exponential(from: 0.8, factor: 0.5, floor: 0)
    withAgent(settings) { agent in
      #expect(agent.alpha == 0.4)
      #expect(agent.epsilon == 0.8)
    }
  }

  @Test func `getQValue is 0 for what was never updated`() {
    withAgent(settings()) { agent in
      for action in 0..<4 { #expect(agent.getQValue(0, action) == 0) }
    }
  }

  @Test func `update mixes the old value and r + γ max Q′ by α`() {
    withAgent(settings()) { agent in
      #expect(agent.update(0, 1, nextState: 1, reward: 10, terminated: false) == 10)
      #expect(agent.getQValue(0, 1) == 5)
      _ = agent.update(2, 2, nextState: 0, reward: 1, terminated: false)
      // .5·0 + .5·(1 + .9·5)
      #expect(abs(agent.getQValue(2, 2) - 2.75) < 1e-15)
      agent.alpha = 0
      _ = agent.update(2, 2, nextState: 0, reward: 100, terminated: false)
      #expect(abs(agent.getQValue(2, 2) - 2.75) < 1e-15)
    }
  }

  @Test func `a terminal state has value 0, whatever the table holds`() {
    withAgent(settings(alpha: 1)) { agent in
      _ = agent.update(2, 2, nextState: 0, reward: 50, terminated: false)
      _ = agent.update(0, 0, nextState: 2, reward: 1, terminated: true)
      #expect(agent.getQValue(0, 0) == 1)
      _ = agent.update(0, 0, nextState: 2, reward: 1, terminated: false)
      #expect(agent.getQValue(0, 0) == 46)
    }
  }

  @Test func `computeValueFromQValues is the best over legal actions, even where all are bad`() {
    withAgent(settings(alpha: 1)) { agent in
      #expect(agent.computeValueFromQValues(1) == 0)
      _ = agent.update(1, 1, nextState: 0, reward: -3, terminated: true)
      #expect(agent.computeValueFromQValues(1) == 0, "action 3 was never tried")
      _ = agent.update(1, 3, nextState: 0, reward: -2, terminated: true)
      #expect(agent.computeValueFromQValues(1) == -2, "illegal actions are not worth 0")
    }
  }

  @Test func `computeActionFromQValues finds the best, or the only legal action`() {
    withAgent(settings(alpha: 1)) { agent in
      for t in 0..<50 { #expect(agent.computeActionFromQValues(2, draws(t)) == 2) }
      _ = agent.update(0, 3, nextState: 0, reward: 1, terminated: true)
      for t in 0..<50 { #expect(agent.computeActionFromQValues(0, draws(t)) == 3) }
    }
  }

  @Test(arguments: [[0, 1, 2, 3], [0, 2, 3], [1, 2], [3, 0]])
  func `ties are broken uniformly at random, or to the first`(best: [Int]) {
    for ties in Ties.allCases {
      withAgent(settings(alpha: 1, ties: ties)) { agent in
        for action in best {
          _ = agent.update(0, action, nextState: 0, reward: 7, terminated: true)
        }
        var found = [Int](repeating: 0, count: 4)
        let trials = 12_000
        for t in 0..<trials { found[agent.computeActionFromQValues(0, draws(t))] += 1 }
        for action in 0..<4 {
          let share: Double
          switch ties {
          case .first: share = action == best.min() ? 1 : 0
          case .random: share = best.contains(action) ? 1 / Double(best.count) : 0
          }
          let allowed = 5 * (Double(trials) * share * (1 - share)).squareRoot()
          #expect(abs(Double(found[action]) - share * Double(trials)) <= allowed)
        }
      }
    }
  }

  @Test(arguments: [0, 0.3, 1])
  func `getAction explores with probability ε, uniformly among legal actions`(epsilon: Double) {
    withAgent(settings(alpha: 1, epsilon: epsilon)) { agent in
      _ = agent.update(0, 2, nextState: 0, reward: 1, terminated: true)
      _ = agent.update(1, 3, nextState: 0, reward: 1, terminated: true)
      var coins = EpisodeWords(Generator(seed: 3), .policy, episode: 9)
      let trials = 20_000
      for (state, legal, greedy) in [(0, [0, 1, 2, 3], 2), (1, [1, 3], 3)] {
        var found = [Int](repeating: 0, count: 4)
        for t in 0..<trials { found[agent.getAction(state, coins.word(t), draws(t))] += 1 }
        for action in 0..<4 {
          let share =
            (legal.contains(action) ? epsilon / Double(legal.count) : 0)
            + (action == greedy ? 1 - epsilon : 0)
          let allowed = 5 * (Double(trials) * share * (1 - share)).squareRoot() + 1e-6
          #expect(abs(Double(found[action]) - share * Double(trials)) <= allowed)
        }
      }
    }
  }
}

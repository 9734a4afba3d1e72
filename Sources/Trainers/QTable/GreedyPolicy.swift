package import Rollouts

/// The expected result of a greedy policy, computed instead of sampled.
package struct ExactEvaluation: Sendable, Equatable {
  /// The probability that an episode ends in success: with a step that ends it and gives a reward.
  package var successRate: Double
  package var meanReturn: Double
  package var meanLength: Double
}

/// The policy that always takes the best action in a table.
package struct GreedyPolicy: Sendable {
  private let table: QTable
  private let dynamics: Dynamics
  private let ties: Ties

  /// The greedy policy of a table.
  package init(_ table: QTable, _ dynamics: Dynamics, ties: Ties) {
    precondition(
      table.states == dynamics.states && table.actions == dynamics.actions,
      "the table belongs to the world")
    self.table = table
    self.dynamics = dynamics
    self.ties = ties
  }

  /// The greedy actions in a state, all equally likely.
  package func actions(_ state: Int) -> [Int] {
    var greedy = table.greedyActions(state)
    // A table from a damaged file may have no legal action where the world has some.
    if greedy.isEmpty {
      greedy = (0..<dynamics.actions).filter { dynamics.isLegal($0, in: state) }
    }
    return ties == .first ? Array(greedy.prefix(1)) : greedy
  }

  /// Plays one episode and records it into a sink; returns its return, length and ending.
  package func play<Sink: TransitionSink & ~Copyable>(
    episode: Int, generator: Generator, stepLimit: Int, into sink: inout Sink
  ) throws -> (total: Double, length: Int, ending: Ending, success: Bool) {
    var state = dynamics.start
    var total = 0.0
    var slips = EpisodeWords(generator, .world, episode: episode)
    for t in 0..<stepLimit {
      let choices = actions(state)
      let lot = generator.draws(for: .evaluation, episode: episode, t: t)
      let action = choices[choices.count > 1 ? lot.pick(0, below: choices.count) : 0]
      let move = dynamics.executed(action, slips.word(t))
      let outcome = dynamics.outcome(state, executing: move)
      let ending: Ending =
        outcome.terminates ? .terminated : t + 1 == stepLimit ? .truncated : .running
      try sink.record(
        episode: episode, state: state, action: action, reward: outcome.reward,
        next: Int(outcome.next), ending: ending)
      total += outcome.reward
      state = Int(outcome.next)
      if ending != .running {
        return (total, t + 1, ending, outcome.terminates && outcome.reward > 0)
      }
    }
    return (total, stepLimit, .truncated, false)
  }

  /// Follows every possible course within the step limit. The cost is the number of moves from all
  /// states that can be occupied, times the limit.
  package func evaluateExactly(stepLimit: Int) -> ExactEvaluation {
    var result = ExactEvaluation(successRate: 0, meanReturn: 0, meanLength: 0)
    var chance = [Double](repeating: 0, count: dynamics.states)
    var occupied = [dynamics.start]
    chance[dynamics.start] = 1
    var next = chance
    next[dynamics.start] = 0
    for _ in 0..<stepLimit where !occupied.isEmpty {
      var reached: [Int] = []
      for state in occupied {
        let here = chance[state]
        chance[state] = 0
        result.meanLength += here
        let choices = actions(state)
        for action in choices {
          for (move, probability) in dynamics.moves(of: action) {
            let share = here * probability / Double(choices.count)
            let outcome = dynamics.outcome(state, executing: move)
            result.meanReturn += share * outcome.reward
            if outcome.terminates {
              result.successRate += outcome.reward > 0 ? share : 0
              continue
            }
            // Underflow: the state would be reached again and again without any effect.
            if share == 0 { continue }
            if next[Int(outcome.next)] == 0 { reached.append(Int(outcome.next)) }
            next[Int(outcome.next)] += share
          }
        }
      }
      swap(&chance, &next)
      occupied = reached
    }
    return result
  }
}

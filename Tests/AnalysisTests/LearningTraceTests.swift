import Analysis
import Glibc
import Recordings
import Rollouts
import Testing

@Suite struct LearningTraceTests {
  private func update(
    _ step: Int, _ state: Int, _ action: Int, _ before: Double, _ after: Double,
    alpha: Double = 0.5, episode: Int = 1
  ) -> QUpdate {
    QUpdate(
      step: step, episode: episode, state: state, action: action, reward: 0, next: 0,
      ending: .running, alpha: alpha, before: before, after: after)
  }

  @Test func `a cell is settled since the episode that last changed its greedy action`() {
    var trace = LearningTrace(QTable(states: 3, actions: 2))
    trace.follow(update(0, 0, 0, 0, 1, episode: 1))
    trace.follow(update(1, 0, 1, 0, 2, episode: 4))
    trace.follow(update(2, 0, 1, 2, 3, episode: 9))
    trace.follow(update(3, 1, 0, 0, 0, episode: 5))
    let settled = trace.numbers(of: .settled)
    #expect(settled[0] == 4)
    // Both actions are still worth the same, as they were when it was first seen.
    #expect(settled[1] == 5)
    #expect(settled[2].isNaN, "this state was never visited")
  }

  @Test func `the TD error is that of the last updates`() {
    var trace = LearningTrace(QTable(states: 1, actions: 1))
    var value = 0.0
    for step in 0..<200 {
      // Errors of 8 at first, then of 2, in both directions.
      let error = (step < 100 ? 8.0 : 2) * (step.isMultiple(of: 2) ? 1 : -1)
      trace.follow(update(step, 0, 0, value, value + error / 2))
      value += error / 2
    }
    #expect(abs(trace.numbers(of: .tdError)[0] - 2) < 0.06)
  }

  @Test func `uncertainty follows from the spread of the averaged samples`() {
    // Samples of ±1 around 0.3 and 0, averaged with α: each average has variance α / (2 − α).
    let alpha = 0.1
    var trace = LearningTrace(QTable(states: 2, actions: 2))
    var values = [0.3, 0.0]
    for step in 0..<2000 {
      let action = step % 2
      let sample = (action == 0 ? 0.3 : 0) + (step / 2 % 2 == 0 ? 1 : -1)
      let after = values[action] + alpha * (sample - values[action])
      trace.follow(update(step, 0, action, values[action], after, alpha: alpha))
      values[action] = after
    }
    let deviation = (2 * alpha / (2 - alpha)).squareRoot()
    let expected = erfc(abs(values[0] - values[1]) / deviation / 2.0.squareRoot()) / 2
    #expect(abs(trace.numbers(of: .uncertainty)[0] - expected) < 0.02)
    // The value of an untried action could be anything.
    trace.follow(update(2000, 1, 0, 0, 5))
    #expect(trace.numbers(of: .uncertainty)[1] == 0.5)
  }

  @Test func `a difference shows arrows only where the greedy action differs`() {
    let actions = [ActionMeaning("left", dx: -1), ActionMeaning("right", dx: 1)]
    let first = HeatMap(
      actionValues: [1, 2, 5, 3, .nan, .nan], rows: 1, columns: 3, actions: actions)
    let second = HeatMap(actionValues: [4, 1, 4, 3, 1, 1], rows: 1, columns: 3, actions: actions)
    let difference = first.minus(second)
    #expect(difference.value(0, 0) == -2)
    #expect(difference.value(0, 1) == 1)
    #expect(difference.value(0, 2) == nil, "a value that only one of them has gives no difference")
    #expect(difference.greedyActions(0, 0) == [1])
    #expect(difference.greedyActions(0, 1) == [])
    #expect(difference.value(0, 0, action: 0) == -3)
  }
}

import Rollouts
import Testing

struct QTableTests {
  /// Three states, three actions; the third state has only its second action.
  static let dynamics = Dynamics(
    states: 3, actions: 3, start: 0,
    outcomes: (0..<9).map { Dynamics.Outcome(next: $0 % 3, reward: 1) },
    legal: [0b111, 0b111, 0b010])

  @Test func `updates are those worked out by hand`() {
    var table = QTable(states: 2, actions: 2)
    // (0, 0) ← .5·0 + .5·(4 + .9·0) = 2
    table.update(0, 0, reward: 4, next: 1, terminated: false, alpha: 0.5, gamma: 0.9)
    #expect(table.value(0, 0) == 2)
    // (1, 1) ← .5·0 + .5·(−1 + .9·2) = .4
    table.update(1, 1, reward: -1, next: 0, terminated: false, alpha: 0.5, gamma: 0.9)
    #expect(abs(table.value(1, 1) - 0.4) < 1e-15)
    // (0, 0) ← .5·2 + .5·(1 + .9·.4) = 1.68
    table.update(0, 0, reward: 1, next: 1, terminated: false, alpha: 0.5, gamma: 0.9)
    #expect(abs(table.value(0, 0) - 1.68) < 1e-15)
    #expect(table.visits(in: 0) == 2 && table.visits(in: 1) == 1)
    #expect(table.visits == [2, 0, 0, 1])
  }

  @Test func `an update returns the error of the old value`() {
    var table = QTable(states: 1, actions: 2)
    let errors = table.withUpdates { cells in
      (0..<2).map { _ in
        cells.update(0, 1, reward: 3, next: 0, terminated: false, alpha: 0.5, gamma: 1)
      }
    }
    #expect(errors == [3, 3])
    #expect(table.value(0, 1) == 3 && table.visits == [0, 2])
  }

  @Test(arguments: [[0], [1], [3], [0, 2], [1, 2, 3], [0, 1, 2, 3]])
  func `the winners are the best actions, one bit each`(best: [Int]) {
    var table = QTable(states: 2, actions: 4)
    for action in best {
      table.update(1, action, reward: 2, next: 0, terminated: true, alpha: 1, gamma: 1)
    }
    let expected = best.reduce(0 as UInt32) { $0 | 1 << UInt32($1) }
    #expect(table.withUpdates { $0.winners(1) } == expected)
    #expect(table.withUpdates { $0.winners(0) } == 0b1111)
    #expect(table.greedyActions(1) == best)
  }

  @Test func `a terminated step has no future value`() {
    var table = QTable(states: 2, actions: 2)
    table.update(1, 0, reward: 100, next: 1, terminated: true, alpha: 1, gamma: 1)
    table.update(0, 0, reward: 5, next: 1, terminated: true, alpha: 1, gamma: 1)
    #expect(table.value(0, 0) == 5)
    table.update(0, 0, reward: 5, next: 1, terminated: false, alpha: 1, gamma: 1)
    #expect(table.value(0, 0) == 105)
  }

  @Test func `no update leaves a minus zero`() {
    var table = QTable(states: 1, actions: 1)
    table.update(0, 0, reward: -0.0, next: 0, terminated: true, alpha: 1, gamma: 1)
    #expect(table.value(0, 0).sign == .plus)
  }

  @Test func `illegal actions hold no value and are never best`() {
    var table = QTable(Self.dynamics)
    #expect(Array(table.row(2)) == [-.infinity, 0, -.infinity])
    #expect(table.best(2) == 0)
    #expect(table.greedyActions(2) == [1])
    table.update(2, 1, reward: -5, next: 2, terminated: true, alpha: 1, gamma: 1)
    #expect(table.best(2) == -5)
    #expect(table.greedyActions(2) == [1])
  }

  @Test func `a state without legal actions has value 0`() {
    let dynamics = Dynamics(
      states: 1, actions: 2, start: 0,
      outcomes: [.init(next: 0, reward: 0), .init(next: 0, reward: 0)], legal: [0])
    let table = QTable(dynamics)
    #expect(table.best(0) == 0)
    #expect(table.greedyActions(0) == [])
    #expect(table.learnedActions(0) == [])
  }

  @Test func `an arrow is drawn only where something was learned`() {
    var table = QTable(Self.dynamics)
    #expect(table.greedyActions(0) == [0, 1, 2])
    #expect(table.learnedActions(0) == [], "never visited")
    table.update(0, 1, reward: 0, next: 1, terminated: false, alpha: 0.5, gamma: 1)
    #expect(table.learnedActions(0) == [], "visited, but every action is worth the same")
    table.update(0, 1, reward: -1, next: 1, terminated: false, alpha: 0.5, gamma: 1)
    #expect(table.learnedActions(0) == [0, 2])
    table.update(0, 2, reward: 1, next: 1, terminated: false, alpha: 0.5, gamma: 1)
    #expect(table.learnedActions(0) == [2])
    table.update(2, 1, reward: 0, next: 1, terminated: false, alpha: 0.5, gamma: 1)
    #expect(table.learnedActions(2) == [1], "the only legal action")
  }

  @Test func `a step outside the table is a caller's mistake`() async {
    await #expect(processExitsWith: .failure) {
      var table = QTable(states: 2, actions: 2)
      table.update(0, 0, reward: 0, next: 2, terminated: false, alpha: 1, gamma: 1)
    }
    await #expect(processExitsWith: .failure) {
      var table = QTable(states: 2, actions: 2)
      table.update(0, -1, reward: 0, next: 0, terminated: false, alpha: 1, gamma: 1)
    }
    await #expect(processExitsWith: .failure) { _ = QTable(states: 0, actions: 2) }
  }

  @Test func `a table survives its checkpoint bit for bit`() throws {
    var table = QTable(Self.dynamics)
    for step in 0..<20 {
      table.update(
        step % 2, step % 3, reward: 0.1 * Double(step), next: step % 3, terminated: false,
        alpha: 0.3, gamma: 0.9)
    }
    let checkpoint = table.checkpoint(step: 20)
    #expect(checkpoint.step == 20 && checkpoint.kind == "qtable")
    #expect(try QTable(checkpoint) == table)
  }

  @Test(arguments: [
    [Tensor("q", doubles: [1, 2], shape: [1, 2])],
    [Tensor("q", doubles: [1, 2], shape: [2]), Tensor("visits", words: [1, 2], shape: [2])],
    [
      Tensor("q", doubles: [1, 2], shape: [1, 2]), Tensor("visits", words: [1, 2], shape: [2, 1]),
    ],
    [Tensor("q", doubles: [], shape: [0, 2]), Tensor("visits", words: [], shape: [0, 2])],
    [
      Tensor("q", words: [1, 2], shape: [1, 2]), Tensor("visits", words: [1, 2], shape: [1, 2]),
    ],
    [
      Tensor("q", doubles: [1, .nan], shape: [1, 2]),
      Tensor("visits", words: [1, 2], shape: [1, 2]),
    ],
  ])
  func `a checkpoint that is not a table is refused`(tensors: [Tensor]) {
    let checkpoint = Checkpoint(
      step: 0, kind: "qtable", parameters: Safetensors(tensors).encoded())
    #expect(throws: SafetensorsError.self) { try QTable(checkpoint) }
  }

  @Test func `the rule of a table is found in a recorded configuration`() {
    let configuration: JSON = ["episodes": 50, "alpha": "linear(0.1,0.001)", "gamma": 0.9]
    let rule = QTableRule(configuration: configuration)
    #expect(rule == QTableRule(alpha: .linear(from: 0.1, to: 0.001), gamma: 0.9, episodes: 50))
    #expect(abs((rule?.alpha(episode: 50) ?? 0) - 0.001) < 1e-15)
    #expect(QTableRule(configuration: ["gamma": 0.9]) == nil)
  }
}

import Glibc
import Rollouts
import Testing
import Trainers

struct ActionChoiceTests {
  private static let lots = 40_000

  /// How often each of three actions is chosen.
  private func shares(_ choose: (Draws) -> Int) -> [Double] {
    let generator = Generator(seed: 3)
    var counts = [0.0, 0, 0]
    for t in 0..<Self.lots {
      counts[choose(generator.draws(for: .policy, episode: 1, t: t))] += 1
    }
    return counts.map { $0 / Double(Self.lots) }
  }

  @Test(
    arguments: [
      (100, [0.01, 0, 0.02]), (1, [3, 1, 2]), (0, [5, 1, -7]),
    ] as [(Double, [Float])])
  func `softmax chooses in proportion to the exponentials`(T: Double, values: [Float]) {
    let weights = values.map { exp(T * Double($0)) }
    let sum = weights.reduce(0, +)
    let seen = shares { ActionChoice.softmax(values, inverseTemperature: T, $0) }
    for (share, weight) in zip(seen, weights) { #expect(abs(share - weight / sum) < 0.012) }
  }

  @Test func `softmax of huge values chooses the best`() {
    let values: [Float] = [1e30, 2e30, -1e30]
    #expect(shares { ActionChoice.softmax(values, inverseTemperature: 100, $0) } == [0, 1, 0])
  }

  @Test func `exploration is uniform, otherwise the best is chosen`() {
    let seen = shares { ActionChoice.epsilonGreedy([0, 2, 1], epsilon: 0.3, $0) }
    for (share, expected) in zip(seen, [0.1, 0.8, 0.1]) { #expect(abs(share - expected) < 0.01) }
    #expect(shares { ActionChoice.epsilonGreedy([0, 2, 1], epsilon: 0, $0) } == [0, 1, 0])
  }

  @Test func `among equal values the first is chosen`() {
    #expect(ActionChoice.greedy([1, 3, 3]) == 1)
  }
}

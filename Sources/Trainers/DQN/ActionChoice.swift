import Glibc
package import Rollouts

/// Chooses an action from the values of all actions, with at most two random words.
package enum ActionChoice {
  /// The best action, the first of equals.
  package static func greedy(_ values: [Float]) -> Int {
    var best = 0
    for action in values.indices where values[action] > values[best] { best = action }
    return best
  }

  /// With probability ε any action, otherwise the best.
  package static func epsilonGreedy(_ values: [Float], epsilon: Double, _ draws: Draws) -> Int {
    guard Double(draws.word(0)) * 0x1p-32 < epsilon else { return greedy(values) }
    return draws.pick(1, below: values.count)
  }

  /// A random action, drawn from the softmax of the values times an inverse temperature.
  package static func softmax(
    _ values: [Float], inverseTemperature: Double, _ draws: Draws
  ) -> Int {
    let weights = Weights(values, inverseTemperature)
    var left = Double(draws.word(0)) * 0x1p-32 * weights.sum
    for action in values.indices {
      left -= weights[action]
      if left < 0 { return action }
    }
    return greedy(values)
  }

  /// The probabilities of that softmax.
  package static func softmaxShares(_ values: [Float], inverseTemperature: Double) -> [Double] {
    let weights = Weights(values, inverseTemperature)
    return values.indices.map { weights[$0] / weights.sum }
  }

  /// e to the power of each value times an inverse temperature, relative to the best value.
  private struct Weights {
    private let values: [Float]
    private let inverseTemperature: Double
    private let best: Double
    private(set) var sum = 0.0

    init(_ values: [Float], _ inverseTemperature: Double) {
      (self.values, self.inverseTemperature) = (values, inverseTemperature)
      best = Double(values[greedy(values)])
      for action in values.indices { sum += self[action] }
    }

    subscript(_ action: Int) -> Double { exp(inverseTemperature * (Double(values[action]) - best)) }
  }
}

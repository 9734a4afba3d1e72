import Glibc
package import Rollouts

/// Choosing an action from the values of all, with nothing but two random words.
package enum ActionChoice {
  /// The best action, the first of equals.
  package static func greedy(_ values: [Float]) -> Int {
    var best = 0
    for action in values.indices where values[action] > values[best] { best = action }
    return best
  }

  /// With probability ε any action, else the best.
  package static func epsilonGreedy(_ values: [Float], epsilon: Double, _ draws: Draws) -> Int {
    guard Double(draws.word(0)) * 0x1p-32 < epsilon else { return greedy(values) }
    return draws.pick(1, below: values.count)
  }

  /// A random action: the chances are the softmax of the values times an inverse temperature.
  package static func softmax(
    _ values: [Float], inverseTemperature: Double, _ draws: Draws
  ) -> Int {
    let best = Double(values[greedy(values)])
    func weight(_ action: Int) -> Double {
      exp(inverseTemperature * (Double(values[action]) - best))
    }
    var sum = 0.0
    for action in values.indices { sum += weight(action) }
    var left = Double(draws.word(0)) * 0x1p-32 * sum
    for action in values.indices {
      left -= weight(action)
      if left < 0 { return action }
    }
    return greedy(values)
  }
}

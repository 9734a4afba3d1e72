package import Rollouts

/// The observations, actions and rewards of worlds side by side since the last update. Row `tick ·
/// worlds + world` of each column; everything is allocated once.
package struct RolloutBuffer: Sendable {
  package let worlds: Int
  package let width: Int
  package let actionWidth: Int
  /// How many steps each world took.
  package var ticks = 0

  /// As the network saw them, scaled.
  package var observations: [Float]
  package var actions: [Float]
  /// The log probabilities of the actions when they were drawn.
  package var logs: [Float]
  package var values: [Float]
  package var rewards: [Float]
  package var endings: [Ending]
  /// After a truncated step, the value of the state that it led to.
  package var cutOff: [Float]
  /// The values of the last states, one per world.
  package var last: [Float]
  package var advantages: [Float]
  package var returns: [Float]

  /// Space for a number of steps of each world.
  package init(worlds: Int, ticks: Int, width: Int, actionWidth: Int) {
    self.worlds = worlds
    self.width = width
    self.actionWidth = actionWidth
    let rows = worlds * ticks
    observations = [Float](repeating: 0, count: rows * width)
    actions = [Float](repeating: 0, count: rows * actionWidth)
    logs = [Float](repeating: 0, count: rows)
    (values, rewards, cutOff, advantages, returns) = (logs, logs, logs, logs, logs)
    endings = [Ending](repeating: .running, count: rows)
    last = [Float](repeating: 0, count: worlds)
  }

  /// How many steps there are.
  package var rows: Int { ticks * worlds }

  /// Stores some rows of observations and decisions, from a row on.
  mutating func keep(
    _ seen: [Float], _ actions: [Float], _ logs: [Float], _ values: [Float], rows: Range<Int>,
    from first: Int
  ) {
    for index in 0..<rows.count * width {
      observations[first * width + index] = seen[rows.lowerBound * width + index]
    }
    for index in 0..<rows.count * actionWidth {
      self.actions[first * actionWidth + index] = actions[rows.lowerBound * actionWidth + index]
    }
    for index in 0..<rows.count {
      self.logs[first + index] = logs[rows.lowerBound + index]
      self.values[first + index] = values[rows.lowerBound + index]
    }
  }

  /// Estimates how much better each step was than expected, and the return that is the target of
  /// its value: generalized advantage estimation (Schulman and others,
  /// https://arxiv.org/abs/1506.02438).
  ///
  /// The future of a running step is the value of the next one or, at the end of the rollout, its
  /// world's `last`. The future of a truncated step is the value in `cutOff` of the state that was
  /// never acted in. A terminated step has none.
  package mutating func estimateAdvantages(
    gamma: Double, lambda: Double, rewardScale: Double = 1
  ) {
    for world in 0..<worlds {
      var (ahead, next) = (0.0, Double(last[world]))
      for row in stride(from: rows - worlds + world, through: 0, by: -worlds) {
        switch endings[row] {
        case .terminated: (ahead, next) = (0, 0)
        case .truncated: (ahead, next) = (0, Double(cutOff[row]))
        case .running, .interrupted: break
        }
        let value = Double(values[row])
        let surprise = Double(rewards[row]) * rewardScale + gamma * next - value
        ahead = surprise + gamma * lambda * ahead
        advantages[row] = Float(ahead)
        returns[row] = Float(ahead + value)
        next = value
      }
    }
  }

  /// The mean reward of a step.
  var meanReward: Double { rewards[..<rows].reduce(0) { $0 + Double($1) } / Double(rows) }

  /// The share of the returns' variance that the values predicted: 1 is all, 0 is no better than
  /// their mean.
  package var explainedVariance: Double {
    func variance(_ number: (Int) -> Double) -> Double {
      var (sum, squares) = (0.0, 0.0)
      for row in 0..<rows { sum += number(row) }
      let mean = sum / Double(rows)
      for row in 0..<rows { squares += (number(row) - mean) * (number(row) - mean) }
      return squares / Double(rows)
    }
    let whole = variance { Double(returns[$0]) }
    guard whole > 0 else { return 0 }
    return 1 - variance { Double(returns[$0]) - Double(values[$0]) } / whole
  }

  /// The mean and the standard deviation of some advantages, computed as PyTorch does.
  func advantageMoments(count: Int, _ row: (Int) -> Int) -> (mean: Double, deviation: Double) {
    var (sum, squares) = (0.0, 0.0)
    for index in 0..<count { sum += Double(advantages[row(index)]) }
    let mean = sum / Double(count)
    for index in 0..<count {
      let difference = Double(advantages[row(index)]) - mean
      squares += difference * difference
    }
    return (mean, count > 1 ? (squares / Double(count - 1)).squareRoot() : 0)
  }
}

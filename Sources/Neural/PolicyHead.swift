import Glibc
package import Rollouts

/// The meaning of a policy's output: how an action is drawn from it, how likely the action was, and
/// the gradient of that.
package enum PolicyHead: Sendable, Equatable {
  /// Each number is the logit of a choice; the action is the choice's number.
  case categorical
  /// Each number is the mean of a normal distribution, drawn from independently. The logarithms of
  /// their standard deviations (log σ) are parameters, the same for all observations; they start at
  /// an offset in the slab.
  case gaussian(logDeviations: Int)

  /// How many numbers an action has, if the policy has `outputs` outputs.
  package func actionWidth(outputs: Int) -> Int {
    switch self {
    case .categorical: 1
    case .gaussian: outputs
    }
  }

  // MARK: Acting

  /// Draws the action for one row of y (rows, outputs) and writes it to `actions` from `place` on.
  package func draw(
    _ y: Rows, row: Int, _ parameters: Parameters, _ activations: Activations, _ draws: Draws,
    into actions: inout [Float], at place: Int
  ) {
    switch self {
    case .categorical:
      var most = activations[y, row, 0]
      for column in 1..<max(1, y.width) { most = max(most, activations[y, row, column]) }
      func weight(_ column: Int) -> Double { Double(exp(activations[y, row, column] - most)) }
      var sum = 0.0
      for column in 0..<y.width { sum += weight(column) }
      var left = Double(draws.word(0)) * 0x1p-32 * sum
      var choice = 0
      for column in 0..<y.width {
        choice = column
        left -= weight(column)
        if left < 0 { break }
      }
      actions[place] = Float(choice)
    case .gaussian(let logDeviations):
      // In pairs (Box and Muller).
      var (noise, other) = (0.0, 0.0)
      for column in 0..<y.width {
        if column & 1 == 0 {
          // Half a step above 0, so that there is a logarithm.
          let radius = (-2 * log((Double(draws.word(column)) + 0.5) * 0x1p-32)).squareRoot()
          let angle = 2 * Double.pi * Double(draws.word(column + 1)) * 0x1p-32
          (noise, other) = (radius * cos(angle), radius * sin(angle))
        } else {
          noise = other
        }
        let deviation = exp(parameters.values[logDeviations + column])
        actions[place + column] = activations[y, row, column] + deviation * Float(noise)
      }
    }
  }

  /// Writes the likeliest action for one row, the first of equals, to `actions` from `place` on.
  package func choose(
    _ y: Rows, row: Int, _ activations: Activations, into actions: inout [Float], at place: Int
  ) {
    switch self {
    case .categorical:
      var best = 0
      for column in 0..<y.width where activations[y, row, column] > activations[y, row, best] {
        best = column
      }
      actions[place] = Float(best)
    case .gaussian:
      for column in 0..<y.width { actions[place + column] = activations[y, row, column] }
    }
  }

  // MARK: Learning

  /// The log probability (or log density) of each row's action, and each row's entropy. The
  /// gradients of y (rows, outputs) serve as memory for the backward pass.
  package func logProbabilities(
    _ y: Rows, rows count: Int, of actions: [Float], _ parameters: Parameters,
    _ activations: inout Activations, into logs: inout [Float], entropies: inout [Float]
  ) {
    check(y, count, actions, logs, activations)
    precondition(entropies.count >= count, "an entropy for every row")
    unsafe activations.withBoth { values, flow in
      switch self {
      case .categorical:
        for row in 0..<count {
          let (place, choice) = (y.offset + row * y.stride, Int(actions[row]))
          precondition(choice >= 0 && choice < y.width, "the choice is one of the outputs")
          let (logits, shares) = unsafe (values + place, flow + place)
          var most = unsafe logits[0]
          for column in 1..<max(1, y.width) { unsafe most = max(most, logits[column]) }
          var sum: Float = 0
          for column in 0..<y.width {
            unsafe shares[column] = exp(logits[column] - most)
            unsafe sum += shares[column]
          }
          let total = log(sum)
          var mean: Float = 0
          for column in 0..<y.width {
            unsafe shares[column] /= sum
            unsafe mean += shares[column] * (logits[column] - most)
          }
          logs[row] = unsafe logits[choice] - most - total
          entropies[row] = total - mean
        }
      case .gaussian(let logDeviations):
        let logDeviations = parameters.values[logDeviations..<logDeviations + y.width]
        // ln √2π; the entropy of each number is half more than that, plus log σ.
        let half: Float = 0.9189385332
        let width = logDeviations.reduce(0, +)
        for row in 0..<count {
          logs[row] = -width - half * Float(y.width)
          entropies[row] = width + (half + 0.5) * Float(y.width)
        }
        for (column, logDeviation) in logDeviations.enumerated() {
          let scale = exp(-logDeviation)
          for row in 0..<count {
            let place = y.offset + row * y.stride + column
            let z = unsafe (actions[row * y.width + column] - values[place]) * scale
            unsafe flow[place] = z
            logs[row] -= 0.5 * z * z
          }
        }
      }
    }
  }

  /// After `logProbabilities`: from the derivatives of a loss by each row's log probability and by
  /// every row's entropy, sets the gradients of y (rows, outputs) and adds those of the parameters.
  package func backward(
    _ y: Rows, rows count: Int, of actions: [Float], logs: [Float], entropies: [Float],
    slopes: [Float], entropySlope: Float, _ parameters: Parameters,
    into gradients: inout Parameters, _ activations: inout Activations
  ) {
    check(y, count, actions, logs, activations)
    precondition(entropies.count >= count && slopes.count >= count, "a slope for every row")
    unsafe activations.withBoth { values, flow in
      switch self {
      case .categorical:
        for row in 0..<count {
          let (place, choice) = (y.offset + row * y.stride, Int(actions[row]))
          let (logits, shares) = unsafe (values + place, flow + place)
          let (slope, taken) = unsafe (slopes[row], logits[choice] - logs[row])
          for column in 0..<y.width {
            let share = unsafe shares[column]
            let log = unsafe logits[column] - taken
            unsafe shares[column] =
              slope * ((column == choice ? 1 : 0) - share)
              - entropySlope * share * (log + entropies[row])
          }
        }
      case .gaussian(let logDeviations):
        for column in 0..<y.width {
          let scale = exp(-parameters.values[logDeviations + column])
          var sum = 0.0
          for row in 0..<count {
            let place = y.offset + row * y.stride + column
            let z = unsafe flow[place]
            unsafe flow[place] = slopes[row] * z * scale
            sum += Double(slopes[row] * (z * z - 1) + entropySlope)
          }
          gradients.values[logDeviations + column] += Float(sum)
        }
      }
    }
  }

  private func check(
    _ y: Rows, _ count: Int, _ actions: [Float], _ logs: [Float], _ activations: Activations
  ) {
    precondition(count >= 0 && count <= activations.capacity, "the rows fit the activations")
    precondition(
      actions.count >= count * actionWidth(outputs: y.width) && logs.count >= count,
      "an action for every row")
  }
}

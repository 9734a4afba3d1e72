import Glibc
package import Recordings
package import Rollouts

/// The history of a Q-table, followed update by update: what the table alone does not show.
package struct LearningTrace: Sendable {
  private let actions: Int
  private var values: [Double]
  private var spread: [Spread]
  private var greedy: [UInt64]
  private var since: [Int]
  private var errors: [Recent]

  /// The uncertainty of an action's value.
  private struct Spread {
    /// The sum of the squared weights of its samples.
    var weights = 0.0
    /// The mean square of its errors, with more weight on recent ones.
    var square = Recent()
  }

  /// A mean with fading weights: a value twenty updates old counts a third of the newest.
  private struct Recent {
    var sum = 0.0
    var weight = 0.0

    mutating func add(_ value: Double) {
      sum = sum * 0.95 + value
      weight = weight * 0.95 + 1
    }

    var mean: Double { weight > 0 ? sum / weight : .nan }
  }

  /// A trace that begins with a table.
  package init(_ table: QTable) {
    precondition(table.actions <= 64, "greedy actions are kept in 64 bits")
    actions = table.actions
    values = table.values
    spread = Array(repeating: Spread(), count: table.values.count)
    greedy = Array(repeating: 0, count: table.states)
    since = Array(repeating: 0, count: table.states)
    errors = Array(repeating: Recent(), count: table.states)
  }

  /// Adds an update.
  package mutating func follow(_ update: QUpdate) {
    let place = update.state * actions + update.action
    values[place] = update.after
    if update.alpha > 0 {
      let error = (update.after - update.before) / update.alpha
      let rest = 1 - update.alpha
      spread[place].weights = spread[place].weights * rest * rest + update.alpha * update.alpha
      spread[place].square.add(error * error)
      errors[update.state].add(abs(error))
    }
    let winners = self.winners(update.state)
    if winners != greedy[update.state] {
      greedy[update.state] = winners
      since[update.state] = update.episode
    }
  }

  /// A quantity for each state; NaN if unknown.
  package func numbers(of quantity: HeatMap.Quantity) -> [Double] {
    greedy.indices.map { state in
      guard errors[state].weight > 0 else { return .nan }
      return switch quantity {
      case .tdError: errors[state].mean
      case .settled: Double(since[state])
      case .uncertainty: uncertainty(state)
      case .values, .visits: .nan
      }
    }
  }

  private func winners(_ state: Int) -> UInt64 {
    let first = state * actions
    var (best, winners) = (values[first], UInt64(1))
    for action in 1..<max(1, actions) {
      let value = values[first + action]
      if value > best {
        (best, winners) = (value, 1 << action)
      } else if value == best {
        winners |= 1 << action
      }
    }
    return winners
  }

  /// The probability that the true value of some other action is above that of the greedy one, if each
  /// is normally distributed around the average of its samples. One half if an action was never tried.
  private func uncertainty(_ state: Int) -> Double {
    let first = state * actions
    let places = (first..<first + actions).filter { values[$0] > -.infinity }
    guard let best = places.max(by: { values[$0] < values[$1] }), places.count > 1 else { return 0 }
    return places.filter { $0 != best }.map { other in
      let variance = variance(best) + variance(other)
      guard variance.isFinite else { return 0.5 }
      let distance = values[best] - values[other]
      if variance == 0 { return distance > 0 ? 0 : 0.5 }
      return erfc(distance / (2 * variance).squareRoot()) / 2
    }.max() ?? 0
  }

  private func variance(_ place: Int) -> Double {
    spread[place].square.weight > 0
      ? spread[place].square.mean * spread[place].weights : .infinity
  }
}

import Rollouts
import Worlds

/// What an evaluation found, under the stable names of `--json`.
struct EvaluationSummary {
  private let world: KnownWorld
  private(set) var steps = 0
  private var returns: [Double] = []
  private var successes = 0
  private var truncated = 0
  private var total = 0.0
  private var car = CarFacts()
  private var scores: [Int] = []

  init(_ world: KnownWorld) { self.world = world }

  mutating func add(_ transition: Transition) {
    steps += 1
    total += transition.reward
    let isSuccess = look(at: transition)
    guard transition.ending != .running else { return }
    returns.append(total)
    successes += isSuccess ? 1 : 0
    truncated += transition.ending == .truncated ? 1 : 0
    total = 0
  }

  /// Counts what is special to a world; whether an episode that ends here is a success.
  private mutating func look(at transition: Transition) -> Bool {
    switch (world, transition.state, transition.next) {
    case (.city(let city), .bytes(let from), .bytes(let to)):
      guard let state = CityState(bytes: from), let next = CityState(bytes: to) else {
        return false
      }
      return car.add(state, next, in: city)
    case (.snake, _, .bytes(let bytes)):
      guard transition.ending != .running, let state = SnakeState(bytes: bytes) else {
        return false
      }
      scores.append(Int(state.length) - Snake.startLength)
      return state.end == .full
    default: return transition.ending == .terminated && transition.reward > 0
    }
  }

  var members: [JSON.Member] {
    let count = Double(max(1, returns.count))
    let mean = returns.reduce(0, +) / count
    let variance = returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    return [
      .init("episodes", .integer(returns.count)), .init("steps", .integer(steps)),
      .init("mean_return", .number(mean)), .init("std_return", .number(variance.squareRoot())),
      .init("min_return", .number(returns.min() ?? 0)),
      .init("max_return", .number(returns.max() ?? 0)),
      .init("success_rate", .number(Double(successes) / count)),
      .init("mean_length", .number(Double(steps) / count)),
    ] + special
  }

  /// What is special to the world: targets, laps and the share off the road of a car; scores of a
  /// snake; how many games of Breakout were cut off.
  var special: [JSON.Member] {
    switch world {
    case .city: car.members(steps: steps)
    case .snake:
      [
        .init(
          "mean_score", .number(Double(scores.reduce(0, +)) / Double(max(1, scores.count)))),
        .init("max_score", .integer(scores.max() ?? 0)),
      ]
    case .breakout: [.init("truncated", .integer(truncated))]
    case .grid, .crawler, .reacher: []
    }
  }
}

/// What a car came to.
private struct CarFacts {
  private var targets = 0
  private var laps = 0
  private var ticksOffRoad = 0

  /// Counts a tick; whether it completed a lap.
  mutating func add(_ state: CityState, _ next: CityState, in city: CityWorld) -> Bool {
    ticksOffRoad += city.isOffRoad(next) ? 1 : 0
    guard let target = city.reached(from: state, to: next) else { return false }
    targets += 1
    let isLap = target == CityMap.targetNames.count - 1
    laps += isLap ? 1 : 0
    return isLap
  }

  func members(steps: Int) -> [JSON.Member] {
    [
      .init("targets", .integer(targets)), .init("laps", .integer(laps)),
      .init("off_road", .number(Double(ticksOffRoad) / Double(max(1, steps)))),
    ]
  }
}

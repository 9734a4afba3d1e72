package import Rollouts

/// The result of an evaluation, under stable JSON names.
package struct EvaluationSummary {
  private let world: any World
  /// Counts that only this kind of world has.
  private var tally: any StepTally
  package private(set) var steps = 0
  private var returns: [Double] = []
  private var successes = 0
  private var total = 0.0

  /// Nothing played yet.
  package init(_ world: any World) {
    self.world = world
    tally = world.tally
  }

  /// Counts a step.
  package mutating func add(_ transition: Transition) {
    steps += 1
    total += transition.reward
    tally.add(transition)
    guard transition.ending != .running else { return }
    returns.append(total)
    if world.isSuccess(transition) { successes += 1 }
    total = 0
  }

  /// All results.
  package var members: [JSON.Member] {
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

  /// The counts of this world alone.
  package var special: [JSON.Member] { tally.members }
}

package import Rollouts

/// How ties between equally good actions are broken.
package enum Ties: String, Sendable, CaseIterable {
  /// At random: an empty table walks at random.
  case random
  /// The first action wins, as `argmax` does.
  case first
}

/// The settings of Q-learning, with the letters of Watkins and Dayan.
package struct QTableConfiguration: Configuration, Equatable {
  /// How many episodes to play.
  package var episodes = 1000
  /// Training stops after this many steps; 0 means no limit.
  package var steps = 0
  /// The learning rate (α).
  package var alpha = Schedule.constant(0.1)
  /// The discount of future reward (γ).
  package var gamma = 0.99
  /// The probability of exploring (ε).
  package var epsilon = Schedule.exponential(from: 1, factor: 0.995, floor: 0.01)
  /// How ties are broken.
  package var ties = Ties.random
  /// How many steps between stored tables; 0 chooses by the table's size.
  package var snapshotEvery = 0

  /// The maze's published settings, with random ties.
  package init() {}

  /// Every setting by name.
  package static let settings: [Setting<Self>] = [
    .count("episodes", \.episodes, in: 1...1_000_000_000, "episodes to play"),
    .count("steps", \.steps, in: 0...1_000_000_000_000, "stop after N steps; 0: no limit"),
    .schedule("alpha", \.alpha, in: 0...1, "learning rate (α), by episode"),
    .number("gamma", \.gamma, in: 0...1, "discount of future reward (γ)"),
    .schedule("epsilon", \.epsilon, in: 0...1, "probability of exploring (ε), by episode"),
    .choice("ties", \.ties, "how ties between equally good actions are broken"),
    .count(
      "snapshot_every", \.snapshotEvery, in: 0...1_000_000_000,
      "steps between stored tables; 0: 65,536, or more for a large table"),
  ]

  /// The part of the settings from which a table can be rebuilt.
  package var rule: QTableRule { QTableRule(alpha: alpha, gamma: gamma, episodes: episodes) }

  /// An upper bound on the number of steps.
  package func mostSteps(stepLimit: Int) -> Int {
    let (product, overflow) = episodes.multipliedReportingOverflow(by: stepLimit)
    let most = overflow ? Int.max : product
    return steps > 0 ? min(most, steps) : most
  }

  /// Steps between stored tables: often enough that any step is near one, and seldom enough that
  /// they stay a small part of a recording (about 20 bytes per step, 12 per value of a table).
  func snapshotInterval(values: Int) -> Int {
    snapshotEvery > 0 ? snapshotEvery : max(65_536, 4 * values)
  }
}

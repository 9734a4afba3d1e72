package import Rollouts

/// What the learner sees of a game.
package enum SnakeObservation: String, Sendable, CaseIterable {
  /// The eleven published bits.
  case course
  /// How far the snake can go in each direction, so that it does not trap itself.
  case strong
  /// The same, plus the shortest paths around the body and whether they leave a way out.
  case paths
}

/// The rules of Snake that a user may change.
package struct SnakeRules: Configuration, Equatable {
  /// What the learner sees.
  package var observation = SnakeObservation.course
  /// The reward of food.
  package var foodReward = 10.0
  /// The reward of the step that ends the game.
  package var deathReward = -10.0
  /// The game ends after more steps per segment than this.
  package var patience = 100
  /// Whether the cell that the head moves to counts as a segment. It does in the published game,
  /// which tests its patience after the head has moved and before the tail does.
  package var patienceCountsHead = false
  /// After how many steps a game is truncated.
  package var stepLimit = 100_000

  /// Snake by its published rules.
  package init() {}

  /// Every rule by name.
  package static let settings: [Setting<Self>] = [
    .choice("observation", \.observation, "what the learner sees"),
    .number("food_reward", \.foodReward, in: -1e6...1e6, "reward of food"),
    .number("death_reward", \.deathReward, in: -1e6...1e6, "reward of the game's last step"),
    .count("patience", \.patience, in: 1...1_000_000, "steps that a game may last per segment"),
    .flag(
      "patience_counts_head", \.patienceCountsHead,
      "count the cell that the head moves to as a segment, as published"),
    .count("step_limit", \.stepLimit, in: 1...1_000_000_000, "steps until truncation"),
  ]
}

package import Rollouts

/// The rules of the reacher that a user may change.
package struct ReacherRules: Configuration, Equatable {
  /// After how many steps an episode is truncated.
  package var stepLimit = 50
  /// What the square of the torques costs; Gymnasium's page says 0.1, its code takes 1.
  package var controlCost = 1.0

  /// The reacher as Gymnasium's Reacher-v5 has it.
  package init() {}

  /// Every rule by name.
  package static let settings: [Setting<Self>] = [
    .count("step_limit", \.stepLimit, in: 1...1_000_000_000, "steps until truncation"),
    .number("control_cost", \.controlCost, in: 0...1000, "cost of the torques' squares"),
  ]
}

package import Rollouts

/// What moves the reacher's arm.
package enum ReacherPhysics: String, Sendable, CaseIterable {
  /// The equations of motion in closed form.
  case closed
  /// MuJoCo, which the caller passes to the world.
  case mujoco
}

/// The rules of the reacher that a user may change.
package struct ReacherRules: Configuration, Equatable {
  /// What moves the arm.
  package var physics = ReacherPhysics.closed
  /// After how many steps an episode is truncated.
  package var stepLimit = 50
  /// The cost of the squared torques; Gymnasium's page says 0.1, its code uses 1.
  package var controlCost = 1.0

  /// The rules of Gymnasium's Reacher-v5.
  package init() {}

  /// Every rule by name.
  package static let settings: [Setting<Self>] = [
    .choice("physics", \.physics, "what moves the arm"),
    .count("step_limit", \.stepLimit, in: 1...1_000_000_000, "steps until truncation"),
    .number("control_cost", \.controlCost, in: 0...1000, "cost of the squared torques"),
  ]
}

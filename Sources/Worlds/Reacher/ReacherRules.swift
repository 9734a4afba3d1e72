package import Rollouts

/// What moves the reacher's arm.
package enum ReacherPhysics: String, Sendable, CaseIterable {
  /// The equations of motion, written out.
  case closed
  /// MuJoCo, which solves them; the world gets it from its caller.
  case mujoco
}

/// The rules of the reacher that a user may change.
package struct ReacherRules: Configuration, Equatable {
  /// What moves the arm.
  package var physics = ReacherPhysics.closed
  /// After how many steps an episode is truncated.
  package var stepLimit = 50
  /// What the square of the torques costs; Gymnasium's page says 0.1, its code takes 1.
  package var controlCost = 1.0

  /// The reacher as Gymnasium's Reacher-v5 has it.
  package init() {}

  /// Every rule by name.
  package static let settings: [Setting<Self>] = [
    .choice("physics", \.physics, "what moves the arm"),
    .count("step_limit", \.stepLimit, in: 1...1_000_000_000, "steps until truncation"),
    .number("control_cost", \.controlCost, in: 0...1000, "cost of the torques' squares"),
  ]
}

/// Whether a recording shows learning or playing.
package enum RunPurpose: String, Sendable {
  case train, evaluate
}

/// Where a recording came from: the file, its digest and the step that it was taken at.
package struct Parent: Sendable, Equatable {
  package var file: String
  package var digest: String
  package var step: Int

  /// A recording's parent.
  package init(file: String, digest: String, step: Int) {
    self.file = file
    self.digest = digest
    self.step = step
  }
}

/// All that is known of a run before its first step.
package struct RunDescription: Sendable, Equatable {
  package var world: WorldDescription
  package var trainer: String
  package var purpose: RunPurpose
  package var preset: String
  package var seed: UInt64
  /// How many worlds run side by side, their steps interleaved in a fixed order.
  package var worlds = 1
  package var parent: Parent?
  package var tags: [String] = []
  package var note = ""
  /// Every setting of world and trainer, in the order of their declaration.
  package var configuration: JSON

  /// Whether steps are transitions. A learner that plays nothing counts what it learns from, and records
  /// metrics and checkpoints alone.
  package var hasTransitions: Bool {
    purpose == .evaluate || !(world.actions.isEmpty && world.fields.isEmpty)
  }

  /// A run's description.
  package init(
    world: WorldDescription, trainer: String, purpose: RunPurpose = .train,
    preset: String = "default", seed: UInt64, configuration: JSON
  ) {
    precondition(seed < 1 << 63, "seeds have 63 bits")
    self.world = world
    self.trainer = trainer
    self.purpose = purpose
    self.preset = preset
    self.seed = seed
    self.configuration = configuration
  }
}

/// Whether a recording shows learning or playing.
public enum RunPurpose: String, Sendable {
  /// Something learns from the steps.
  case train
  /// What was learned before is only played.
  case evaluate
  /// A person plays, or takes turns with what was learned before.
  case play
}

/// Where a recording came from.
public struct Parent: Sendable, Equatable {
  /// The file of the recording before.
  public var file: String
  /// That recording's digest.
  public var digest: String
  /// The step of it that this recording goes on from.
  public var step: Int

  /// A recording's parent.
  public init(file: String, digest: String, step: Int) {
    self.file = file
    self.digest = digest
    self.step = step
  }
}

/// All that is known of a run before its first step.
///
/// ```swift
/// let world = WorldDescription(
///   name: "corridor",
///   actions: [ActionMeaning("left", dx: -1), ActionMeaning("right", dx: 1)],
///   fields: [Field("state", "cell", type: "column", offset: 1, count: 8, "from the left")])
/// var run = RunDescription(
///   world: world, trainer: "qtable", seed: 1,
///   configuration: ["alpha": 0.5, "gamma": 0.9, "episodes": 100])
/// run.tags = ["first try"]
/// ```
///
/// The settings in `configuration` that a Q-table follows from are those of `QTableRule`.
public struct RunDescription: Sendable, Equatable {
  /// What makes the steps: `reel`, one of its own trainers, or another program by its name.
  public var program = "reel"
  /// The world that the run acts in.
  public var world: WorldDescription
  /// What learns or plays.
  public var trainer: String
  /// Whether it learns or only plays.
  public var purpose: RunPurpose
  /// The name of the settings that it began with.
  public var preset: String
  /// What all random numbers follow from; 63 bits.
  public var seed: UInt64
  /// Whether there is such a seed: other programs' runs may have none, and `seed` is 0 then.
  package var hasSeed = true
  /// How many worlds run side by side, their steps interleaved in a fixed order.
  public var worlds = 1
  /// The recording that this one came from, if any.
  public var parent: Parent?
  /// Words to find the run by.
  public var tags: [String] = []
  /// A remark.
  public var note = ""
  /// Every setting of world and trainer, in the order of their declaration.
  public var configuration: JSON

  /// Whether steps are transitions. A learner that plays nothing counts what it learns from, and records
  /// metrics and checkpoints alone.
  public var hasTransitions: Bool {
    program != "reel" || purpose != .train || !(world.actions.isEmpty && world.fields.isEmpty)
  }

  /// The seed for people.
  package var seedText: String { hasSeed ? "\(seed)" : "–" }

  /// A run's description.
  public init(
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

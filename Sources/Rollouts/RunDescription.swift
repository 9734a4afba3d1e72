/// Whether a recording shows training, evaluation or play.
public enum RunPurpose: String, Sendable {
  /// Something learns from the steps.
  case train
  /// A trained policy is only played.
  case evaluate
  /// A person plays, or takes turns with a trained policy.
  case play
}

/// Where a recording came from.
public struct Parent: Sendable, Equatable {
  /// The file of the parent recording.
  public var file: String
  /// That recording's digest.
  public var digest: String
  /// The step of the parent that this recording continues from.
  public var step: Int

  /// A reference to a parent recording.
  public init(file: String, digest: String, step: Int) {
    self.file = file
    self.digest = digest
    self.step = step
  }
}

/// Everything known about a run before its first step.
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
/// `QTableRule` lists the settings in `configuration` that determine a Q-table.
public struct RunDescription: Sendable, Equatable {
  /// The program that makes the steps: `reel` for its own trainers, otherwise the program's name.
  public var program = "reel"
  /// The world that the run acts in.
  public var world: WorldDescription
  /// The name of the trainer or player.
  public var trainer: String
  /// Whether the run trains, evaluates or plays.
  public var purpose: RunPurpose
  /// The name of the preset that it started from.
  public var preset: String
  /// The seed of all random numbers; 63 bits.
  public var seed: UInt64
  /// Whether there is a seed. Runs of other programs may have none; `seed` is then 0.
  package var hasSeed = true
  /// How many worlds run side by side, their steps interleaved in a fixed order.
  public var worlds = 1
  /// The recording that this one came from, if any.
  public var parent: Parent?
  /// Words by which to find the run.
  public var tags: [String] = []
  /// A remark.
  public var note = ""
  /// Every setting of world and trainer, in the order of their declaration.
  public var configuration: JSON

  /// Whether steps are transitions. A learner that does not act counts its training examples as
  /// steps, and records only metrics and checkpoints.
  public var hasTransitions: Bool {
    program != "reel" || purpose != .train || !(world.actions.isEmpty && world.fields.isEmpty)
  }

  /// The seed as text for people.
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

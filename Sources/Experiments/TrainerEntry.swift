package import Recordings
package import Rollouts
package import Trainers

/// What is learned: a world, or a text.
package enum Subject: Sendable {
  case world(any World)
  case text(TrainingText)

  /// Its name in commands and recordings.
  package var name: String {
    switch self {
    case .world(let world): world.description.name
    case .text: TrainingText.subjectName
    }
  }
}

/// The settings of a trainer, from which all else follows: what it can learn, how it is made and resumed, and
/// how its checkpoints are used.
package protocol TrainerSettings: Configuration, Equatable {
  /// The trainer's name in recordings.
  static var trainerName: String { get }
  /// Whether the trainer can learn a subject.
  static func learns(_ subject: Subject) -> Bool

  /// The kinds of policy network, if there is a choice, and the chosen one.
  static var policyKinds: [String] { get }
  var policyKind: String? { get }

  /// Refuses settings that are each valid, but not together.
  func validate() throws(SettingError)
  /// A new, untrained trainer.
  func trainer(of subject: Subject, seed: UInt64) throws -> any Trainer
  /// Refuses a checkpoint whose network has another size than these settings: checked before a trainer
  /// allocates memory for what a recording claims.
  func check(_ checkpoint: Checkpoint) throws
  /// The same settings, where those that were not given fit the length of the run.
  func fitted(given: Set<String>) -> Self
  /// The most steps that training can take, if an episode has at most `stepLimit`.
  func mostSteps(stepLimit: Int) -> Int
  /// How many worlds are played side by side.
  var worlds: Int { get }
  /// Whether a number of episodes ends the run.
  var isByEpisodes: Bool { get }
  /// The same settings with schedules over episodes fixed at their values in one episode.
  func holdingSchedules(at episode: Int) -> Self

  /// How many steps an update learns from, counted from a checkpoint: one, or a whole rollout.
  var stepsLearnedTogether: Int { get }
  /// The same settings without evaluations, which do not change what is learned.
  var withoutTrials: Self { get }

  /// The checkpoint at a moment of a recording.
  func checkpoint(of recording: Recording, at moment: RecordedMoment) throws -> Checkpoint
  /// A player that uses a checkpoint.
  func player(in world: any World, by checkpoint: Checkpoint) throws -> any Player
  /// An advisor that uses a checkpoint, state by state; nil if there is none.
  func advisor(in world: any World, by checkpoint: Checkpoint) throws -> (any Advisor)?
  /// The expected result of playing a checkpoint, computed; nil if it can only be sampled.
  func exactEvaluation(in world: any World, by checkpoint: Checkpoint) throws -> ExactEvaluation?
  /// What can be drawn of what was learned.
  var insight: Insight { get }
}

/// What can be drawn of what a trainer has learned.
package enum Insight: Sendable {
  /// A table of action values, known at every step of the recording.
  case table
  /// The action values of observations, from a checkpoint's network.
  case actionValues(@Sendable (Checkpoint) throws -> ActionValues)
  /// What a checkpoint's network attends to in a world's states; nil if it does not attend to places.
  case attention(@Sendable (Checkpoint, any World) throws -> (any StateAttention)?)
  /// Only curves.
  case nothing
}

/// Rows of observations → rows of action values.
package typealias ActionValues = (_ observations: [Float]) -> [Float]

/// A network that attends to the places of a state before it decides.
package protocol StateAttention: Sendable {
  /// The number of attention heads.
  var heads: Int { get }
  /// The attention of each head to each place of a recorded state.
  func shares(of state: Value) -> [[Float]]
}

extension TrainerSettings {
  package static var policyKinds: [String] { [] }
  package var policyKind: String? { nil }
  package func validate() {}
  package func check(_ checkpoint: Checkpoint) {}
  package var worlds: Int { 1 }
  package var isByEpisodes: Bool { false }
  package func holdingSchedules(at episode: Int) -> Self { self }
  package func fitted(given: Set<String>) -> Self { self }
  package var stepsLearnedTogether: Int { 1 }
  package var withoutTrials: Self { self }
  package func checkpoint(
    of recording: Recording, at moment: RecordedMoment
  ) throws -> Checkpoint { try recording.checkpoint(at: moment) }
  package func advisor(
    in world: any World, by checkpoint: Checkpoint
  ) throws -> (any Advisor)? { nil }
  package func exactEvaluation(
    in world: any World, by checkpoint: Checkpoint
  ) throws -> ExactEvaluation? { nil }
  package var insight: Insight { .nothing }

  /// Refuses a checkpoint that cannot hold the weights of a network's layers.
  func check(_ checkpoint: Checkpoint, holds weights: Int) throws(SettingError) {
    guard weights <= checkpoint.parameters.count / MemoryLayout<Float>.size else {
      throw SettingError("the network of these settings is larger than the recorded one")
    }
  }

  /// The settings in a recording's configuration.
  func restoring(_ configuration: JSON) throws -> Self {
    var settings = self
    try settings.restore(configuration)
    return settings
  }
}

/// A named set of settings for one world: ours, or that of a published original.
package struct Preset: Sendable {
  package var name: String
  package var help: String
  /// The world or text that it is for.
  package var subject: String
  package var settings: any TrainerSettings
  /// Rules of the world, or settings, as they are typed.
  package var overrides: [(name: String, value: String)] = []

  /// A preset.
  package init(
    _ name: String, of subject: String, _ help: String, _ settings: any TrainerSettings,
    _ overrides: [(name: String, value: String)] = []
  ) {
    (self.name, self.subject, self.help) = (name, subject, help)
    (self.settings, self.overrides) = (settings, overrides)
  }

  /// The trainer's name in recordings.
  package var trainerName: String { settings.trainerName }
}

extension TrainerSettings {
  /// The trainer's name in recordings.
  package var trainerName: String { Self.trainerName }
}

/// One line of the table of trainers.
package struct TrainerEntry: Sendable {
  /// Its settings before any preset.
  package let usual: any TrainerSettings
  /// The presets; the first for a world is that world's default.
  package let presets: [Preset]

  /// A trainer with its presets.
  package init(_ usual: any TrainerSettings, presets: [Preset] = []) {
    (self.usual, self.presets) = (usual, presets)
  }

  /// Its name in recordings.
  package var name: String { usual.trainerName }

  func learns(_ subject: Subject) -> Bool { learns(usual, subject) }

  private func learns<S: TrainerSettings>(_ settings: S, _ subject: Subject) -> Bool {
    S.learns(subject)
  }
}

/// The known trainers, by name.
package struct TrainerTable: Sendable {
  package var entries: [TrainerEntry]

  /// A table of some trainers.
  package init(_ entries: [TrainerEntry]) { self.entries = entries }

  /// The entry with a name; nil if there is none.
  package subscript(name: String) -> TrainerEntry? { entries.first { $0.name == name } }

  /// All presets of a world or text, the default first.
  func presets(of subject: String) -> [Preset] {
    entries.flatMap(\.presets).filter { $0.subject == subject }
  }
}

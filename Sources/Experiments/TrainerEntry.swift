package import Recordings
package import Rollouts
package import Trainers

/// What is learned: a world, or a text.
package enum Subject: Sendable {
  case world(any World)
  case text(TrainingText)

  /// What commands and recordings call it.
  package var name: String {
    switch self {
    case .world(let world): world.description.name
    case .text: TrainingText.subjectName
    }
  }
}

/// The settings of a trainer, from which all else follows: what it learns, how it is made and resumed, and
/// what can be asked about what it has learned.
package protocol TrainerSettings: Configuration, Equatable {
  /// What recordings call the trainer.
  static var trainerName: String { get }
  /// Whether it can learn this.
  static func learns(_ subject: Subject) -> Bool

  /// The kinds of network that can decide, where there is a choice, and the one that does.
  static var policyKinds: [String] { get }
  var policyKind: String? { get }

  /// Refuses settings that are each allowed, but not together.
  func validate() throws(SettingError)
  /// The trainer, which has learned nothing.
  func trainer(of subject: Subject, seed: UInt64) throws -> any Trainer
  /// Refuses a checkpoint whose network has another size than these settings ask for: asked before a trainer
  /// takes memory by what a recording says of itself.
  func check(_ checkpoint: Checkpoint) throws
  /// The same settings, those fitted to the length of the run that were not given.
  func fitted(given: Set<String>) -> Self
  /// The most steps that training takes, where an episode has at most `stepLimit`.
  func mostSteps(stepLimit: Int) -> Int
  /// How many worlds are played side by side.
  var worlds: Int { get }
  /// Whether the number of episodes ends a run.
  var isByEpisodes: Bool { get }
  /// The same settings, but for schedules over all episodes: those stay what they are in one.
  func holdingSchedules(at episode: Int) -> Self

  /// How many steps an update learns from, counted from a checkpoint: each as it is taken, or those of a rollout.
  var stepsLearnedTogether: Int { get }
  /// The same settings without trials of what was learned, which change nothing of it.
  var withoutTrials: Self { get }

  /// What was learned by a moment of a recording.
  func checkpoint(of recording: Recording, at moment: RecordedMoment) throws -> Checkpoint
  /// Somebody who plays by what a checkpoint holds.
  func player(in world: any World, by checkpoint: Checkpoint) throws -> any Player
  /// Somebody who says, state by state, what a checkpoint makes of it; nil where nobody can.
  func advisor(in world: any World, by checkpoint: Checkpoint) throws -> (any Advisor)?
  /// What playing by a checkpoint earns, computed; nil where it can only be sampled.
  func exactEvaluation(in world: any World, by checkpoint: Checkpoint) throws -> ExactEvaluation?
  /// What can be drawn of what was learned.
  var insight: Insight { get }
}

/// What can be drawn of what a trainer has learned.
package enum Insight: Sendable {
  /// A table of action values, known at every step of the recording.
  case table
  /// The action values of observations, as a checkpoint's network has them.
  case actionValues(@Sendable (Checkpoint) throws -> ActionValues)
  /// Where a checkpoint's network looked in a world's states; nil where it does not look at places.
  case attention(@Sendable (Checkpoint, any World) throws -> (any StateAttention)?)
  /// Nothing but curves.
  case nothing
}

/// Rows of observations → rows of action values.
package typealias ActionValues = (_ observations: [Float]) -> [Float]

/// A network that looks at the places of a state before it decides.
package protocol StateAttention: Sendable {
  /// How many heads look.
  var heads: Int { get }
  /// How much of its attention each head gave to each place of a recorded state.
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

  /// Refuses a checkpoint that cannot hold as many weights as lie between the layers of a network.
  func check(_ checkpoint: Checkpoint, holds weights: Int) throws(SettingError) {
    guard weights <= checkpoint.parameters.count / MemoryLayout<Float>.size else {
      throw SettingError("the network of these settings is larger than the recorded one")
    }
  }

  /// The same settings as a recording's configuration has them.
  func restoring(_ configuration: JSON) throws -> Self {
    var settings = self
    try settings.restore(configuration)
    return settings
  }
}

/// A named set of settings for one world: ours, or those of a published original.
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

  /// What recordings call its trainer.
  package var trainerName: String { settings.trainerName }
}

extension TrainerSettings {
  /// What recordings call the trainer.
  package var trainerName: String { Self.trainerName }
}

/// A trainer that is known: one line of the table of trainers.
package struct TrainerEntry: Sendable {
  /// Its settings before any preset.
  package let usual: any TrainerSettings
  /// The first of those for a world is the world's default.
  package let presets: [Preset]

  /// A trainer with its presets.
  package init(_ usual: any TrainerSettings, presets: [Preset] = []) {
    (self.usual, self.presets) = (usual, presets)
  }

  /// What recordings call it.
  package var name: String { usual.trainerName }

  func learns(_ subject: Subject) -> Bool { learns(usual, subject) }

  private func learns<S: TrainerSettings>(_ settings: S, _ subject: Subject) -> Bool {
    S.learns(subject)
  }
}

/// The trainers that are known, by name.
package struct TrainerTable: Sendable {
  package var entries: [TrainerEntry]

  /// A table of some trainers.
  package init(_ entries: [TrainerEntry]) { self.entries = entries }

  /// The entry of a name; nil where there is none.
  package subscript(name: String) -> TrainerEntry? { entries.first { $0.name == name } }

  /// All presets of a world or text, the default first.
  func presets(of subject: String) -> [Preset] {
    entries.flatMap(\.presets).filter { $0.subject == subject }
  }
}

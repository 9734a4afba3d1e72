import Recordings
package import Rollouts
package import Trainers

/// The settings of a game that a person plays without advice: only the world's rules can
/// be set.
package struct PersonSettings: TrainerSettings {
  package static let trainerName = "person"
  package static let settings: [Setting<Self>] = []

  /// No settings.
  package init() {}

  /// Refuses, because a person is no trainer of this program.
  package static func learns(_ subject: Subject) -> Bool { false }

  package func trainer(of subject: Subject, seed: UInt64) throws -> any Trainer { throw refusal }
  package func mostSteps(stepLimit: Int) -> Int { 0 }
  package func player(in world: any World, by checkpoint: Checkpoint) throws -> any Player {
    throw refusal
  }

  private var refusal: RunError { .run("a person played here, and nothing was learned") }

  /// The initial checkpoint of such a game: nothing is known.
  static let checkpoint = Checkpoint(
    step: 0, kind: trainerName, parameters: Safetensors([]).encoded())
}

import Recordings
package import Rollouts
package import Trainers

/// The settings of a game that a person plays without anybody's advice: there is nothing to set but the
/// world's rules.
package struct PersonSettings: TrainerSettings {
  package static let trainerName = "person"
  package static let settings: [Setting<Self>] = []

  /// No settings.
  package init() {}

  /// A person is no trainer of this program.
  package static func learns(_ subject: Subject) -> Bool { false }

  package func trainer(of subject: Subject, seed: UInt64) throws -> any Trainer { throw refusal }
  package func mostSteps(stepLimit: Int) -> Int { 0 }
  package func player(in world: any World, by checkpoint: Checkpoint) throws -> any Player {
    throw refusal
  }

  private var refusal: RunError { .run("a person played here, and nothing was learned") }

  /// What a recording of such a game begins with: nothing is known.
  static let checkpoint = Checkpoint(
    step: 0, kind: trainerName, parameters: Safetensors([]).encoded())
}

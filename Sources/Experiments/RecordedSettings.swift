package import Recordings
package import Rollouts
package import Trainers
import Worlds

/// The settings of a run that another program made: it can be read and drawn, but not trained
/// further.
package struct RecordedSettings: TrainerSettings {
  package static let trainerName = "another program"
  /// The trainer's name in the recording.
  package let trainer: String

  /// Nothing can be set.
  package static let settings: [Setting<Self>] = []

  /// The settings of a recorded run.
  package init(_ run: RunDescription) { trainer = run.trainer }

  package static func learns(_ subject: Subject) -> Bool { false }

  package func trainer(of subject: Subject, seed: UInt64) throws -> any Trainer {
    throw refusal("continued")
  }

  package func mostSteps(stepLimit: Int) -> Int { 0 }

  /// A table is rebuilt from the steps if the run's author declared the learning rule; anything else is the last
  /// checkpoint.
  package func checkpoint(
    of recording: Recording, at moment: RecordedMoment
  ) throws -> Checkpoint {
    guard try recording.declaredRule() != nil,
      try recording.checkpoint(at: 0)?.kind == QTable.checkpointKind
    else { return try recording.checkpoint(at: moment) }
    let step = try recording.step(at: moment)
    return try recording.qTable(at: step).checkpoint(step: step)
  }

  package func player(in world: any World, by checkpoint: Checkpoint) throws -> any Player {
    throw refusal("played")
  }

  /// The error for something that is impossible with such a recording.
  func refusal(_ what: String) -> RunError {
    .run("\(trainer) made this recording in another program: it can be drawn, but not \(what)")
  }
}

extension TrainingPlan {
  /// What can be drawn of what was learned in a recording. Another program's run has a table if it kept
  /// one in the same form as this program.
  package func insight(of recording: Recording) throws -> Insight {
    guard settings is RecordedSettings else { return settings.insight }
    return try recording.finalCheckpoint()?.kind == QTable.checkpointKind ? .table : .nothing
  }
}

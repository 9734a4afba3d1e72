internal import Physics
import Rollouts
package import Worlds

/// Everything that can be trained: the table of worlds and the table of trainers. What is in neither is unknown
/// everywhere.
package struct Catalog: Sendable {
  package var worlds: WorldTable
  package var trainers: TrainerTable

  /// A catalog of two tables.
  package init(worlds: WorldTable, trainers: TrainerTable) {
    (self.worlds, self.trainers) = (worlds, trainers)
  }

  /// The built-in worlds and trainers.
  package static let builtIn = Catalog(worlds: builtInWorlds, trainers: BuiltInTrainers.table)

  private static var builtInWorlds: WorldTable {
    #if MuJoCo
      BuiltInWorlds.table {
        let arm = try MuJoCoArm()
        return { state, torques in
          let outcome = arm.step(
            angles: state.angles, velocities: state.velocities, target: state.target,
            torques: torques)
          return ReacherMotion(
            angles: outcome.angles, velocities: outcome.velocities, fingertip: outcome.fingertip)
        }
      }
    #else
      BuiltInWorlds.table()
    #endif
  }

  /// Everything that can be trained, by name: worlds, then texts if a trainer learns them.
  package var subjects: [String] {
    worlds.names
      + (trainers.presets(of: TrainingText.subjectName).isEmpty ? [] : [TrainingText.subjectName])
  }

  /// The presets of a world or text, the default first. If it has none, the usual settings of the first trainer
  /// that can learn it are the default.
  package func presets(of subject: String) throws -> [Preset] {
    let presets = trainers.presets(of: subject)
    guard presets.isEmpty else { return presets }
    let world = try world(subject, map: nil)
    guard let entry = trainers.entries.first(where: { $0.learns(.world(world)) }) else {
      throw RunError.run("no trainer learns \(subject)")
    }
    return [Preset("default", of: subject, "the trainer's usual settings", entry.usual)]
  }

  /// The world with a name, on a map's text.
  func world(
    _ name: String, map: String?, configuration: JSON = .object([])
  ) throws -> any World {
    guard let entry = worlds[name] else {
      throw RunError.unknown("there is no world '\(name)'", name, among: worlds.names)
    }
    return try entry.make(map: map, configuration: configuration)
  }
}

extension Catalog {
  /// Every kind of policy network that some trainer offers.
  package var policies: [String] {
    func kinds<S: TrainerSettings>(_ settings: S) -> [String] { S.policyKinds }
    return trainers.entries.flatMap { kinds($0.usual) }
  }
}

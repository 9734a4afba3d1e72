package import Rollouts
import Worlds

/// What one needs to make the same run again.
package enum Reproduction: Sendable {
  /// An evaluation of a recording.
  case evaluation(of: String?, seed: UInt64)
  /// Nothing: a person played.
  case byHand
  /// Training: the map by its name (nil for a world without maps, `unnamed` where the map stands in the
  /// recording alone), and the settings that are not as the preset has them.
  case training(
    subject: String, map: String?, preset: String, seed: UInt64, changes: [JSON.Member])

  /// Whatever another program does; its trainer's name.
  case elsewhere(trainer: String)

  /// What stands for a map that no name leads to.
  package static let unnamed = "MAP"
}

extension Catalog {
  /// How a recorded run is made again.
  package func reproduction(of run: RunDescription) -> Reproduction {
    if let settings = (try? plan(of: run))?.settings as? RecordedSettings {
      return .elsewhere(trainer: settings.trainer)
    }
    if run.purpose == .play { return .byHand }
    if run.purpose == .evaluate { return .evaluation(of: run.parent?.file, seed: run.seed) }
    let map = mapName(of: run)
    let named = map == Reproduction.unnamed ? nil : map
    let usual = try? plan(PlanRequest(run.world.name, map: named, preset: run.preset)).configuration
    var changes: [JSON.Member] = []
    if case .object(let members) = run.configuration {
      changes = members.filter { usual?[$0.key] != $0.value }
    }
    return .training(
      subject: run.world.name, map: map, preset: run.preset, seed: run.seed, changes: changes)
  }

  private func mapName(of run: RunDescription) -> String? {
    guard !run.world.map.isEmpty else { return nil }
    guard let maps = worlds[run.world.name]?.maps else { return Reproduction.unnamed }
    return MapFinder(maps, of: run.world.name).name(of: run.world.map) ?? Reproduction.unnamed
  }
}

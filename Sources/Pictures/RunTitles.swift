package import Rollouts

extension RunDescription {
  /// A chart's title: `Classic 4×4 · qtable · seed 1`.
  package var chartTitle: String {
    "\(worldTitle) · \(trainer)" + (hasSeed ? " · seed \(seed)" : "")
  }

  /// The map, or the world where that has no name.
  package var worldTitle: String {
    if program != "reel", !world.mapName.isEmpty { return "\(world.name) \(world.mapName)" }
    return world.mapName.isEmpty ? world.name : world.mapName
  }

  /// Names for two runs that are shown side by side: trainers where these differ, else presets, else seeds.
  static func names(_ first: RunDescription, _ second: RunDescription) -> (String, String) {
    if first.trainer != second.trainer { return (first.trainer, second.trainer) }
    if first.preset != second.preset {
      return ("\(first.trainer) \(first.preset)", "\(second.trainer) \(second.preset)")
    }
    if first.seed != second.seed {
      return ("\(first.trainer), seed \(first.seed)", "\(second.trainer), seed \(second.seed)")
    }
    return ("\(first.trainer) A", "\(second.trainer) B")
  }
}

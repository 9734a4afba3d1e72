import Experiments
import Platform
import Recordings
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
}

extension RunGroups {
  /// What each run is called beside the others: by what they differ in, as groups of curves are; by its seed or
  /// its file where that is all.
  var runNames: [String] {
    let namings: [(GroupedRun) -> String] = [
      { $0.group }, { $0.task }, { "\($0.group), seed \($0.run.seed)" }, { Files.stem($0.path) },
    ]
    return namings.lazy.map { runs.map($0) }.first { Set($0).count == runs.count }
      ?? runs.map(\.path)
  }
}

extension EpisodePictures {
  /// What this run and another one are called side by side: as asked for, or by what they differ in.
  package func names(beside other: EpisodePictures) throws -> [String] {
    let all = [self, other]
    let paths = all.map(\.recording.path)
    // Episodes of one run beside others of it.
    let names =
      paths[0] == paths[1] ? paths.map(Files.stem) : try RunGroups(paths, by: nil).runNames
    return zip(all, names).map { $0.request.label ?? $1 }
  }
}

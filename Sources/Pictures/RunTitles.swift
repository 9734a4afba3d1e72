import Experiments
import Platform
import Recordings
package import Rollouts

extension RunDescription {
  /// A chart's title: `Classic 4×4 · qtable · seed 1`.
  package var chartTitle: String {
    "\(worldTitle) · \(trainer)" + (hasSeed ? " · seed \(seed)" : "")
  }

  /// The map, or the world if the map has no name.
  package var worldTitle: String {
    if program != "reel", !world.mapName.isEmpty { return "\(world.name) \(world.mapName)" }
    return world.mapName.isEmpty ? world.name : world.mapName
  }
}

extension RunGroups {
  /// The name of each run beside the others: what they differ in, as for groups of curves; its seed or
  /// its file if nothing else differs.
  var runNames: [String] {
    let namings: [(GroupedRun) -> String] = [
      { $0.group }, { $0.task }, { "\($0.group), seed \($0.run.seed)" }, { Files.stem($0.path) },
    ]
    return namings.lazy.map { runs.map($0) }.first { Set($0).count == runs.count }
      ?? runs.map(\.path)
  }
}

extension EpisodePictures {
  /// The names of this run and another one side by side: the requested ones, or what they differ in.
  package func names(beside other: EpisodePictures) throws -> [String] {
    let all = [self, other]
    let paths = all.map(\.recording.path)
    // Both films are of one run.
    let names =
      paths[0] == paths[1] ? paths.map(Files.stem) : try RunGroups(paths, by: nil).runNames
    return zip(all, names).map { $0.request.label ?? $1 }
  }
}

package import Recordings
package import Rollouts

/// Which episodes of a recording are meant: a selection among those of which a condition is true.
package struct EpisodeFilter: Sendable {
  package var selection: EpisodeSelection
  package var condition: EpisodeCondition?

  /// A selection among all episodes, or among those that a condition is true of.
  package init(_ selection: EpisodeSelection, where condition: EpisodeCondition? = nil) {
    (self.selection, self.condition) = (selection, condition)
  }

  /// The chosen episodes, whose steps are there; none is an error. What counts as a success is the world's
  /// business; a text has none.
  package func episodes(
    of recording: Recording, in world: (any World)?
  ) throws -> [Episode] {
    guard let condition else { return try recording.episodes(selection, withSteps: true) }
    let all = try recording.episodesWithSteps()
    let successes = condition.asksForSuccess ? try recording.successes(in: world) : []
    let fitting = all.filter { condition.isTrue(of: $0, success: successes.contains($0.number)) }
    guard !fitting.isEmpty else {
      throw RunError.run(
        "of \(all.count) episodes of \(recording.path) none is as asked for",
        .listEpisodes(of: recording.path))
    }
    let chosen = selection.choose(from: fitting)
    guard !chosen.isEmpty else {
      throw RunError.run(
        "of \(fitting.count) such episodes of \(recording.path) none is '\(selection)'")
    }
    return chosen
  }
}

extension Recording {
  /// The numbers of the episodes that succeeded.
  package func successes(in world: (any World)?) throws -> Set<Int> {
    guard let world else { return [] }
    return Set(try lastTransitions().filter { world.isSuccess($0) }.map(\.episode))
  }
}

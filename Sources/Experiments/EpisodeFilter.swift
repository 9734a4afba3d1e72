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

  /// The chosen among some episodes, perhaps none.
  package func episodes(
    of recording: Recording, in world: (any World)?, among numbers: Set<Int>
  ) throws -> [Episode] {
    let all = try recording.episodesWithSteps().filter { numbers.contains($0.number) }
    return selection.choose(from: try fitting(all, of: recording, in: world))
  }

  /// The chosen episodes, whose steps are there; none is an error. What counts as a success is the world's
  /// business; a text has none.
  package func episodes(
    of recording: Recording, in world: (any World)?
  ) throws -> [Episode] {
    if condition == nil { return try recording.episodes(selection, withSteps: true) }
    let all = try recording.episodesWithSteps()
    let fitting = try fitting(all, of: recording, in: world)
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

  private func fitting(
    _ episodes: [Episode], of recording: Recording, in world: (any World)?
  ) throws -> [Episode] {
    guard let condition else { return episodes }
    let successes = condition.asksForSuccess ? try recording.successes(in: world) : []
    return episodes.filter { condition.isTrue(of: $0, success: successes.contains($0.number)) }
  }
}

extension Recording {
  /// The numbers of the episodes that succeeded.
  package func successes(in world: (any World)?) throws -> Set<Int> {
    guard let world else { return [] }
    return Set(try lastTransitions().filter { world.isSuccess($0) }.map(\.episode))
  }
}

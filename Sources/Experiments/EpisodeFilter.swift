package import Recordings
package import Rollouts

/// A choice of episodes: a selection among those that meet a condition.
package struct EpisodeFilter: Sendable {
  package var selection: EpisodeSelection
  package var condition: EpisodeCondition?

  /// A selection among all episodes, or among those that meet a condition.
  package init(_ selection: EpisodeSelection, where condition: EpisodeCondition? = nil) {
    (self.selection, self.condition) = (selection, condition)
  }

  /// The chosen ones among some episodes, possibly none.
  package func episodes(
    of recording: Recording, in world: (any World)?, among numbers: Set<Int>
  ) throws -> [Episode] {
    let all = try recording.episodesWithSteps().filter { numbers.contains($0.number) }
    return selection.choose(from: try fitting(all, of: recording, in: world))
  }

  /// The chosen episodes whose steps are recorded; none is an error. The world defines what a success is;
  /// a text has none.
  package func episodes(
    of recording: Recording, in world: (any World)?
  ) throws -> [Episode] {
    if condition == nil { return try recording.episodes(selection, withSteps: true) }
    let all = try recording.episodesWithSteps()
    let fitting = try fitting(all, of: recording, in: world)
    guard !fitting.isEmpty else {
      throw RunError.run(
        "none of the \(all.count) episodes of \(recording.path) meets the conditions",
        .listEpisodes(of: recording.path))
    }
    let chosen = selection.choose(from: fitting)
    guard !chosen.isEmpty else {
      throw RunError.run(
        "none of the \(fitting.count) matching episodes of \(recording.path) is '\(selection)'")
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

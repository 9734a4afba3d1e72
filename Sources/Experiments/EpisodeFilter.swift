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

  /// The chosen ones among the episodes with some numbers, possibly none.
  package func episodes(
    of recording: Recording, in world: (any World)?, among numbers: Set<Int>
  ) throws -> [Episode] {
    try recording.episodesWithSteps([selection]) { episodes in
      try fitting(episodes.filter { numbers.contains($0.number) }, of: recording, in: world)
    }[0]
  }

  /// The chosen episodes whose steps are recorded; none is an error. The world defines what a success is;
  /// a text has none.
  package func episodes(
    of recording: Recording, in world: (any World)?
  ) throws -> [Episode] {
    if condition == nil { return try recording.episodes(selection, withSteps: true) }
    var (count, fittingCount) = (0, 0)
    let chosen = try recording.episodesWithSteps([selection]) { episodes in
      let fitting = try fitting(episodes, of: recording, in: world)
      count += episodes.count
      fittingCount += fitting.count
      return fitting
    }[0]
    guard fittingCount > 0 else {
      throw RunError.run(
        "none of the \(count) episodes of \(recording.path) meets the conditions",
        .listEpisodes(of: recording.path))
    }
    guard !chosen.isEmpty else {
      throw RunError.run(
        "none of the \(fittingCount) matching episodes of \(recording.path) is '\(selection)'")
    }
    return chosen
  }

  private func fitting(
    _ episodes: [Episode], of recording: Recording, in world: (any World)?
  ) throws -> [Episode] {
    guard let condition, let first = episodes.first, let last = episodes.last else {
      return episodes
    }
    let successes =
      condition.asksForSuccess
      ? try recording.successes(of: first.number...last.number, in: world) : []
    return episodes.filter { condition.isTrue(of: $0, success: successes.contains($0.number)) }
  }
}

extension Recording {
  /// The numbers of the episodes in a range that succeeded.
  func successes(of numbers: ClosedRange<Int>, in world: (any World)?) throws -> Set<Int> {
    guard let world else { return [] }
    return Set(try lastTransitions(of: numbers).filter { world.isSuccess($0) }.map(\.episode))
  }
}

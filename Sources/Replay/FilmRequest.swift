package import Recordings
package import Rollouts

/// Which recorded episodes are drawn, and how.
package struct FilmRequest {
  /// The warmth of each place of a recorded state, from 0 to 1: the attention of a network.
  package typealias Heat = @Sendable (Value) -> [Float]

  /// The run of the episodes.
  package var run: RunDescription
  /// The source of their transitions.
  package var source: any EpisodeSource
  /// The episodes, in the order of the film.
  package var episodes: [Episode]
  /// How they are drawn.
  package var options: PictureOptions
  /// How much longer an episode's last frame stays, in hundredths of a second.
  package var hold: Int
  /// The overlay on every frame; nil for none.
  package var heat: Heat?

  /// A request for a film.
  package init(
    _ episodes: [Episode], of run: RunDescription, from source: any EpisodeSource,
    options: PictureOptions, hold: Int = 0, heat: Heat? = nil
  ) {
    self.run = run
    self.source = source
    self.episodes = episodes
    self.options = options
    self.hold = hold
    self.heat = heat
  }

  /// The caption's facts about the run, with a name for its world.
  package func facts(world: String) -> CaptionFacts {
    CaptionFacts(
      world: world, trainer: run.trainer, lastEpisode: episodes.map(\.number).max() ?? 0,
      mostSteps: episodes.map(\.steps).max() ?? 0)
  }
}

/// What a painter and its scenes need, besides the world.
package struct PaintingContext {
  let request: FilmRequest
  /// The caption's facts about the run.
  package let facts: CaptionFacts

  /// The options for drawing.
  package var options: PictureOptions { request.options }
  /// The run's seed, which determines the world's random draws.
  package var seed: UInt64 { request.run.seed }
  /// The overlay on every frame; nil for none.
  package var heat: FilmRequest.Heat? { request.heat }
  /// Calls `body` with all episodes of the run, also those that are not drawn, some at a time.
  package func forEachEpisodes(_ body: ([Episode]) throws -> Void) throws {
    try request.source.forEachEpisodes(body)
  }
}

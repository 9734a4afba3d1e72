package import Recordings
package import Rollouts

/// Which recorded episodes are drawn, and how.
package struct FilmRequest {
  /// How warm each place of a recorded state is, from 0 to 1: where a network paid attention.
  package typealias Heat = @Sendable (Value) -> [Float]

  /// The run that they are of.
  package var run: RunDescription
  /// Where their transitions come from.
  package var source: any EpisodeSource
  /// The episodes, in the order of the film.
  package var episodes: [Episode]
  /// How they are drawn.
  package var options: PictureOptions
  /// How much longer an episode's last frame stays, in hundredths of a second.
  package var hold: Int
  /// What is laid over every frame; nil for nothing.
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

  /// What captions say of the run, under a name of its world.
  package func facts(world: String) -> CaptionFacts {
    CaptionFacts(
      world: world, trainer: run.trainer, lastEpisode: episodes.map(\.number).max() ?? 0,
      mostSteps: episodes.map(\.steps).max() ?? 0)
  }
}

/// What a painter and its scenes are made from, besides the world.
package struct PaintingContext {
  let request: FilmRequest
  /// What captions say of the run.
  package let facts: CaptionFacts

  /// How pictures are drawn.
  package var options: PictureOptions { request.options }
  /// The run's seed, which the world's chance follows from.
  package var seed: UInt64 { request.run.seed }
  /// What is laid over every frame; nil for nothing.
  package var heat: FilmRequest.Heat? { request.heat }
  /// Calls `body` with all episodes of the run, also those that are not drawn, some at a time.
  package func forEachEpisodes(_ body: ([Episode]) throws -> Void) throws {
    try request.source.forEachEpisodes(body)
  }
}

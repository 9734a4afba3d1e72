package import Raster
import Recordings
import Rollouts

extension TextPainter {
  /// A film of growing texts, with the model's probabilities and attention if there is a reader.
  package static func film(
    _ request: FilmRequest, reader: (any TextReader)?
  ) throws -> any FrameSource {
    let painter = try TextPainter(
      names: request.run.world.actions.map(\.name), hasInsight: reader != nil,
      facts: request.facts(world: request.run.world.name), options: request.options)
    return EpisodeFilm(
      scenes: TextScenes(reader: reader), painter: painter, episodes: request.episodes,
      hold: request.hold, from: request.source)
  }
}

package import Raster
import Worlds

/// What draws a map as part of its pictures.
package protocol BoardShowing {
  /// Where the map stands on every frame, in pixels: what points at the picture points at the map.
  var board: Rect { get }
}

extension GridPainter: BoardShowing {
  /// All cells together.
  package var board: Rect { layout.board }
}

extension CityPainter: BoardShowing {
  /// The part of the picture in which the city is seen.
  package var board: Rect { layout.view }
}

extension EpisodeFilm: BoardShowing where Drawing: BoardShowing {
  /// Where the map stands on every frame.
  package var board: Rect { painter.board }
}

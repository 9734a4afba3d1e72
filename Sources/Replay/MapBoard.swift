package import Raster
import Worlds

/// A painter whose pictures contain a map.
package protocol BoardShowing {
  /// The map's place on every frame, in pixels, so that pointing at the picture points at the map.
  var board: Rect { get }
}

extension GridPainter: BoardShowing {
  /// The area of all cells.
  package var board: Rect { layout.board }
}

extension CityPainter: BoardShowing {
  /// The area of the city.
  package var board: Rect { layout.view }
}

extension EpisodeFilm: BoardShowing where Drawing: BoardShowing {
  /// The map's place on every frame.
  package var board: Rect { painter.board }
}

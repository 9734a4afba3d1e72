import Film
package import Raster
import Recordings
import Replay
import Rollouts

extension EpisodePictures {
  /// Rows and columns of episodes at once, evenly spaced among the chosen ones.
  package func grid(rows: Int, columns: Int, hold: Double) throws -> any FrameSource {
    let places = rows * columns
    let shown =
      episodes.count <= places
      ? episodes
      : (0..<places).map { episodes[$0 * (episodes.count - 1) / max(1, places - 1)] }
    var options = options
    let title = options.title
    options.title = ""
    options.showsCaption = false
    options.size = max(96, (request.size ?? 960) / max(rows, columns) - 8)
    let tiles = try shown.map { episode in
      TiledFilm.Tile(
        try film(of: [episode], options, hold: hold),
        label:
          "episode \(NumberText.grouped(episode.number)) · return "
          + NumberText.short(episode.return))
    }
    return try captioned(
      TiledFilm(tiles, columns: columns, title: title, theme: options.theme))
  }

  /// The chosen episodes of two runs side by side, step by step.
  package func beside(_ other: EpisodePictures, hold: Double) throws -> any FrameSource {
    let (theme, title) = (options.theme, options.title)
    let names = try names(beside: other)
    let count = min(episodes.count, other.episodes.count)
    func tile(_ pictures: EpisodePictures, _ label: String, _ color: Color) throws -> TiledFilm.Tile
    {
      var options = pictures.options
      options.title = ""
      options.size = (request.size ?? 960) / 2
      let film = try pictures.film(
        of: Array(pictures.episodes.prefix(count)), options, hold: hold)
      return .init(film, label: label, color: color)
    }
    return try captioned(
      TiledFilm(
        [
          tile(self, names[0], theme.accent), tile(other, names[1], theme.secondAccent),
        ], columns: 2, title: title, theme: theme))
  }

  private func captioned(_ film: TiledFilm) throws -> any FrameSource {
    request.caption.isEmpty
      ? film : try FramedFilm(film, caption: request.caption, theme: options.theme)
  }
}

import Raster
import Recordings
import Replay

extension EpisodePictures {
  /// So many rows and columns of episodes at once, spread evenly over those that are chosen.
  func grid(
    rows: Int, columns: Int, _ look: PictureArguments, hold: Double
  ) throws -> any FrameSource {
    let places = rows * columns
    let shown = Array(
      episodes.count <= places
        ? episodes[...]
        : (0..<places).map { episodes[$0 * (episodes.count - 1) / max(1, places - 1)] }[...])
    var options = options
    let title = options.title
    options.title = ""
    options.showsCaption = false
    options.size = max(96, (look.size ?? 960) / max(rows, columns) - 8)
    let theme = options.theme
    let tiles = try shown.map { episode in
      TiledFilm.Tile(
        try film(of: [episode], options, hold: hold),
        label:
          "episode \(NumberText.grouped(episode.number)) · return "
          + NumberText.short(episode.return))
    }
    let tiled = try TiledFilm(tiles, columns: columns, title: title, theme: theme)
    return look.caption.isEmpty ? tiled : try FramedFilm(tiled, caption: look.caption, theme: theme)
  }

  /// The chosen episodes of two runs side by side, step by step.
  func beside(
    _ other: EpisodePictures, _ look: PictureArguments, hold: Double
  ) throws -> any FrameSource {
    var options = options
    let title = options.title
    options.title = ""
    let size = (look.size ?? 960) / 2
    options.size = size
    var otherOptions = other.options
    otherOptions.title = ""
    otherOptions.size = size
    let theme = options.theme
    let (first, second) = runNames(run, other.run)
    let count = min(episodes.count, other.episodes.count)
    let tiled = try TiledFilm(
      [
        .init(
          try self.film(of: Array(episodes.prefix(count)), options, hold: hold), label: first,
          color: theme.accent),
        .init(
          try other.film(of: Array(other.episodes.prefix(count)), otherOptions, hold: hold),
          label: second, color: theme.secondAccent),
      ], columns: 2, title: title, theme: theme)
    return look.caption.isEmpty ? tiled : try FramedFilm(tiled, caption: look.caption, theme: theme)
  }
}

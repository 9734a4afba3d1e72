import Experiments
import Film
import Pictures
import Raster
import Recordings
import Replay

/// The pictures of a run's episodes in a report, in the colours of both themes.
struct ReportedViews {
  /// The board of a grid world; nil if episodes are films.
  private(set) var board: GridParts?
  /// The view of each episode, and its frame interval.
  private(set) var views: [(every: Int, view: RunReport.View)] = []

  /// The longer side of films and of boards in pixels: boards are stored once, films frame by frame.
  private static let (filmSide, boardSide) = (400, 640)
  /// How many frames of a run are examined to choose a film's colours.
  private static let sampledFrames = 24
  /// More frames than these make a page larger without making it better.
  private static let mostFrames = 160
  /// The most moments on a board.
  private static let mostMoments = 2000

  /// Views of episodes that take at most `bytes` bytes together.
  init(
    of pictures: EpisodePictures, _ episodes: [Episode], bytes: Int,
    progress: (Double) -> Bool
  ) throws {
    func film(_ theme: Theme, _ size: Int) throws -> any FrameSource {
      try pictures.film(
        of: episodes, PictureOptions(size: size, theme: theme, showsCaption: false), hold: 0)
    }
    let light = try film(.light, Self.filmSide)
    if light is any GridFilm,
      let light = try film(.light, Self.boardSide) as? any GridFilm,
      let dark = try film(.dark, Self.boardSide) as? any GridFilm
    {
      try takeApart(light, dark, episodes)
      return
    }
    let films = try [light, film(.dark, Self.filmSide)].map { film in
      var film = film
      let palette = try Palette.sampling(&film, sparing: 1, samples: Self.sampledFrames)
      return (film: film, palette: palette)
    }
    for (index, episode) in episodes.enumerated() {
      views.append(try Self.changes(films, index, episode, bytes: bytes / episodes.count))
      guard progress(Double(index + 1) / Double(episodes.count)) else { throw RunError.cancelled }
    }
  }

  /// As many frames of an episode as fit in `bytes` bytes.
  private static func changes(
    _ films: [(film: any FrameSource, palette: Palette)], _ index: Int, _ episode: Episode,
    bytes: Int
  ) throws -> (every: Int, view: RunReport.View) {
    var every = max(1, (episode.steps + mostFrames - 1) / mostFrames)
    while true {
      let changes = try films.map { film, palette in
        var excerpt = FrameExcerpt(film, every: Double(every), of: [film.chapters[index]])
        return try FrameChanges(of: &excerpt, palette)
      }
      let size = changes.reduce(0) { $0 + $1.byteCount }
      if size <= bytes || episode.steps / every < 8 {
        return (every, .film(.init(light: changes[0], dark: changes[1])))
      }
      every *= max(2, size / bytes)
    }
  }

  private mutating func takeApart(
    _ light: any GridFilm, _ dark: any GridFilm, _ episodes: [Episode]
  ) throws {
    var light = light
    var parts = try GridParts([light.gridPainter, dark.gridPainter])
    for (index, episode) in episodes.enumerated() {
      let every = max(1, (episode.steps + Self.mostMoments - 1) / Self.mostMoments)
      let first = light.chapters[index].lowerBound
      var frames: [GridParts.Frame] = []
      var trail: [GridParts.Placement] = []
      var counts: [Int] = []
      for t in 0...episode.steps {
        let frame = try parts.frame(light.gridScene(of: first + t))
        if let step = frame.step { trail.append(step) }
        guard t.isMultiple(of: every) || t == episode.steps else { continue }
        frames.append(frame)
        counts.append(trail.count)
      }
      views.append((every, .overlay(frames, trail: trail, trailCounts: counts)))
    }
    board = parts
  }
}

package import Experiments
import Film
package import Raster
package import Recordings
package import Replay
package import Rollouts

/// Which episodes are drawn, and how.
package struct EpisodePictureOptions: Sendable {
  /// Which episodes; nil for the best, and in a film of learning for those that show it well.
  package var filter: EpisodeFilter?
  /// Only every n-th frame, and the last.
  package var every: Int?
  /// What a network looked at, laid over every frame.
  package var overlay: AttentionOverlay.Options?
  /// A line below every picture; empty for none.
  package var caption = ""
  /// The longer side in pixels; nil for the world's usual one.
  package var size: Int?
  /// Colours, title, camera and look.
  package var picture = PictureOptions()

  /// The best episode, as its world is usually drawn.
  package init() {}

  /// The colours.
  package var theme: Theme { picture.theme }
  /// A line above the picture; empty for none.
  package var title: String { picture.title }
}

/// The pictures of a recording's episodes.
package struct EpisodePictures {
  package let recording: Recording
  package let run: RunDescription
  package let plan: TrainingPlan
  /// Those that are chosen.
  package let episodes: [Episode]
  /// How they are drawn unless other options are given.
  package let options: PictureOptions
  let request: EpisodePictureOptions
  let tables: PictureTables
  private let world: any World
  private let painter: PainterEntry
  private let overlay: AttentionOverlay?

  /// The pictures of some episodes of a recording.
  package init(
    _ file: String, _ request: EpisodePictureOptions, by tables: PictureTables = .builtIn
  ) throws {
    recording = try Recording(file)
    run = try recording.description()
    plan = try tables.catalog.plan(of: run)
    world = try plan.world()
    painter = try tables.painters.entry(for: world, request.picture)
    episodes = try (request.filter ?? EpisodeFilter(.best(1))).episodes(of: recording, in: world)
    (self.request, self.tables) = (request, tables)
    let (recording, plan, world) = (recording, plan, world)
    overlay = try request.overlay.map { try AttentionOverlay($0, of: recording, plan, in: world) }
    var options = request.picture
    options.size = request.size ?? painter.usualSize
    try painter.check(options)
    if let overlay, options.title.isEmpty { options.title = overlay.title }
    self.options = options
  }

  /// A film of the chosen episodes, with what was asked for below it; `hold` is how many seconds
  /// longer an episode's last frame stays.
  package func film(hold: Double = 0) throws -> any FrameSource {
    try framed(try film(of: episodes, options, hold: hold), request)
  }

  /// A film of any episodes, in any options.
  package func film(
    of episodes: [Episode], _ options: PictureOptions, hold seconds: Double
  ) throws -> any FrameSource {
    try painter.film(
      of: world,
      FilmRequest(
        episodes, of: run, from: recording, options: options, hold: Int((seconds * 100).rounded()),
        heat: overlay?.heat))
  }
}

/// A film with as many frames, and the caption, that somebody asked for.
func framed(
  _ film: any FrameSource, _ request: EpisodePictureOptions
) throws -> any FrameSource {
  let film: any FrameSource =
    request.every.map { FrameExcerpt(film, every: Double($0)) } ?? film
  if request.caption.isEmpty { return film }
  return try FramedFilm(film, caption: request.caption, theme: request.theme)
}

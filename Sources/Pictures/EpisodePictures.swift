package import Experiments
import Film
package import Raster
package import Recordings
package import Replay
package import Rollouts

/// Which episodes are drawn, and how.
package struct EpisodePictureOptions: Sendable {
  /// The selection; nil for the best one, and in a film of learning for typical ones.
  package var filter: EpisodeFilter?
  /// Only every n-th frame, and the last.
  package var every: Int?
  /// The attention of a network, drawn over every frame.
  package var overlay: AttentionOverlay.Options?
  /// A line below every picture; empty for none.
  package var caption = ""
  /// The run's name beside another one; nil for what they differ in.
  package var label: String?
  /// The longer side in pixels; nil for the world's usual size.
  package var size: Int?
  /// Colours, title, camera and look.
  package var picture = PictureOptions()

  /// The best episode, in the usual look of its world.
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
  /// The chosen episodes.
  package let episodes: [Episode]
  /// A remark about the choice: a sentence without its full stop.
  package let remark: String?
  /// The usual options for drawing.
  package let options: PictureOptions
  let request: EpisodePictureOptions
  let tables: PictureTables
  let painters: EpisodePainters
  private let overlay: AttentionOverlay?

  /// The pictures of some episodes of a recording.
  package init(
    _ file: String, _ request: EpisodePictureOptions, by tables: PictureTables = .builtIn
  ) throws {
    recording = try Recording(file)
    run = try recording.description()
    plan = try tables.catalog.plan(of: run)
    let world = try plan.world()
    painters = try EpisodePainters(recording, in: world, request.picture, by: tables.painters)
    (episodes, remark) = try painters.choose(request.filter)
    (self.request, self.tables) = (request, tables)
    let (recording, plan) = (recording, plan)
    overlay = try request.overlay.map { try AttentionOverlay($0, of: recording, plan, in: world) }
    var options = request.picture
    options.size = request.size ?? painters.usualSize(of: episodes, options)
    try painters.check(options, for: episodes)
    if let overlay, options.title.isEmpty { options.title = overlay.title }
    self.options = options
  }

  /// A film of the chosen episodes, with the caption below it; `hold` is how many seconds
  /// longer an episode's last frame stays.
  package func film(hold: Double = 0) throws -> any FrameSource {
    try framed(try film(of: episodes, options, hold: hold), request)
  }

  /// A film of any episodes, with any options.
  package func film(
    of episodes: [Episode], _ options: PictureOptions, hold seconds: Double
  ) throws -> any FrameSource {
    try painters.film(
      FilmRequest(
        episodes, of: run, from: recording, options: options, hold: Int((seconds * 100).rounded()),
        heat: overlay?.heat))
  }
}

/// A film with the requested frames and caption.
func framed(
  _ film: any FrameSource, _ request: EpisodePictureOptions
) throws -> any FrameSource {
  let film: any FrameSource =
    request.every.map { FrameExcerpt(film, every: Double($0)) } ?? film
  if request.caption.isEmpty { return film }
  return try FramedFilm(film, caption: request.caption, theme: request.theme)
}

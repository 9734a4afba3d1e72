package import Experiments
package import Raster
import Recordings
import Replay
import Rollouts

/// The film of a recording's moments: the part of the episode around each, above the sentence that says
/// what happened.
package struct MomentPictures {
  private let pictures: EpisodePictures
  private let moments: [Moment]
  private let theme: Theme

  /// The moments of a recording that can be shown. The request's filter and caption are ignored: the moments
  /// choose the episodes, and have their own captions.
  package init(
    _ file: String, _ request: EpisodePictureOptions, by tables: PictureTables = .builtIn,
    progress: ProgressHandler = { _, _ in true }
  ) throws {
    moments = try Recording(file).moments(in: tables.catalog, progress: progress)
      .filter(\.isRecorded)
    guard !moments.isEmpty else { throw RunError.run("\(file) has no moment to show yet") }
    var request = request
    let chosen = moments.map { EpisodeSelection.numbers($0.episode...$0.episode) }
    request.filter = EpisodeFilter(.several(chosen))
    request.caption = ""
    theme = request.theme
    pictures = try EpisodePictures(file, request, by: tables)
  }

  /// How much of a longer episode is shown: the steps before a moment, and those after it.
  package static let stepsBefore = 60
  package static let stepsAfter = 20
  /// A pace that people can follow: a frame is a step of an episode that they have never seen.
  package static let framesPerSecond = 10.0
  /// The time to read one word, in hundredths of a second.
  private static let timeForWord = 25

  /// The film, with a pause at every moment and every end.
  package func film(hold seconds: Double) throws -> any FrameSource {
    let episodes = Dictionary(uniqueKeysWithValues: pictures.episodes.map { ($0.number, $0) })
    // A moment whose episode lacks the requested pixels is not shown.
    let shown = moments.compactMap { moment in
      episodes[moment.episode].map { (moment: moment, episode: $0) }
    }
    guard !shown.isEmpty else {
      throw RunError.run(
        "no moment of \(pictures.recording.path) can be shown that way", .usualLook)
    }
    let film = try pictures.film(of: shown.map(\.episode), pictures.options, hold: 0)
    let clips = zip(shown, film.chapters).map { Self.clip($0.0.moment, in: $0.1) }
    return try FramedFilm(
      ClipFilm(film, clips, pause: Int((seconds * 100).rounded())),
      // Pictures use true minus signs.
      captions: shown.map { $0.moment.sentence.replacing(" -", with: " −") }, theme: theme)
  }

  /// The part of an episode's film that shows a moment: all of a short episode. Frame t shows the state in which
  /// step t is taken, and the next one its result.
  private static func clip(_ moment: Moment, in episode: Range<Int>) -> ClipFilm.Clip {
    let highlight = min(episode.lowerBound + moment.t + 1, episode.upperBound - 1)
    let around = max(0, highlight - stepsBefore)..<highlight + stepsAfter + 1
    let frames = episode.count <= around.count ? episode : around.clamped(to: episode)
    let words = moment.sentence.split(separator: " ").count
    return .init(frames: frames, highlight: highlight, opening: words * timeForWord)
  }
}

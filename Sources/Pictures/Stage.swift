import Experiments
import Film
package import Raster
package import Recordings
package import Replay
package import Rollouts

/// The pictures of a recording: any moment of any of its episodes, drawn on request.
///
/// The films of the last shown episodes stay open, so that neighbouring moments are found
/// quickly. Not thread-safe.
package final class Stage {
  package let recording: Recording
  package let run: RunDescription
  private let tables: PictureTables
  /// Nil if the recording is of texts.
  private let world: (any World)?
  private var open: [Open] = []

  /// The canvas for frames: one for all films, because frames are large.
  private var pictures: LivePictures?

  /// An open film.
  private struct Open {
    var key: Key
    var episode: Episode
    var film: any FrameSource
  }

  private struct Key: Equatable {
    var episode: Int
    var options: PictureOptions
    var withAttention: Bool
  }

  /// A film whose painter fits all episodes up to a number.
  private var painted: (options: PictureOptions, newest: Int, film: any PaintedFilm)?

  /// How many films stay open.
  private static let mostOpen = 4

  /// The stage of a recording of a world, or of generated texts.
  package init(_ file: String, by tables: PictureTables = .builtIn) throws {
    recording = try Recording(file)
    run = try recording.description()
    world = run.isOfText ? nil : try tables.catalog.plan(of: run).world()
    self.tables = tables
  }

  /// The picture after `t` steps of an episode, as a PNG file; optionally with the attention of the policy at
  /// the last checkpoint before the episode.
  package func png(
    episode number: Int, t: Int, _ options: PictureOptions, withAttention: Bool = false
  ) throws -> [UInt8] {
    let key = Key(episode: number, options: options, withAttention: withAttention)
    let place = try openFilm(key, through: t)
    guard t < open[place].film.frameCount else {
      throw RunError.request("episode \(number) has \(open[place].film.frameCount - 1) steps")
    }
    let (width, height) = (open[place].film.width, open[place].film.height)
    var pictures =
      try self.pictures.take()
      .flatMap { $0.canvas.width == width && $0.canvas.height == height ? $0 : nil }
      ?? LivePictures(width: width, height: height)
    try open[place].film.draw(t, onto: pictures.canvas)
    let png = pictures.png()
    self.pictures = pictures
    return png
  }

  /// The index of an open film of an episode; the newest is last.
  private func openFilm(_ key: Key, through t: Int) throws -> Int {
    if let place = open.firstIndex(where: { $0.key == key }) {
      let known = open.remove(at: place)
      // A running episode has grown.
      if t <= known.episode.steps {
        open.append(known)
        return open.count - 1
      }
    }
    let episode = try recording.episode(key.episode)
    let film = try film(of: episode, key.options, withAttention: key.withAttention)
    if open.count >= Self.mostOpen { open.removeFirst() }
    open.append(Open(key: key, episode: episode, film: film))
    return open.count - 1
  }

  /// A film of an episode.
  package func film(
    of episode: Episode, _ options: PictureOptions, hold: Double = 0, withAttention: Bool = false
  ) throws -> any FrameSource {
    guard let world else {
      var request = EpisodePictureOptions()
      request.filter = EpisodeFilter(.numbers(episode.number...episode.number))
      (request.picture, request.size) = (options, options.size)
      guard let texts = try TextPictures(recording.path, request) else {
        throw TrainingText("", name: "", purpose: run.purpose).hasNoWorld
      }
      return try texts.film(hold: hold)
    }
    // Captions are as wide as the longest one that is shown.
    let isReused = hold == 0 && !options.showsCaption && !withAttention
    if isReused, let painted, painted.options == options, episode.number <= painted.newest {
      return painted.film.film(of: episode)
    }
    let painters = try EpisodePainters(recording, in: world, options, by: tables.painters)
    try painters.check(options, for: [episode])
    var request = FilmRequest(
      [episode], of: run, from: recording, options: options, hold: Int((hold * 100).rounded()))
    if withAttention {
      let overlay = AttentionOverlay.Options(moment: .step(episode.firstStep))
      request.heat =
        try AttentionOverlay(overlay, of: recording, tables.catalog.plan(of: run), in: world).heat
    }
    let film = try painters.film(request)
    if isReused, painters.drawsAny(episode), let film = film as? any PaintedFilm {
      painted = (options, try recording.newestEpisode(), film)
    }
    return film
  }
}

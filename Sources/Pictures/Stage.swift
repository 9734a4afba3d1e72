import Experiments
package import Raster
package import Recordings
package import Replay
package import Rollouts

/// The stage of a recording: the picture of any moment of any of its episodes, drawn when somebody looks.
///
/// The films of the last episodes that were looked at stay open, so that moments near one another are found
/// quickly. Not for two threads at once.
package final class Stage {
  package let recording: Recording
  package let run: RunDescription
  private let tables: PictureTables
  /// Nil where the recording is of texts.
  private let world: (any World)?
  private var open: [(key: Key, film: any FrameSource, episode: Episode)] = []

  private struct Key: Equatable {
    var episode: Int
    var options: PictureOptions
  }

  /// How many films stay open.
  private static let mostOpen = 6

  /// The stage of a recording of a world, or of generated texts.
  package init(_ file: String, by tables: PictureTables = .builtIn) throws {
    recording = try Recording(file)
    run = try recording.description()
    world = run.isOfText ? nil : try tables.catalog.plan(of: run).world()
    self.tables = tables
  }

  /// The picture after `t` steps of an episode.
  package func canvas(
    episode number: Int, t: Int, _ options: PictureOptions
  ) throws -> Canvas {
    let place = try film(of: number, through: t, options)
    var film = open[place].film
    // Given back below; while it is here too, drawing would copy it.
    open[place].film = NoFilm()
    defer { open[place].film = film }
    guard t < film.frameCount else {
      throw RunError.request("episode \(number) has \(film.frameCount - 1) steps")
    }
    let canvas = try Canvas(width: film.width, height: film.height)
    try film.draw(t, onto: canvas)
    return canvas
  }

  /// The place of an open film of an episode, the newest last.
  private func film(of number: Int, through t: Int, _ options: PictureOptions) throws -> Int {
    let key = Key(episode: number, options: options)
    if let place = open.firstIndex(where: { $0.key == key }) {
      let known = open.remove(at: place)
      // An episode that is being played has gone on.
      if t <= known.episode.steps {
        open.append(known)
        return open.count - 1
      }
    }
    let episode = try recording.episode(number)
    let film = try film(of: episode, options)
    if open.count >= Self.mostOpen { open.removeFirst() }
    open.append((key, film, episode))
    return open.count - 1
  }

  /// A film of an episode.
  package func film(
    of episode: Episode, _ options: PictureOptions, hold: Double = 0
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
    let painters = try EpisodePainters(recording, in: world, options, by: tables.painters)
    try painters.check(options, for: [episode])
    return try painters.film(
      FilmRequest(
        [episode], of: run, from: recording, options: options, hold: Int((hold * 100).rounded())))
  }
}

/// Stands where a film is being drawn.
private struct NoFilm: FrameSource {
  var frameCount: Int { 0 }
  var width: Int { 0 }
  var height: Int { 0 }
  func draw(_ frame: Int, onto canvas: Canvas) {}
}

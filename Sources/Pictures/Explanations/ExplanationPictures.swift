package import Experiments
import Film
import Platform
package import Raster
package import Recordings
import Replay
import Rollouts
import Trainers

extension PictureTables {
  /// An explained step of a recording as a picture; `size` is its width in pixels.
  package func figure(
    of explanation: Explanation, in recording: Recording, size: Int? = nil, theme: Theme = .light
  ) throws -> any ExplanationFigure {
    let run = try recording.description()
    switch explanation {
    case .table(let table):
      let neighbourhood = try neighbourhood(of: table, in: recording, run)
      let frame =
        neighbourhood == nil
        ? try worldFrame(of: recording, at: table.place, size: 640, theme) : nil
      return TableFigure(table, neighbourhood, frame: frame, size: size, theme: theme)
    case .dqn(let dqn):
      let shown = DQNFigure.rows(of: dqn).map(\.step)
      return DQNFigure(
        dqn, frame: try worldFrame(of: recording, at: dqn.place, size: 480, theme),
        thumbnails: try thumbnails(of: recording, at: shown, theme), size: size, theme: theme)
    case .ppo(let ppo):
      return PPOFigure(
        ppo, frame: try worldFrame(of: recording, at: ppo.place, size: 480, theme), size: size,
        theme: theme)
    case .batch(let batch): return LanguageFigure(batch, size: size, theme: theme)
    case .token(let token): return LanguageFigure(token, size: size, theme: theme)
    case .transition(let transition):
      return PartsFigure(
        transition, frame: try worldFrame(of: recording, at: transition.place, size: 640, theme),
        size: size, theme: theme)
    }
  }

  /// Small pictures of the states of some steps.
  private func thumbnails(
    of recording: Recording, at steps: [Int], _ theme: Theme
  ) throws -> [Int: Canvas] {
    var pictures: [Int: Canvas] = [:]
    for step in steps where pictures[step] == nil {
      guard let row = try recording.steps(in: step..<step + 1).first else { continue }
      pictures[step] = try worldFrame(
        of: recording, episode: row.episode, t: row.t, size: 192, theme)
    }
    return pictures
  }

  private func neighbourhood(
    of table: TableExplanation, in recording: Recording, _ run: RunDescription
  ) throws -> Neighbourhood? {
    guard let layout = table.names.layout else { return nil }
    let maps = try learnedMaps(of: recording).maps(at: [table.place.step, table.place.step + 1])
    return Neighbourhood(
      before: try maps.map(0), after: try maps.map(1), layout, state: table.state, next: table.next)
  }

  /// The world at the moment when a step was taken.
  func worldFrame(
    of recording: Recording, at place: ExplainedStep, size: Int, _ theme: Theme
  ) throws -> Canvas? {
    guard let number = place.episode, let t = place.t else { return nil }
    return try worldFrame(of: recording, episode: number, t: t, size: size, theme)
  }

  private func worldFrame(
    of recording: Recording, episode number: Int, t: Int, size: Int, _ theme: Theme
  ) throws -> Canvas {
    var options = PictureOptions(size: size, theme: theme, showsCaption: false)
    let world = try catalog.plan(of: recording.description()).world()
    let painters = try EpisodePainters(recording, in: world, options, by: self.painters)
    let episode = try recording.episode(number)
    options.size = min(size, PictureOptions.sizes.upperBound)
    var film = try painters.film(
      FilmRequest([episode], of: recording.description(), from: recording, options: options))
    let canvas = try Canvas(
      width: film.width, height: film.height, background: theme.background)
    try film.draw(min(t, film.frameCount - 1), onto: canvas)
    return canvas
  }
}

/// A file for an explanation: a picture, or a film of how it builds up.
package struct ExplanationFile {
  private let path: String
  private let options: FilmFile.Options

  /// A file at a path, whose ending selects the format.
  package init(_ path: String, replacing: Bool) {
    self.path = path
    options = {
      var options = FilmFile.Options()
      options.force = replacing
      return options
    }()
  }

  /// Whether it is a film.
  private var isFilm: Bool { ["gif", "mp4", "webm"].contains(Files.ending(path)) }

  /// Writes a figure.
  package func write(
    _ figure: any ExplanationFigure, progress: (_ frames: Int, _ of: Int) throws -> Void
  ) throws {
    guard isFilm else {
      return try DrawingFile(path, replacing: options.force).write(figure)
    }
    let file = try FilmFile(path, options)
    let rate = 20.0
    _ = try file.write(
      ExplanationFilm(figure: figure, framesPerSecond: rate), framesPerSecond: rate,
      progress: progress)
  }
}

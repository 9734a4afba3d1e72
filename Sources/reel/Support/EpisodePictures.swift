import Film
import Raster
import Recordings
import Replay
import Rollouts
import Worlds

/// The pictures of a recording's episodes.
struct EpisodePictures {
  let recording: Recording
  let run: RunDescription
  let world: KnownWorld
  /// Those that are chosen.
  let episodes: [Episode]
  /// How they look unless told otherwise.
  let options: PictureOptions
  private let caption: String
  private let every: Int?
  private let overlay: AttentionOverlay?

  init(_ file: String, _ look: PictureArguments) throws {
    recording = try Recording(file)
    run = try recording.description()
    world = try RunPlan(run).world
    episodes = try look.choice.episodes(of: recording, world)
    every = look.every
    caption = look.caption
    let (recording, world) = (recording, world)
    overlay = try look.overlay.map { try AttentionOverlay($0, of: recording, world) }
    var options = try look.options(for: world)
    if let overlay, options.title.isEmpty { options.title = overlay.title }
    self.options = options
  }

  /// A film of the chosen episodes, with what was asked for below it; `hold` is how many seconds
  /// longer an episode's last frame stays.
  func film(hold: Double = 0) throws -> any FrameSource {
    var source = try film(of: episodes, options, hold: hold)
    if let every { source = FrameExcerpt(source, every: Double(every)) }
    guard !caption.isEmpty else { return source }
    return try FramedFilm(source, caption: caption, theme: options.theme)
  }

  /// A film of any episodes, in any looks.
  func film(
    of episodes: [Episode], _ options: PictureOptions, hold seconds: Double
  ) throws -> any FrameSource {
    let hold = Int((seconds * 100).rounded())
    let facts = CaptionFacts(
      world: name, trainer: run.trainer,
      lastEpisode: episodes.map(\.number).max() ?? 0, mostSteps: episodes.map(\.steps).max() ?? 0)
    func film<S: Stage, P: Painter>(stage: S, painter: P) -> any FrameSource
    where S.Scene == P.Scene {
      let recording = recording
      let recorded = Dictionary(uniqueKeysWithValues: episodes.map { ($0.number, $0) })
      return EpisodeFilm(
        stage: stage, painter: painter,
        episodes: episodes.map {
          ReplayEpisode(number: $0.number, steps: $0.steps, ending: $0.ending)
        }, hold: hold
      ) { episode in
        guard let known = recorded[episode.number] else { return { nil } }
        return recording.reader(of: known)
      }
    }
    switch world {
    case .grid(let world):
      return film(
        stage: GridStage(world, seed: run.seed),
        painter: try GridPainter(world, facts: facts, options: options))
    case .crawler(let world):
      return film(
        stage: CrawlerStage(world),
        painter: try CrawlerPainter(world, facts: facts, options: options))
    case .city(let world):
      return film(
        stage: CityStage(world, lapsBefore: try lapsBefore(stepLimit: world.stepLimit)),
        painter: try CityPainter(world, facts: facts, options: options))
    case .snake(let world):
      return film(
        stage: SnakeStage(world),
        painter: try SnakePainter(world, facts: facts, options: options))
    case .breakout(let world):
      return film(
        stage: BreakoutStage(world, heat: overlay?.heat),
        painter: try BreakoutPainter(world, facts: facts, options: options))
    case .reacher:
      return film(
        stage: ReacherStage(), painter: try ReacherPainter(facts: facts, options: options))
    }
  }

  /// How many laps were done before each episode that is drawn: a lap is what ends an episode early.
  private func lapsBefore(stepLimit: Int) throws -> [Int: Int] {
    var laps = 0
    var before: [Int: Int] = [:]
    for episode in try recording.episodes() {
      before[episode.number] = laps
      if episode.ending == .truncated, episode.steps < stepLimit { laps += 1 }
    }
    return before
  }

  /// The map's name where the strip has room for it, else its kind and size.
  private var name: String {
    let name = run.world.mapName
    // A city's name stands above its map.
    if case .city = world, !name.isEmpty { return name }
    guard name.isEmpty || name.count > 11 else { return name }
    guard let map = world.grid?.map else { return run.world.name }
    return "\(run.world.name) \(map.rows)×\(map.columns)"
  }
}

/// Shows a bar while frames are made, and stops at Ctrl-C without a trace.
func withProgress<Result>(
  _ title: String, frames: Int, _ console: Console, _ body: ((Int) throws -> Void) throws -> Result
) throws -> Result {
  Interruption.watch()
  var bar = ProgressBar(title, console)
  defer { bar.finish() }
  return try body { done in
    bar.update(Double(done) / Double(max(1, frames)), "\(done) of \(frames) frames")
    if Interruption.isRequested {
      throw Failure(code: .stopped, sentence: "stopped; nothing was written")
    }
  }
}

extension FilmReport {
  /// Tells what was made: the path as the result, the rest for people.
  func print(_ console: Console) {
    if console.isJSON {
      console.print(
        [
          "file": .string(path), "frames": .integer(frames), "bytes": .integer(bytes),
          "colors": colors.map(JSON.integer) ?? .null,
          "greatest_error": isLossy ? .null : .integer(greatestError),
          "seconds": duration.map(JSON.number) ?? .null,
        ])
      return
    }
    console.print(path)
    let length = duration.map { ", \(reel.duration($0))" } ?? ""
    let palette = colors.map { ", \($0) colours" } ?? ""
    let error = greatestError > 0 ? ", at most \(greatestError)/255 off" : ""
    console.note("\(frames) frames, \(reel.size(bytes))\(length)\(palette)\(error)")
  }
}

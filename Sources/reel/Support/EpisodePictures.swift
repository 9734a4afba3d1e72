import Film
import Raster
import Recordings
import Replay
import Rollouts
import Worlds

/// The options of every verb that draws episodes.
struct PictureArguments {
  let selection: EpisodeSelection
  let episodeText: String
  let every: Int?
  let overlay: AttentionOverlay.Wish?
  private let chosen: PictureOptions
  private let size: Int?

  init(_ arguments: inout Arguments) throws {
    episodeText =
      try arguments.option(
        "--episode", value: "WHICH",
        help: "first, last, best, worst, median, all, N, A-B, comma-separated (default best)")
      ?? "best"
    selection = try episodeSelection(episodeText)
    every = try arguments.count(
      "--every", in: 1...1_000_000, help: "show only every Nth frame, and the last")
    size = try arguments.count(
      "--size", in: PictureOptions.sizes,
      help: "longer side in pixels (default 480; 720 of cities, Snake and Breakout)")
    let camera = try arguments.option(
      "--camera", value: "NAME", choices: PictureOptions.Camera.allCases.map(\.rawValue),
      help: "see a city whole (default), or follow the car")
    let theme = try themeOption(&arguments)
    let look = try arguments.option(
      "--look", value: "NAME", choices: PictureOptions.Look.allCases.map(\.rawValue),
      help: "Breakout drawn (default), or as its characters")
    overlay = try AttentionOverlay.Wish(&arguments)
    let title = try arguments.option("--title", value: "TEXT", help: "a line above the picture")
    let hasNoCaption = arguments.flag("--no-caption", help: "leave out the strip at the bottom")
    chosen = PictureOptions(
      theme: theme, title: title ?? "", showsCaption: !hasNoCaption,
      camera: camera.flatMap(PictureOptions.Camera.init(rawValue:)) ?? .whole,
      look: look.flatMap(PictureOptions.Look.init(rawValue:)) ?? .arcade)
  }

  /// The looks of a world's pictures.
  func options(for world: KnownWorld) throws -> PictureOptions {
    var options = chosen
    switch world {
    case .city, .snake, .breakout: options.size = size ?? CityPainter.usualSize
    case .grid, .crawler, .reacher: options.size = size ?? options.size
    }
    if case .city = world { return options }
    if options.camera != .whole { throw Failure.usage("only a city has a camera that follows") }
    return options
  }

  /// Where pictures go that nobody named: `output/maze-best`.
  func defaultOutput(_ file: String) -> String {
    "output/\(stem(file))-\(episodeText.replacing(",", with: "-").replacing(" ", with: ""))"
  }
}

/// `--theme`, for every verb that draws.
func themeOption(_ arguments: inout Arguments) throws -> Theme {
  let name = try arguments.option(
    "--theme", value: "NAME", choices: Theme.all.map(\.name), help: "the colours")
  return name.flatMap(Theme.named) ?? .light
}

/// The pictures of some of a recording's episodes.
struct EpisodePictures {
  private let recording: Recording
  private let world: KnownWorld
  private let run: RunDescription
  private let episodes: [Episode]
  private var options: PictureOptions
  private let hold: Int
  private let every: Int?
  private let overlay: AttentionOverlay?

  /// `hold` is how many seconds longer an episode's last frame stays.
  init(_ file: String, _ look: PictureArguments, hold: Double = 0) throws {
    recording = try Recording(file)
    run = try recording.description()
    world = try RunPlan(run).world
    episodes = try recording.episodes(look.selection, withSteps: true)
    options = try look.options(for: world)
    every = look.every
    let (recording, world) = (recording, world)
    overlay = try look.overlay.map { try AttentionOverlay($0, of: recording, world) }
    self.hold = Int((hold * 100).rounded())
    if let overlay, options.title.isEmpty { options.title = overlay.title }
  }

  /// Hands a film of the episodes to `body`, with the number of its frames.
  @discardableResult
  mutating func film<Result>(
    _ body: (inout any FrameSource, Int) throws -> Result
  ) throws -> Result {
    let facts = CaptionFacts(
      world: caption, trainer: run.trainer,
      lastEpisode: episodes.map(\.number).max() ?? 0, mostSteps: episodes.map(\.steps).max() ?? 0)
    var source =
      switch world {
      case .grid(let world):
        film(
          stage: GridStage(world, seed: run.seed),
          painter: try GridPainter(world, facts: facts, options: options))
      case .crawler(let world):
        film(
          stage: CrawlerStage(world),
          painter: try CrawlerPainter(world, facts: facts, options: options))
      case .city(let world):
        film(
          stage: CityStage(world, lapsBefore: try lapsBefore(stepLimit: world.stepLimit)),
          painter: try CityPainter(world, facts: facts, options: options))
      case .snake(let world):
        film(
          stage: SnakeStage(world),
          painter: try SnakePainter(world, facts: facts, options: options))
      case .breakout(let world):
        film(
          stage: BreakoutStage(world, heat: overlay?.heat),
          painter: try BreakoutPainter(world, facts: facts, options: options))
      case .reacher:
        film(stage: ReacherStage(), painter: try ReacherPainter(facts: facts, options: options))
      }
    if let every { source = FrameExcerpt(source, every: every) }
    return try body(&source, source.frameCount)
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
  private var caption: String {
    let name = run.world.mapName
    // A city's name stands above its map.
    if case .city = world, !name.isEmpty { return name }
    guard name.isEmpty || name.count > 11 else { return name }
    guard let map = world.grid?.map else { return run.world.name }
    return "\(run.world.name) \(map.rows)×\(map.columns)"
  }

  private func film<S: Stage, P: Painter>(stage: S, painter: P) -> any FrameSource
  where S.Scene == P.Scene {
    let (recording, recorded) = (
      recording, Dictionary(uniqueKeysWithValues: episodes.map { ($0.number, $0) })
    )
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
          "colors": colors.map(JSON.integer) ?? .null, "greatest_error": .integer(greatestError),
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

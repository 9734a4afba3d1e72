import Raster
import Replay
import Worlds

/// The options of every verb that draws episodes.
struct PictureArguments {
  let choice: EpisodeChoice
  let every: Int?
  let overlay: AttentionOverlay.Wish?
  /// A line below every picture; empty for none.
  let caption: String
  let size: Int?
  private let chosen: PictureOptions

  init(_ arguments: inout Arguments) throws {
    choice = try EpisodeChoice(&arguments, usual: "best")
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
    caption =
      try arguments.option("--caption", value: "TEXT", help: "a line below the picture") ?? ""
    let hasNoCaption = arguments.flag("--no-caption", help: "leave out the strip of facts")
    chosen = PictureOptions(
      theme: theme, title: title ?? "", showsCaption: !hasNoCaption,
      camera: camera.flatMap(PictureOptions.Camera.init(rawValue:)) ?? .whole,
      look: look.flatMap(PictureOptions.Look.init(rawValue:)) ?? .arcade)
  }

  var theme: Theme { chosen.theme }
  var title: String { chosen.title }

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

  /// The looks of a text's pictures.
  func textOptions() throws -> PictureOptions {
    var options = chosen
    options.size = size ?? 720
    if options.camera != .whole { throw Failure.usage("only a city has a camera that follows") }
    if options.look != .arcade || overlay != nil {
      throw Failure.usage("--look and --overlay are for Breakout")
    }
    return options
  }

  /// Where pictures go that nobody named: `output/maze-best`.
  func defaultOutput(_ file: String) -> String {
    "output/\(stem(file))-\(choice.name.replacing(",", with: "-").replacing(" ", with: ""))"
  }
}

/// `--theme`, for every verb that draws.
func themeOption(_ arguments: inout Arguments) throws -> Theme {
  let name = try arguments.option(
    "--theme", value: "NAME", choices: Theme.all.map(\.name), help: "the colours")
  return name.flatMap(Theme.named) ?? .light
}

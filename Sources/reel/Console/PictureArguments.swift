import Experiments
import Pictures
import Platform
import Raster
import Replay

/// The options of every verb that draws episodes.
struct PictureArguments {
  let options: EpisodePictureOptions
  private let episodes: EpisodeArguments

  init(_ arguments: inout Arguments) throws {
    var options = EpisodePictureOptions()
    let painters = PainterTable.builtIn
    episodes = try EpisodeArguments(&arguments, usual: "best")
    options.filter = episodes.filter
    options.every = try arguments.count(
      "--every", in: 1...1_000_000, help: "show only every Nth frame, and the last")
    options.size = try arguments.count(
      "--size", in: PictureOptions.sizes,
      help: "longer side in pixels (default 480; 720 for cities, Snake, Breakout and charts; "
        + "recorded pixels keep their size or a whole multiple of it)")
    let camera = try arguments.option(
      "--camera", value: "NAME", choices: painters.cameras,
      help: "show the whole city (default), or follow the car")
    options.picture.theme = try Theme(&arguments)
    let look = try arguments.option(
      "--look", value: "NAME", choices: painters.looks,
      help: "Breakout as characters, another program's world as charts or recorded pixels")
    if let pair = try arguments.option(
      "--fields", value: "X,Y", help: "for charts: the two numbers that are drawn as a path")
    {
      options.picture.fields = pair.split(separator: ",").map(String.init)
      guard options.picture.fields.count == 2 else {
        throw Failure.usage("--fields takes two names, such as x,theta")
      }
    }
    options.overlay = try Self.overlay(&arguments)
    options.picture.title =
      try arguments.option("--title", value: "TEXT", help: "a line above the picture") ?? ""
    options.caption =
      try arguments.option("--caption", value: "TEXT", help: "a line below the picture") ?? ""
    options.picture.showsCaption = !arguments.flag(
      "--no-caption", help: "leave out the strip of facts")
    if let camera { options.picture.camera = PictureOptions.Camera(rawValue: camera) }
    options.picture.look = look.map(PictureOptions.Look.init(rawValue:))
    self.options = options
  }

  private static func overlay(_ arguments: inout Arguments) throws -> AttentionOverlay.Options? {
    let overlay = try arguments.option(
      "--overlay", value: "WHAT", choices: ["attention"],
      help: "show what a GPT policy looked at before it decided")
    let head = try arguments.count(
      "--head", in: 1...64, help: "for the overlay: one head (default: their mean)")
    let checkpoint = try arguments.option(
      "--checkpoint", value: "STEP",
      help: "for the overlay: the policy at a step, N%, last (default) or best")
    guard overlay != nil else {
      guard head == nil && checkpoint == nil else {
        throw Failure.usage("--head and --checkpoint need --overlay attention")
      }
      return nil
    }
    return AttentionOverlay.Options(
      head: head, moment: try RecordedMoment(option: "--checkpoint", checkpoint))
  }

  /// The default place of pictures: `output/maze-best`.
  func defaultOutput(_ file: String) -> String {
    let name = episodes.name.replacing(",", with: "-").replacing(" ", with: "")
    return "output/\(Files.stem(file))-\(name)"
  }
}

extension Theme {
  /// `--theme`, for every verb that draws.
  init(_ arguments: inout Arguments) throws {
    let name = try arguments.option(
      "--theme", value: "NAME", choices: Theme.all.map(\.name), help: "the colours")
    self = name.flatMap(Theme.named) ?? .light
  }
}

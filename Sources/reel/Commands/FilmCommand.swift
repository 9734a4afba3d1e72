import Film
import Pictures
import Platform
import Raster
import Replay

/// Makes a film of episodes, or of a folder of pictures.
struct FilmCommand: Command {
  static let name = "film"
  static let summary = "make a GIF, animated PNG or video of episodes, or of a folder of PNG frames"
  static let group = CommandGroup.draw
  static let examples = [
    "reel film recordings/maze.sqlite --episode first,best -o output/maze.gif",
    "reel film recordings/lake.sqlite --where 'success and steps < 20' -o output/lake.mp4",
    "reel film recordings/snake.sqlite --failures --episode last --speed 2 -o output/snake.webm",
    "reel film recordings/maze.sqlite --learning -o output/maze-learning.mp4",
    "reel film recordings/maze.sqlite --compare recordings/fork.sqlite --learning -o output/both.mp4",
    "reel film recordings/maze.sqlite --moments -o output/maze-moments.gif",
    "reel film recordings/maze.sqlite --episode all --grid 3x3 -o output/maze-grid.gif",
    "reel film output/maze-best -o output/maze-best.gif --fps 10",
  ]

  private let source: String
  private let look: PictureArguments
  private let output: String?
  private let options: FilmFile.Options
  private let isLearning: Bool
  private let isOfMoments: Bool
  private let other: String?
  private let labels: [String]
  private let grid: (columns: Int, rows: Int)?

  init(_ arguments: inout Arguments) throws {
    source = try arguments.positional("SOURCE", help: "a recording, or a folder of PNG frames")
    output = try arguments.option(
      "-o", "--output", value: "FILE",
      help: "a .gif, .png (animated), .mp4, .webm, or a folder for PNG frames "
        + "(default output/RUN-EPISODES.gif)")
    look = try PictureArguments(&arguments)
    isLearning = arguments.flag(
      "--learning",
      help:
        "a film of the run's learning, 1280 wide: the first episode and one each of early, middle "
        + "and late training, beside the growing curve and the growing map of what was learned"
    )
    isOfMoments = arguments.flag(
      "--moments",
      help:
        "a film of the steps that reel moments lists: the part of the episode around each, "
        + "above a sentence that says what happened")
    other = try arguments.option(
      "--compare", value: "FILE", help: "a second recording, side by side on one clock")
    labels = try arguments.repeatedOption(
      "--label", value: "TEXT",
      help: "with --compare: a recording's name, given once for each (default: what differs)")
    if !labels.isEmpty, labels.count != (other == nil ? 0 : 2) {
      throw Failure.usage("--label names the recordings of --compare, and is given once for each")
    }
    grid = try arguments.option(
      "--grid", value: "CxR", help: "several episodes at once, in columns and rows, such as 3x3"
    ).map(Self.grid)
    if grid != nil, isLearning || other != nil {
      throw Failure.usage("--grid shows one run's episodes, without --learning and --compare")
    }
    if isOfMoments {
      if look.options.filter != nil || isLearning || other != nil || grid != nil {
        throw Failure.usage(
          "--moments chooses the episodes itself, from one run, one after the other")
      }
      if !look.options.caption.isEmpty {
        throw Failure.usage("--moments writes its own captions")
      }
    }
    if look.options.every != nil, isOfMoments || isLearning || other != nil || grid != nil {
      throw Failure.usage("--every is for a film of episodes one after the other")
    }
    var options = try FilmFile.Options(&arguments)
    if isOfMoments {
      options.framesPerSecond = options.framesPerSecond ?? MomentPictures.framesPerSecond
    }
    self.options = options
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    let isFolder = Files.isFolder(source)
    let path = output ?? (isFolder ? "output/\(Files.stem(source))" : defaultName) + ".gif"
    let file = try FilmFile(path, options)
    let film = isFolder ? try folder() : isLearning ? nil : try recording(console)
    let outcome = try console.filming("filming \(path)") { progress in
      if let film { return try file.write(film, progress: progress) }
      let rate = try file.smoothRate()
      return try file.write(
        learning(framesPerSecond: rate), framesPerSecond: rate, progress: progress)
    }
    outcome.print(console)
    return .done
  }

  /// The default name of a recording's film.
  private var defaultName: String {
    if isLearning { return "output/\(Files.stem(source))-learning" }
    if isOfMoments { return "output/\(Files.stem(source))-moments" }
    if let other { return "output/\(Files.stem(source))-and-\(Files.stem(other))" }
    return look.defaultOutput(source) + (grid == nil ? "" : "-grid")
  }

  private func folder() throws -> any FrameSource {
    let look = look.options
    if look.filter != nil || isLearning || isOfMoments || other != nil || grid != nil {
      throw Failure.usage("a folder of frames has no episodes to choose from")
    }
    let pictures = try PictureFolder(source)
    let film: any FrameSource =
      look.every.map { FrameExcerpt(pictures, every: Double($0)) } ?? pictures
    if look.title.isEmpty && look.caption.isEmpty { return film }
    return try FramedFilm(film, title: look.title, caption: look.caption, theme: look.theme)
  }

  private func recording(_ console: Console) throws -> any FrameSource {
    if isOfMoments {
      let moments = try console.withBar("looking for moments") {
        try MomentPictures(source, look.options, progress: $0)
      }
      return try moments.film(hold: options.hold)
    }
    if grid == nil, other == nil, let texts = try TextPictures(source, look.options) {
      return try texts.film(hold: options.hold)
    }
    let pictures = try EpisodePictures(source, look(of: 0))
    if let remark = pictures.remark { console.note(remark) }
    if let grid {
      return try pictures.grid(rows: grid.rows, columns: grid.columns, hold: options.hold)
    }
    guard let other else { return try pictures.film(hold: options.hold) }
    return try pictures.beside(EpisodePictures(other, look(of: 1)), hold: options.hold)
  }

  /// How one of the recordings is drawn.
  private func look(of number: Int) -> EpisodePictureOptions {
    var options = look.options
    if !labels.isEmpty { options.label = labels[number] }
    return options
  }

  private func learning(framesPerSecond: Double) throws -> any FrameSource {
    let pace = LearningFilm.Pace(
      framesPerSecond: framesPerSecond, speed: options.speed ?? 1, hold: options.hold)
    return try LearningPictures(
      EpisodePictures(source, look(of: 0)),
      comparedWith: other.map { try EpisodePictures($0, look(of: 1)) }, pace: pace
    ).film()
  }

  /// Parses `3x2` as columns and rows.
  private static func grid(_ text: String) throws -> (columns: Int, rows: Int) {
    let sides = text.lowercased().split { $0 == "x" || $0 == "×" }.map { Int($0) ?? 0 }
    guard sides.count == 2, sides.allSatisfy({ (1...12).contains($0) }) else {
      throw Failure.usage("--grid takes columns and rows up to 12, such as 3x3, not '\(text)'")
    }
    return (sides[0], sides[1])
  }
}

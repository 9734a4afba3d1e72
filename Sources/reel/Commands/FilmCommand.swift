import Film
import Raster
import Recordings

/// Makes a film of episodes, or of a folder of pictures.
struct FilmCommand: Command {
  static let name = "film"
  static let summary = "make a GIF of episodes, or of a folder of PNG frames"
  static let group = CommandGroup.draw
  static let examples = [
    "reel film recordings/maze.sqlite --episode first,best -o output/maze.gif",
    "reel film output/maze-best -o output/maze-best.gif --fps 10",
  ]

  private let source: String
  private let look: PictureArguments
  private let output: String?
  private let framesPerSecond: Double?
  private let most: Int
  private let hold: Double
  private let playsOnce: Bool
  private let force: Bool

  init(_ arguments: inout Arguments) throws {
    source = try arguments.positional("SOURCE", help: "a recording, or a folder of PNG frames")
    look = try PictureArguments(&arguments)
    output = try arguments.option(
      "-o", "--output", value: "FILE.gif", help: "default output/RUN-EPISODES.gif")
    framesPerSecond = try arguments.number(
      "--fps", value: "N", in: 0.01...50,
      help: "frames a second; GIFs know 50, 33.3, 25, 20, … only (default by length)")
    most =
      try arguments.count(
        "--most", in: 2...10_000_000,
        help:
          "frames; of longer episodes only every 2nd, 3rd … is shown (default \(Self.usualMost))")
      ?? Self.usualMost
    hold =
      try arguments.number(
        "--hold", value: "SECONDS", in: 0...60, help: "how long an episode's end stays (default 1)")
      ?? 1
    playsOnce = arguments.flag("--once", help: "play once instead of for ever")
    force = arguments.flag("--force", help: "overwrite")
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    let path =
      output
      ?? (FilePaths.isFolder(source)
        ? "output/\(stem(source)).gif" : look.defaultOutput(source) + ".gif")
    guard ending(path) == "gif" else {
      throw Failure.usage("'\(path)' does not end in .gif", "films are GIFs")
    }
    if FilePaths.isFolder(source) {
      var folder = try PictureFolder(source)
      try write(&folder, to: path, console)
      return .done
    }
    var pictures = try EpisodePictures(source, look, hold: hold)
    try pictures.film { source, frames in
      guard frames > most else { return try write(&source, to: path, console) }
      let every = (frames - 1 + most - 2) / (most - 1)
      console.note(
        "\(count(frames)) frames: every \(every)\(every == 2 ? "nd" : every == 3 ? "rd" : "th") "
          + "is shown; --most \(frames) shows all")
      var excerpt = FrameExcerpt(source, every: every)
      try write(&excerpt, to: path, console)
    }
    return .done
  }

  /// A film of so many frames is long enough to watch, and small enough to send.
  private static let usualMost = 600

  private func write(
    _ source: inout some FrameSource, to path: String, _ console: Console
  ) throws {
    let asked = framesPerSecond ?? Self.fittingRate(frames: source.frameCount)
    let rate = FrameRate(nearestTo: asked)
    if framesPerSecond != nil && abs(rate.framesPerSecond - asked) > 0.01 {
      console.note(
        "\(decimal(asked, 2)) frames a second become \(decimal(rate.framesPerSecond, 2))")
    }
    var film = GIFFilm(rate: rate, replacing: force)
    if playsOnce { film.repetitions = nil }
    let report = try withProgress("filming \(path)", frames: source.frameCount, console) {
      try film.write(&source, to: path, progress: $0)
    }
    report.print(console)
  }

  /// Slow enough to follow a short episode, fast enough that a long one ends.
  private static func fittingRate(frames: Int) -> Double {
    switch frames {
    case ..<60: 4
    case ..<200: 10
    case ..<1000: 20
    default: 50
    }
  }
}

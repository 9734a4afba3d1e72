import Film
import Raster
import Recordings
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
    "reel film output/maze-best -o output/maze-best.gif --fps 10",
  ]

  private let source: String
  private let look: PictureArguments
  private let output: String?
  private let wish: FilmOutput.Wish

  init(_ arguments: inout Arguments) throws {
    source = try arguments.positional("SOURCE", help: "a recording, or a folder of PNG frames")
    output = try arguments.option(
      "-o", "--output", value: "FILE",
      help: "a .gif, .png (animated), .mp4, .webm, or a folder for PNG frames "
        + "(default output/RUN-EPISODES.gif)")
    look = try PictureArguments(&arguments)
    wish = try FilmOutput.Wish(&arguments)
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    let isFolder = FilePaths.isFolder(source)
    let path =
      output ?? (isFolder ? "output/\(stem(source)).gif" : look.defaultOutput(source) + ".gif")
    let output = try FilmOutput(path, wish)
    try output.write(isFolder ? folder() : recording(), console)
    return .done
  }

  private func folder() throws -> any FrameSource {
    if look.choice.isGiven { throw Failure.usage("a folder of frames has no episodes to choose") }
    let pictures = try PictureFolder(source)
    let film: any FrameSource =
      look.every.map { FrameExcerpt(pictures, every: Double($0)) } ?? pictures
    if look.title.isEmpty && look.caption.isEmpty { return film }
    return try FramedFilm(film, title: look.title, caption: look.caption, theme: look.theme)
  }

  private func recording() throws -> any FrameSource {
    try EpisodePictures(source, look).film(hold: wish.hold)
  }
}

import Film
import Pictures
import Raster

/// Draws episodes as numbered PNG pictures.
struct RenderCommand: Command {
  static let name = "render"
  static let summary = "draw episodes as a folder of numbered PNG frames"
  static let group = CommandGroup.draw
  static let examples = [
    "reel render recordings/maze.sqlite --episode best -o output/maze-best",
    "reel render recordings/lake.sqlite --where 'success and steps < 30' -o output/lake-fast",
    "reel render recordings/lake.sqlite --episode first,last --theme dark --size 720",
  ]

  private let file: String
  private let look: PictureArguments
  private let output: String?
  private let truecolor: Bool
  private let force: Bool

  init(_ arguments: inout Arguments) throws {
    file = try arguments.positional("FILE", help: "a recording")
    look = try PictureArguments(&arguments)
    output = try arguments.option(
      "-o", "--output", value: "FOLDER", help: "default output/RUN-EPISODES")
    truecolor = arguments.flag("--truecolor", help: "every colour as drawn, not the film's palette")
    force = arguments.flag("--force", help: "overwrite, and remove frames of an older sequence")
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    let folder = output ?? look.defaultOutput(file)
    var source = try film(console)
    let frames = source.frameCount
    let sequence = FrameSequence(truecolor: truecolor, replacing: force)
    let report = try console.filming("drawing \(folder)") { progress in
      try sequence.write(&source, to: folder) { try progress($0, frames) }
    }
    report.print(console)
    return .done
  }

  private func film(_ console: Console) throws -> any FrameSource {
    if let texts = try TextPictures(file, look.options) { return try texts.film() }
    let pictures = try EpisodePictures(file, look.options)
    if let remark = pictures.remark { console.note(remark) }
    return try pictures.film()
  }
}

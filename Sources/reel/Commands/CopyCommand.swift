import Platform
import Recordings
import Rollouts

/// Makes a consistent copy of a recording, optionally a smaller one.
struct CopyCommand: Command {
  static let name = "copy"
  static let summary = "make a consistent copy, even of a recording that is being written"
  static let group = CommandGroup.trust
  static let examples = [
    "reel copy recordings/maze.sqlite -o output/maze.sqlite",
    "reel copy recordings/maze.sqlite --prune 'episodes every 10' -o output/thin.sqlite",
    "reel copy recordings/maze.sqlite --without checkpoints -o output/slim.sqlite",
  ]

  private let file: String
  private let output: String?
  private let thinning: Thinning
  private let force: Bool

  init(_ arguments: inout Arguments) throws {
    file = try arguments.positional("FILE", help: "a recording; it is not changed")
    output = try arguments.option("-o", "--output", value: "NEW", help: "the copy to make")
    let prune = try arguments.option(
      "--prune", value: "WHAT",
      help: "'episodes every N': keep the steps of every Nth episode, the best and the last")
    let without = try arguments.option(
      "--without", value: "WHAT", choices: ["checkpoints"],
      help: "checkpoints: keep only the first and the last")
    force = arguments.flag("--force", help: "overwrite")
    arguments.jsonFlag()
    thinning = Thinning(
      episodes: try prune.map(Self.stride) ?? 1, lacksCheckpoints: without == "checkpoints")
  }

  private static func stride(_ text: String) throws -> Int {
    let words = text.split(separator: " ")
    guard words.count == 3, words[0] == "episodes", words[1] == "every",
      let stride = Int(words[2]), stride >= 2
    else { throw Failure.usage("--prune takes 'episodes every N' with N from 2, not '\(text)'") }
    return stride
  }

  func run(_ console: Console) throws -> ExitCode {
    guard let output else { throw Failure.usage("name the copy with -o") }
    let recording = try Recording(file)
    let isNewest = try recording.copy(to: output, leavingOut: thinning, force: force)
    if !isNewest {
      console.note("\(file) does not verify, so its copy stays in format 1: reel verify \(file)")
    }
    let copy = try Recording(output)
    let (before, after) = (recording.fileBytes(), copy.fileBytes())
    if console.isJSON {
      console.print([
        "file": .string(output), "bytes": .integer(after), "bytes_before": .integer(before),
      ])
    } else {
      console.print(output)
      console.note("\(NumberFormat.bytes(after)) of \(NumberFormat.bytes(before))")
    }
    return .done
  }
}

import Experiments
import Platform
import Recordings
import Rollouts

/// Lists the steps of a recording that are worth looking at.
struct MomentsCommand: Command {
  static let name = "moments"
  static let summary = "list the steps worth looking at, and the commands that show them"
  static let group = CommandGroup.look
  static let examples = [
    "reel moments recordings/maze.sqlite", "reel moments recordings/snake.sqlite --json",
  ]

  private let file: String

  init(_ arguments: inout Arguments) throws {
    file = try arguments.positional("FILE", help: "a recording")
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    let moments = try console.withBar("looking for moments") {
      try Recording(file).moments(progress: $0)
    }
    if console.isJSON {
      console.print(.array(moments.map(json)))
    } else if moments.isEmpty {
      console.note("\(file) has no moment yet: no episode is over")
    } else {
      console.print(moments.map(text).joined(separator: "\n\n"))
    }
    return .done
  }

  /// Flat and stable.
  private func json(_ moment: Moment) -> JSON {
    [
      "kind": .string(moment.kind.rawValue), "step": .integer(moment.step),
      "episode": .integer(moment.episode), "t": .integer(moment.t),
      "value": .number(moment.value), "sentence": .string(moment.sentence),
      "command": moment.command(file).map(JSON.string) ?? .null,
    ]
  }

  private func text(_ moment: Moment) -> String {
    let place = "step \(moment.step), episode \(moment.episode), t \(moment.t)"
    let lines = ["\(moment.kind.rawValue)  \(place)", moment.sentence, moment.command(file)]
    return lines.compactMap(\.self).joined(separator: "\n  ")
  }

}

extension Moment {
  /// The command that shows it; nil where its steps are missing.
  func command(_ file: String) -> String? {
    guard isRecorded else { return nil }
    return kind.isOfEpisode
      ? "reel film \(file.quotedForShell) --episode \(episode)"
      : "reel explain \(file.quotedForShell) --at \(step)"
  }
}

import Experiments
import Platform
import Recordings
import Rollouts

/// Writes a recording's tables as CSV, and its parameters as safetensors.
struct ExportCommand: Command {
  static let name = "export"
  static let summary = "write steps, episodes or metrics as CSV, or the parameters"
  static let group = CommandGroup.exchange
  static let examples = [
    "reel export recordings/maze.sqlite --transitions -o output/maze.csv",
    "reel export recordings/maze.sqlite --parameters -o output/maze.safetensors",
  ]

  private let file: String
  private let what: [String]
  private let at: String?
  private let output: String?
  private let force: Bool

  init(_ arguments: inout Arguments) throws {
    file = try arguments.positional("FILE", help: "a recording")
    let flags = [
      ("transitions", arguments.flag("--transitions", help: "every step, as CSV")),
      ("episodes", arguments.flag("--episodes", help: "every episode, as CSV")),
      ("metrics", arguments.flag("--metrics", help: "every metric, as CSV")),
      ("parameters", arguments.flag("--parameters", help: "what was learned, as safetensors")),
    ]
    what = flags.filter(\.1).map(\.0)
    at = try arguments.option(
      "--at", value: "STEP", help: "parameters at a step, N%, end or, for networks, best")
    output = try arguments.option("-o", "--output", value: "FILE", help: "default: print CSV")
    force = arguments.flag("--force", help: "overwrite")
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    guard what.count == 1 else {
      throw Failure.usage("choose one of --transitions, --episodes, --metrics or --parameters")
    }
    let recording = try Recording(file)
    if what[0] == "parameters" { return try exportParameters(recording, console) }
    guard let output else {
      if console.isJSON { throw Failure.usage("rows are CSV", "--json goes with -o") }
      try rows(of: recording) { Console.writeData(String(decoding: $0, as: UTF8.self)) }
      return .done
    }
    try checkEnding(of: output, is: "csv", "rows are written as CSV")
    var file = try OutputFile(output, replacing: force)
    try rows(of: recording) { try file.write($0) }
    try file.finish()
    return finish(output, console)
  }

  private func rows(of recording: Recording, _ write: ([UInt8]) throws -> Void) throws {
    switch what[0] {
    case "transitions": try recording.exportTransitions(write)
    case "episodes": try recording.exportEpisodes(write)
    default: try recording.exportMetrics(write)
    }
  }

  private func exportParameters(_ recording: Recording, _ console: Console) throws -> ExitCode {
    guard let output else { throw Failure.usage("parameters are not text", "name a file with -o") }
    try checkEnding(of: output, is: "safetensors", "parameters are written as safetensors")
    let moment = try RecordedMoment(option: "--at", at)
    let checkpoint = try Catalog.builtIn.settings(of: recording.description()).checkpoint(
      of: recording, at: moment)
    try OutputFile.write(checkpoint.parameters, to: output, replacing: force)
    return finish(output, console)
  }

  /// A file's ending must not claim another format.
  private func checkEnding(of path: String, is ending: String, _ sentence: String) throws {
    let found = Files.ending(path).lowercased()
    guard found.isEmpty || found == ending || path.hasPrefix("/dev/") else {
      throw Failure.usage(
        "\(sentence), not as .\(found)", "name a .\(ending) file",
        found == "parquet" ? "docs/python.md shows how DuckDB converts a recording to Parquet" : "")
    }
  }

  private func finish(_ path: String, _ console: Console) -> ExitCode {
    if console.isJSON {
      console.print(["file": .string(path), "bytes": .integer(Files.size(path) ?? 0)])
    } else {
      console.print(path)
    }
    return .done
  }
}

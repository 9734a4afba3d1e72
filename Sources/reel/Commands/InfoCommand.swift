import Experiments
import Platform
import Recordings
import Rollouts

/// Prints everything about one recording except its steps.
struct InfoCommand: Command {
  static let name = "info"
  static let summary = "describe a recording: what it is, what it holds and how large it is"
  static let group = CommandGroup.look
  static let examples = [
    "reel info recordings/maze.sqlite", "reel info recordings/maze.sqlite --json",
  ]

  private let file: String

  init(_ arguments: inout Arguments) throws {
    file = try arguments.positional("FILE", help: "a recording")
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    let summary = try RunSummary(.file(file))
    let recording = try Recording(file)
    let counts = try recording.counts()
    let sizes = try recording.tableSizes()
    let session = try recording.lastSession()
    let taken = summary.run.hasTransitions ? counts.transitions : counts.steps
    let bytesPerStep = Double(recording.fileBytes()) / Double(max(1, taken))
    let members =
      summary.members + [
        .init("bytes_per_transition", .number(bytesPerStep)),
        .init("metrics", .array(try recording.usualMetricNames().map(JSON.string))),
        .init("checkpoints", .integer(counts.checkpoints)),
        .init("batches", .integer(counts.batches)),
        .init("started", session.map { .string($0.started) } ?? .null),
        .init("ended", session?.ended.map(JSON.string) ?? .null),
        .init("configuration", summary.run.configuration),
        .init(
          "actions", .array(summary.run.world.actions.map { .string($0.name) })),
        .init(
          "sizes", .object(sizes.map { .init($0.table, .integer($0.bytes)) })),
        .init("program", .string(summary.run.program)),
        .init("parent", summary.run.parent.map(Self.json) ?? .null),
        .init("imported", try recording.importedFrom().map(JSON.string) ?? .null),
        .init("thinned", try recording.thinning().map { .string($0.description) } ?? .null),
        .init("recovered", try recording.gaps().map { .string($0.description) } ?? .null),
      ]
    if console.isJSON {
      console.print(.object(members))
      return .done
    }
    let hidden: Set = ["configuration", "sizes", "actions", "metrics", "bytes"]
    let lines = members.filter { !hidden.contains($0.key) && $0.value != .null }.compactMap {
      member -> (String, String)? in
      let text = Self.text(member)
      return text.isEmpty ? nil : (member.key.replacing("_", with: " "), text)
    }
    console.print(Help.rows(lines) + "\nsettings")
    if case .object(let settings) = summary.run.configuration {
      console.print(Help.rows(settings.map { ($0.key, $0.value.text ?? $0.value.compact) }))
    }
    console.print("space  (\(NumberFormat.bytes(recording.fileBytes())) in all)")
    console.print(Help.rows(sizes.map { ($0.table, NumberFormat.bytes($0.bytes)) }))
    if !summary.run.isOfText { printMap(summary.run.world.map, console) }
    return .done
  }

  /// A map small enough to read.
  private func printMap(_ map: String, _ console: Console) {
    guard !map.isEmpty else { return }
    if map.utf8.count <= Self.mostMapBytes {
      console.print(map)
    } else {
      console.print(
        "map  of \(NumberFormat.bytes(map.utf8.count)): reel map export \(file.quotedForShell) prints it"
      )
    }
  }

  /// The largest map that is printed: a board of 64 × 40 cells.
  private static let mostMapBytes = 64 * 40

  private static func text(_ member: JSON.Member) -> String {
    switch member.key {
    case "seed": member.value.compact
    case "parent":
      "\(member.value["file"]?.text ?? "") at step \(member.value["step"]?.compact ?? "")"
    default: text(member.value)
    }
  }

  private static func text(_ value: JSON) -> String {
    switch value {
    case .array(let values): values.map(text).joined(separator: ", ")
    case .object: value.compact
    case .integer(let number): NumberFormat.count(number)
    case .number(let number): NumberFormat.decimal(number, 3)
    default: value.text ?? value.compact
    }
  }

  private static func json(_ parent: Parent) -> JSON {
    [
      "file": .string(parent.file), "digest": .string(parent.digest),
      "step": .integer(parent.step),
    ]
  }
}

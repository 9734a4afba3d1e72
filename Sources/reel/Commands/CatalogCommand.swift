import Experiments
import Platform
import Recordings
import Rollouts

/// Collects what is known about many recordings in one file.
struct CatalogCommand: Command {
  static let name = "catalog"
  static let summary = "gather runs, settings, episodes and metrics of many recordings in one file"
  static let group = CommandGroup.study
  static let examples = [
    "reel catalog runs/ -o output/all.sqlite",
    "reel compare output/all.sqlite --group-by alpha",
  ]

  private let places: [String]
  private let output: String?

  init(_ arguments: inout Arguments) throws {
    places = arguments.remaining("PLACE", help: "recordings, folders of them, other catalogs")
    output = try arguments.option(
      "-o", "--output", value: "FILE",
      help: "the catalog; an existing one is updated, reading only what has changed")
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    guard let output else { throw Failure.usage("name the catalog with -o") }
    if places.isEmpty { throw Failure.usage("name recordings, or folders of them") }
    let files = try RunPlaces.files(in: places)
    let update = try console.withBar("reading \(files.count) recordings") {
      try RunCatalog.update(output, with: files, progress: $0)
    }
    if console.isJSON {
      console.print([
        "file": .string(output), "added": .integer(update.added),
        "changed": .integer(update.changed), "kept": .integer(update.kept),
        "removed": .integer(update.removed), "failed": .integer(update.failures.count),
      ])
    } else {
      console.print(output)
      console.note(
        "\(NumberFormat.count(update.added)) added, \(NumberFormat.count(update.changed)) changed, "
          + "\(NumberFormat.count(update.kept)) kept, \(NumberFormat.count(update.removed)) removed"
      )
    }
    for failure in update.failures { Console.error(failure) }
    if Interruption.isRequested {
      console.note("stopped; the same command continues")
      return .stopped
    }
    return update.failures.isEmpty ? .done : .failed
  }
}

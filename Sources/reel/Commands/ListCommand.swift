import Experiments
import Platform
import Recordings
import Rollouts

/// Lists recordings, one per line.
struct ListCommand: Command {
  static let name = "list"
  static let summary = "list recordings, one per line"
  static let group = CommandGroup.look
  static let examples = ["reel list", "reel list --tag baseline --json"]

  private let places: [String]
  private let tags: [String]

  init(_ arguments: inout Arguments) throws {
    places = arguments.remaining(
      "PLACE", help: "files, folders and catalogs (default recordings/ and runs/)")
    tags = try arguments.repeatedOption("--tag", value: "WORD", help: "only runs with this tag")
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    let found = try RunPlaces.all(in: places.isEmpty ? RunPlaces.usual : places)
    var table = TextTable(
      [
        "file", "world", "map", "trainer", "seed", "steps", "episodes", "last 100", "size",
        "status",
      ],
      right: [4, 5, 6, 7, 8])
    var shown: [JSON] = []
    var isFine = true
    for place in found {
      do {
        let summary = try RunSummary(place)
        guard tags.allSatisfy(summary.run.tags.contains) else { continue }
        shown.append(.object(summary.members))
        table.add(summary.columns)
      } catch {
        // One broken file must not hide the others.
        isFine = false
        Console.error("\(error)")
      }
    }
    if console.isJSON {
      console.print(.array(shown))
    } else if shown.isEmpty, isFine {
      console.note("no recordings; reel train maze makes one")
    } else if !shown.isEmpty {
      console.print(table.text)
    }
    return isFine ? .done : .failed
  }
}

extension RunSummary {
  fileprivate var columns: [String] {
    [
      path, run.world.name, run.world.mapName, run.trainer, run.seedText,
      NumberFormat.count(steps), NumberFormat.count(episodes),
      lastMean.map { NumberFormat.decimal($0, 3) } ?? "–",
      NumberFormat.bytes(bytes), status.rawValue,
    ]
  }
}

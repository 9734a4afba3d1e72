import Experiments
import Platform
import Recordings
import Rollouts

/// Lists recordings: one line each.
struct ListCommand: Command {
  static let name = "list"
  static let summary = "list recordings, a line each"
  static let group = CommandGroup.look
  static let examples = ["reel list", "reel list --tag baseline --json"]

  private let places: [String]
  private let tags: [String]

  init(_ arguments: inout Arguments) throws {
    places = arguments.remaining("PLACE", help: "files and folders (default recordings/)")
    tags = try arguments.repeatedOption("--tag", value: "WORD", help: "only runs that bear it")
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    let files = (places.isEmpty ? ["recordings"] : places).flatMap { place in
      Files.isFolder(place)
        ? Files.visibleNames(in: place).filter { Files.ending($0) == "sqlite" }.map {
          "\(place)/\($0)"
        }
        : [place]
    }
    var table = TextTable(
      [
        "file", "world", "map", "trainer", "seed", "steps", "episodes", "last 100", "size",
        "status",
      ],
      right: [4, 5, 6, 7, 8])
    var found: [JSON] = []
    var isFine = true
    for file in files {
      do {
        let summary = try RunSummary(file)
        guard tags.allSatisfy(summary.run.tags.contains) else { continue }
        found.append(.object(summary.members))
        table.add(summary.columns)
      } catch {
        // One broken file must not hide the others.
        isFine = false
        Console.error("\(error)")
      }
    }
    if console.isJSON {
      console.print(.array(found))
    } else if found.isEmpty {
      console.note("no recordings; reel train maze makes one")
    } else {
      console.print(table.text)
    }
    return isFine ? .done : .failed
  }
}

extension RunSummary {
  fileprivate var columns: [String] {
    [
      path, run.world.name, run.world.mapName, run.trainer, run.seedText,
      NumberFormat.count(counts.steps), NumberFormat.count(counts.episodes),
      lastMean.map { NumberFormat.decimal($0, 3) } ?? "–",
      NumberFormat.bytes(bytes), status.rawValue,
    ]
  }
}

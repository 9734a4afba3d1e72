import Raster
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
      FilePaths.isFolder(place)
        ? visibleNames(in: place).filter { ending($0) == "sqlite" }.map { "\(place)/\($0)" }
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

/// What one line, or one object, tells of a recording.
struct RunSummary {
  let run: RunDescription
  private let path: String
  private let steps: Int
  private let episodes: [Episode]
  private let status: Recording.Status
  private let bytes: Int

  init(_ path: String) throws {
    let recording = try Recording(path)
    self.path = path
    run = try recording.description()
    steps = try recording.stepCount()
    episodes = try recording.episodes()
    status = try recording.status()
    bytes = recording.fileBytes()
  }

  private var lastMean: Double? {
    let last = episodes.filter(\.isOver).suffix(100)
    return last.isEmpty ? nil : last.reduce(0) { $0 + $1.return } / Double(last.count)
  }

  var columns: [String] {
    [
      path, run.world.name, run.world.mapName, run.trainer, "\(run.seed)", count(steps),
      count(episodes.count), lastMean.map { decimal($0, 3) } ?? "–", size(bytes), status.rawValue,
    ]
  }

  /// Flat and stable.
  var members: [JSON.Member] {
    let over = episodes.filter(\.isOver).map(\.return)
    return [
      .init("file", .string(path)), .init("world", .string(run.world.name)),
      .init("map_name", .string(run.world.mapName)), .init("trainer", .string(run.trainer)),
      .init("preset", .string(run.preset)), .init("purpose", .string(run.purpose.rawValue)),
      .init("seed", .integer(Int(run.seed))), .init("steps", .integer(steps)),
      .init("episodes", .integer(episodes.count)),
      .init("mean_return_last_100", lastMean.map(JSON.number) ?? .null),
      .init("max_return", over.max().map(JSON.number) ?? .null),
      .init("bytes", .integer(bytes)), .init("status", .string(status.rawValue)),
      .init("tags", .array(run.tags.map(JSON.string))), .init("note", .string(run.note)),
    ]
  }
}

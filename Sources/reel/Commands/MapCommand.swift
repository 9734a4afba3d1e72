import Experiments
import Platform
import Recordings
import Rollouts
import Worlds

/// Makes random maps, checks given ones, and extracts those of recordings.
struct MapCommand: Command {
  static let name = "map"
  static let summary =
    "make a random map that can be solved, check maps, or extract a recording's map"
  static let group = CommandGroup.record
  static let examples = [
    "reel map maze --size 41x41 --seed 7 -o maps/mazes/mine.txt",
    "reel map city --seed 4 -o maps/cities/mine.geojson",
    "reel map check maps/lakes/8x8.txt maps/cities/grachten.geojson",
    "reel map export recordings/city.sqlite -o maps/cities/again.geojson",
  ]

  private let what: String
  private let files: [String]
  private let request: RandomMapOptions
  private let output: String?
  private let force: Bool

  init(_ arguments: inout Arguments) throws {
    what = try arguments.positional(
      "WHAT", choices: Self.generators.map(\.name) + ["check", "export"],
      help: "the map to make; check tests maps, export extracts a recording's map")
    files = arguments.remaining("FILE", help: "the maps to check, or the recording")
    var request = RandomMapOptions()
    let size = try arguments.option(
      "--size", value: "ROWSxCOLUMNS", help: "of a maze or lake (default 21x21)")
    request.size = try size.map(Self.sides)
    let seed = try arguments.count(
      "--seed", in: 0...Int.max, help: "seed of the random map (default 1)")
    if let seed { request.seed = UInt64(seed) }
    request.frozen =
      try arguments.number(
        "--frozen", value: "P", in: 0.3...1,
        help: "chance that a lake's cell is frozen (default 0.8)")
      ?? request.frozen
    request.loops =
      try arguments.number(
        "--loops", value: "SHARE", in: 0...1, help: "share of a maze's walls to open (default 0)")
      ?? request.loops
    self.request = request
    output = try arguments.option("-o", "--output", value: "FILE", help: "default: print it")
    force = arguments.flag("--force", help: "overwrite")
    arguments.jsonFlag()
  }

  /// The worlds that have random maps.
  private static var generators: [WorldEntry] {
    Catalog.builtIn.worlds.entries.filter { $0.maps?.generate != nil }
  }

  private static func sides(_ text: String) throws -> (rows: Int, columns: Int) {
    let sides = text.split(separator: "x").map { Int($0) }
    guard sides.count == 2, let rows = sides[0], let columns = sides[1] else {
      throw Failure.usage("--size is ROWSxCOLUMNS, such as 21x21, not '\(text)'")
    }
    return (rows, columns)
  }

  func run(_ console: Console) throws -> ExitCode {
    if what == "check" { return try check(console) }
    if what == "export" { return try export(console) }
    if !files.isEmpty { throw Failure.usage("reel map \(what) takes no file", "write with -o") }
    let map = try generated()
    return try write(map.text, map.summary, console)
  }

  private func export(_ console: Console) throws -> ExitCode {
    guard files.count == 1 else { throw Failure.usage("reel map export takes one recording") }
    let run = try Recording(files[0]).description()
    guard !run.world.map.isEmpty, !run.isOfText else {
      throw Failure.failed("\(files[0]) has no map: its world is \(run.world.name)")
    }
    let text = run.world.map.hasSuffix("\n") ? run.world.map : run.world.map + "\n"
    return try write(text, "\(NumberFormat.bytes(text.utf8.count)), for --map", console)
  }

  private func write(_ map: String, _ summary: String, _ console: Console) throws -> ExitCode {
    if let output { try OutputFile.write(Array(map.utf8), to: output, replacing: force) }
    if console.isJSON {
      console.print([
        "file": output.map(JSON.string) ?? .null, "summary": .string(summary),
        "map": .string(map),
      ])
    } else if let output {
      console.note("\(output): \(summary)")
    } else {
      Console.writeData(map)
    }
    return .done
  }

  private func generated() throws -> GeneratedMap {
    guard let generate = Catalog.builtIn.worlds[what]?.maps?.generate else {
      throw Failure.usage("there are no random maps of \(what)")
    }
    do {
      return try generate(request)
    } catch let error as SettingError {
      throw Failure.usage("\(error)")
    }
  }

  private func check(_ console: Console) throws -> ExitCode {
    if files.isEmpty { throw Failure.usage("FILE is missing", "reel map check FILE") }
    var reports: [JSON] = []
    var isFine = true
    for name in files {
      let file = Catalog.builtIn.mapFile(named: name) ?? name
      let report = try MapReport {
        try Catalog.builtIn.surveyMap(try TextFile.contents(of: file))
      }
      isFine = isFine && report.isFine
      reports.append(.object([.init("file", .string(file))] + report.members))
      if console.isJSON { continue }
      for fault in report.faults { console.print("\(file): \(fault)") }
      if let finding = report.surveyed {
        console.print(
          "\(file): \(report.verdict)\n" + Help.rows(finding.lines.map { ($0.label, $0.text) }))
      }
    }
    if console.isJSON { console.print(files.count == 1 ? reports[0] : .array(reports)) }
    return isFine ? .done : .failed
  }
}

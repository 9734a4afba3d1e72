import Raster
import Rollouts
import Worlds

/// Makes random maps, and says what is wrong with given ones.
struct MapCommand: Command {
  static let name = "map"
  static let summary = "make a random map that can be solved, or check one"
  static let group = CommandGroup.record
  static let examples = [
    "reel map maze --size 41x41 --seed 7 -o maps/mazes/mine.txt",
    "reel map check maps/lakes/8x8.txt",
  ]

  private let what: String
  private let files: [String]
  private let size: String
  private let seed: Int
  private let frozen: Double
  private let loops: Double
  private let output: String?
  private let force: Bool

  init(_ arguments: inout Arguments) throws {
    what = try arguments.positional(
      "WHAT", choices: ["maze", "lake", "check"], help: "what to make, or to check a file")
    files = arguments.remaining("FILE", help: "the maps to check")
    size = try arguments.option("--size", value: "ROWSxCOLUMNS", help: "default 21x21") ?? "21x21"
    seed =
      try arguments.count("--seed", in: 0...Int.max, help: "which of all such maps (default 1)")
      ?? 1
    frozen =
      try arguments.number(
        "--frozen", value: "P", in: 0.3...1, help: "chance that a lake's cell bears (default 0.8)")
      ?? 0.8
    loops =
      try arguments.number(
        "--loops", value: "SHARE", in: 0...1, help: "a maze's share of walls opened (default 0)")
      ?? 0
    output = try arguments.option("-o", "--output", value: "FILE", help: "default: print it")
    force = arguments.flag("--force", help: "overwrite")
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    if what == "check" { return try check(console) }
    if !files.isEmpty { throw Failure.usage("reel map \(what) takes no file", "write with -o") }
    let sides = size.split(separator: "x").map { Int($0) }
    guard sides.count == 2, let rows = sides[0], let columns = sides[1] else {
      throw Failure.usage("--size is ROWSxCOLUMNS, such as 21x21, not '\(size)'")
    }
    let map = try made(rows: rows, columns: columns)
    guard let output else {
      console.print(map.text)
      return .done
    }
    try OutputFile.write(Array(map.text.utf8), to: output, replacing: force)
    let steps = map.goalDistance.map { ", \($0) steps to the goal" } ?? ""
    console.note("\(output): \(rows)×\(columns) \(what)\(steps)")
    return .done
  }

  private func made(rows: Int, columns: Int) throws -> GridMap {
    do {
      let seed = UInt64(seed)
      return what == "maze"
        ? try MapGenerator.maze(rows: rows, columns: columns, seed: seed, loops: loops)
        : try MapGenerator.lake(rows: rows, columns: columns, seed: seed, frozen: frozen)
    } catch {
      throw Failure.usage("\(error)")
    }
  }

  private func check(_ console: Console) throws -> ExitCode {
    if files.isEmpty { throw Failure.usage("FILE is missing", "reel map check FILE") }
    var reports: [JSON] = []
    var isFine = true
    for file in files {
      do {
        let survey = MapSurvey(try GridMap(parsing: try readText(file)))
        if !console.isJSON {
          console.print("\(file): fine\n" + Help.rows(survey.lines.map { ($0.label, $0.text) }))
        }
        reports.append(.object([.init("file", .string(file)), .init("ok", true)] + survey.members))
      } catch let error as MapError {
        isFine = false
        if !console.isJSON {
          for problem in error.problems { console.print("\(file): \(problem)") }
        }
        reports.append(
          ["file": .string(file), "ok": false, "problems": error.json])
      }
    }
    if console.isJSON { console.print(files.count == 1 ? reports[0] : .array(reports)) }
    return isFine ? .done : .failed
  }
}

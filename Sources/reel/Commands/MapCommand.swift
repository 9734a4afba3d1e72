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
    "reel map city --seed 4 -o maps/cities/mine.geojson",
    "reel map check maps/lakes/8x8.txt maps/cities/grachten.geojson",
  ]

  private let what: String
  private let files: [String]
  private let size: String?
  private let seed: Int
  private let frozen: Double
  private let loops: Double
  private let output: String?
  private let force: Bool

  init(_ arguments: inout Arguments) throws {
    what = try arguments.positional(
      "WHAT", choices: ["maze", "lake", "city", "check"],
      help: "what to make, or to check a file")
    files = arguments.remaining("FILE", help: "the maps to check")
    size = try arguments.option(
      "--size", value: "ROWSxCOLUMNS", help: "of a maze or lake (default 21x21)")
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
    let (text, summary) = what == "city" ? try city() : try grid()
    guard let output else {
      console.print(text)
      return .done
    }
    try OutputFile.write(Array(text.utf8), to: output, replacing: force)
    console.note("\(output): \(summary)")
    return .done
  }

  private func city() throws -> (text: String, summary: String) {
    if size != nil { throw Failure.usage("a city's size cannot be chosen", "leave out --size") }
    let text = CityGenerator.geoJSON(seed: UInt64(seed))
    let survey = CitySurvey(try CityMap(parsing: text))
    let lap = survey.legs.dropFirst().reduce(0) { $0 + $1.road }
    return (text, "\(survey.name), \(Int(lap)) pixels a lap")
  }

  private func grid() throws -> (text: String, summary: String) {
    let size = self.size ?? "21x21"
    let sides = size.split(separator: "x").map { Int($0) }
    guard sides.count == 2, let rows = sides[0], let columns = sides[1] else {
      throw Failure.usage("--size is ROWSxCOLUMNS, such as 21x21, not '\(size)'")
    }
    let map = try made(rows: rows, columns: columns)
    let steps = map.goalDistance.map { ", \($0) steps to the goal" } ?? ""
    return (map.text, "\(rows)×\(columns) \(what)\(steps)")
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
    for name in files {
      let file = FilePaths.exists(name) ? name : (try? cityFile(named: name)) ?? name
      do {
        let finding = try Finding(of: try readText(file))
        isFine = isFine && finding.problems == 0
        if !console.isJSON {
          let problems = finding.problems == 1 ? "1 problem" : "\(finding.problems) problems"
          console.print(
            "\(file): \(finding.problems == 0 ? "fine" : problems)\n"
              + Help.rows(finding.lines.map { ($0.label, $0.text) }))
        }
        reports.append(
          .object(
            [.init("file", .string(file)), .init("ok", .bool(finding.problems == 0))]
              + finding.members))
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

/// What there is to say of a map that could be read.
private struct Finding {
  var lines: [(label: String, text: String)]
  var members: [JSON.Member]
  var problems: Int

  /// A city where the text is JSON, else a grid.
  init(of text: String) throws {
    if text.first(where: { !$0.isWhitespace }) == "{" {
      let survey = CitySurvey(try CityMap(parsing: text))
      (lines, members, problems) = (survey.lines, survey.members, survey.problems.count)
    } else {
      let survey = MapSurvey(try GridMap(parsing: text))
      (lines, members, problems) = (survey.lines, survey.members, 0)
    }
  }
}

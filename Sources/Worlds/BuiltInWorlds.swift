import Rollouts

/// Every built-in world. A new world needs a folder beside this file and an entry here.
package enum BuiltInWorlds {
  /// The table of all worlds. A caller that has MuJoCo passes a function that moves the reacher's
  /// arm.
  package static func table(
    mujoco: (@Sendable () throws -> Reacher.Simulator)? = nil
  ) -> WorldTable {
    WorldTable([
      grid(.maze) { request throws(SettingError) in
        try MapGenerator.maze(
          rows: request.rows, columns: request.columns, seed: request.seed, loops: request.loops)
      },
      grid(.lake) { request throws(SettingError) in
        try MapGenerator.lake(
          rows: request.rows, columns: request.columns, seed: request.seed, frozen: request.frozen)
      },
      grid(.grid),
      WorldEntry("crawler", rules: CrawlerRules()) { Crawler(rules: $0) },
      WorldEntry("snake", rules: SnakeRules()) { Snake(rules: $0) },
      WorldEntry(
        "city", maps: cityMaps,
        read: { try CityMap(parsing: $0 ?? CityGenerator.geoJSON(seed: 1)) },
        rules: { _ in CityRules() }, make: { CityWorld($0, rules: $1) }),
      WorldEntry("breakout", rules: BreakoutRules()) { try Breakout(rules: $0) },
      WorldEntry("reacher", rules: ReacherRules()) { Reacher(rules: $0, mujoco: mujoco) },
    ])
  }

  private typealias GridGenerator = @Sendable (GridRequest) throws(SettingError) -> GridMap

  /// A kind of grid; `generate` draws its random maps, if it has any.
  private static func grid(_ kind: GridKind, _ generate: GridGenerator? = nil) -> WorldEntry {
    WorldEntry(
      kind.rawValue, maps: maps(of: kind, generate),
      read: { text in
        let map = try text.map { try GridMap(parsing: $0) } ?? ClassicMaps.map(kind: kind)
        guard map.kind == kind else {
          throw SettingError(
            "the world \(kind.rawValue) needs a map that begins with 'reel map \(kind.rawValue)', "
              + "not 'reel map \(map.kind.rawValue)'")
        }
        return map
      }, rules: { GridRules(for: $0) }, make: { GridWorld($0, rules: $1) })
  }

  private static func maps(of kind: GridKind, _ generate: GridGenerator?) -> MapSource {
    var maps = MapSource(
      folder: kind.folder, fileEnding: "txt",
      builtIn: ClassicMaps.names(of: kind).compactMap { name in
        ClassicMaps.text(name, kind: kind).map { (name, $0) }
      },
      recognizes: { text in
        let said = GridMap.kind(of: text)
        return !CityMap.isGeoJSON(text) && (said == nil || said == kind)
      },
      normalized: { try GridMap(parsing: $0).text },
      survey: { text in
        let survey = MapSurvey(try GridMap(parsing: text))
        return MapFinding(lines: survey.lines, members: survey.members, problems: 0)
      }, editing: GridDraft.editing(kind))
    guard let generate else { return maps }
    maps.generate = { request in
      let map = try generate(GridRequest(request))
      let steps = map.goalDistance.map { ", \($0) steps to the goal" } ?? ""
      let summary = "\(map.rows)×\(map.columns) \(kind.rawValue)\(steps)"
      return GeneratedMap(text: map.text, summary: summary)
    }
    return maps
  }

  /// A random grid's size, with the usual size as the default.
  private struct GridRequest {
    let rows: Int
    let columns: Int
    let seed: UInt64
    let frozen: Double
    let loops: Double

    init(_ request: RandomMapOptions) {
      (rows, columns) = request.size ?? (21, 21)
      (seed, frozen, loops) = (request.seed, request.frozen, request.loops)
    }
  }

  private static var cityMaps: MapSource {
    MapSource(
      folder: "cities", fileEnding: "geojson", usualFile: "eixample",
      recognizes: CityMap.isGeoJSON, normalized: { try CityMap(parsing: $0).text },
      survey: { text in
        let survey = CitySurvey(try CityMap(parsing: text))
        return MapFinding(
          lines: survey.lines, members: survey.members, problems: survey.problems.count)
      },
      generate: { request in
        guard request.size == nil else { throw SettingError("a city's size cannot be chosen") }
        let text = CityGenerator.geoJSON(seed: request.seed)
        let survey = CitySurvey(try CityMap(parsing: text))
        let lap = survey.legs.dropFirst().reduce(0) { $0 + $1.road }
        return GeneratedMap(text: text, summary: "\(survey.name), \(Int(lap)) pixels a lap")
      }, editing: CityDraft.editing)
  }
}

extension GridMap {
  /// The kind that a text names in its first line; nil where it names none.
  fileprivate static func kind(of text: String) -> GridKind? {
    let words = text.prefix { $0 != "\n" }.split(separator: " ")
    return words.count == 3 ? GridKind(rawValue: String(words[2])) : nil
  }
}

extension CityMap {
  /// Whether a text looks like GeoJSON.
  fileprivate static let isGeoJSON: @Sendable (String) -> Bool = {
    $0.first { !$0.isWhitespace } == "{"
  }
}

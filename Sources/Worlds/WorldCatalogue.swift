package import Rollouts

/// A world that can be made from its name: what the command line trains, replays and verifies.
package enum KnownWorld: Sendable {
  case grid(GridWorld)
  case crawler(Crawler)
  case snake(Snake)
  case city(CityWorld)
  case breakout(Breakout)
  case reacher(Reacher)

  /// Every world's name.
  package static let names =
    GridKind.allCases.map(\.rawValue) + ["crawler", "snake", "city", "breakout", "reacher"]

  /// The world of a name, by its published rules except for those that a configuration names, as a
  /// recording does. Without a map text it stands on the first classic of its kind, a city on the
  /// first that is generated.
  package static func make(
    name: String, map text: String? = nil, configuration: JSON = .object([])
  ) throws -> KnownWorld {
    if let kind = GridKind(rawValue: name) {
      let map = try text.map(GridMap.init(parsing:)) ?? ClassicMaps.map(kind: kind)
      guard map.kind == kind else {
        throw SettingError(
          "the world \(name) needs a map that begins with 'reel map \(name)', "
            + "not 'reel map \(map.kind.rawValue)'")
      }
      return try make(on: map, configuration: configuration)
    }
    if name == "city" {
      let map = try CityMap(parsing: text ?? CityGenerator.geoJSON(seed: 1))
      return .city(CityWorld(map, rules: try restored(CityRules(), configuration)))
    }
    guard names.contains(name) else {
      let known = names.joined(separator: ", ")
      throw SettingError("there is no world '\(name)'; there are \(known)")
    }
    guard text == nil || text == "" else { throw SettingError("the world \(name) has no map") }
    switch name {
    case "snake": return .snake(Snake(rules: try restored(SnakeRules(), configuration)))
    case "breakout":
      return .breakout(try Breakout(rules: try restored(BreakoutRules(), configuration)))
    case "reacher": return .reacher(Reacher(rules: try restored(ReacherRules(), configuration)))
    default: return .crawler(Crawler(rules: try restored(CrawlerRules(), configuration)))
    }
  }

  /// The world of a map, by its kind's published rules except for those that a configuration names.
  package static func make(
    on map: GridMap, configuration: JSON = .object([])
  ) throws(SettingError) -> KnownWorld {
    .grid(GridWorld(map, rules: try restored(GridRules(for: map), configuration)))
  }

  private static func restored<Rules: Configuration>(
    _ rules: Rules, _ configuration: JSON
  ) throws(SettingError) -> Rules {
    var rules = rules
    try rules.restore(configuration)
    return rules
  }

  /// Sets rules by name, each within its bounds, and returns the settings that are no rule of this
  /// world. The world stays as it was where one is refused.
  package mutating func apply(
    _ settings: [(name: String, value: String)]
  ) throws(SettingError) -> [(name: String, value: String)] {
    var others: [(name: String, value: String)] = []
    func changed<Rules: Configuration & Equatable>(_ old: Rules) throws(SettingError) -> Rules? {
      var rules = old
      for setting in settings where !(try rules.set(setting.name, to: setting.value)) {
        others.append(setting)
      }
      // Some worlds take time to make.
      return rules == old ? nil : rules
    }
    switch self {
    case .grid(let world):
      if let rules = try changed(world.rules) { self = .grid(GridWorld(world.map, rules: rules)) }
    case .crawler(let world):
      if let rules = try changed(world.rules) { self = .crawler(Crawler(rules: rules)) }
    case .snake(let world):
      if let rules = try changed(world.rules) { self = .snake(Snake(rules: rules)) }
    case .city(let world):
      if let rules = try changed(world.rules) { self = .city(CityWorld(world.map, rules: rules)) }
    case .breakout(let world):
      if let rules = try changed(world.rules) { self = .breakout(try Breakout(rules: rules)) }
    case .reacher(let world):
      if let rules = try changed(world.rules) { self = .reacher(Reacher(rules: rules)) }
    }
    return others
  }
}

extension KnownWorld {
  /// The world as tables; nil where its states cannot be counted.
  package var tabular: (any TabularWorld)? {
    switch self {
    case .grid(let world): world
    case .crawler(let world): world
    case .snake, .city, .breakout, .reacher: nil
    }
  }

  /// The world as a network that chooses among a few actions sees it; nil where there is no choice of
  /// few, or only tables know it.
  package var observed: (any ObservedWorld)? {
    switch self {
    case .grid, .crawler, .reacher: nil
    case .snake(let world): world
    case .city(let world): world
    case .breakout(let world): world
    }
  }

  /// The world as any network sees it; nil where only tables know it.
  package var seen: (any SeenWorld)? {
    if case .reacher(let world) = self { return world }
    return observed
  }

  /// What a recording must hold of this world.
  package var description: WorldDescription {
    switch self {
    case .grid(let world): world.description
    case .crawler(let world): world.description
    case .snake(let world): world.description
    case .city(let world): world.description
    case .breakout(let world): world.description
    case .reacher(let world): world.description
    }
  }

  /// After how many steps an episode is truncated.
  package var stepLimit: Int {
    switch self {
    case .grid(let world): world.stepLimit
    case .crawler(let world): world.stepLimit
    case .snake(let world): world.stepLimit
    case .city(let world): world.stepLimit
    case .breakout(let world): world.stepLimit
    case .reacher(let world): world.stepLimit
    }
  }

  /// Every rule by name, as a recording's configuration keeps them.
  package var members: [JSON.Member] { rules.map(\.member) }

  /// Every rule with its value and its meaning, for help.
  package var rules: [(member: JSON.Member, help: String)] {
    switch self {
    case .grid(let world): world.rules.explained
    case .crawler(let world): world.rules.explained
    case .snake(let world): world.rules.explained
    case .city(let world): world.rules.explained
    case .breakout(let world): world.rules.explained
    case .reacher(let world): world.rules.explained
    }
  }
}

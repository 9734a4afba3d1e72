package import Rollouts

/// A world that can be made from its name: what the command line trains, replays and verifies.
package enum KnownWorld: Sendable {
  case grid(GridWorld)
  case crawler(Crawler)

  /// Every world's name.
  package static let names = GridKind.allCases.map(\.rawValue) + ["crawler"]

  /// The world of a name, by its published rules except for those that a configuration names, as a
  /// recording does. Without a map text it stands on the first classic of its kind.
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
    guard name == "crawler" else {
      let known = names.joined(separator: ", ")
      throw SettingError("there is no world '\(name)'; there are \(known)")
    }
    guard text == nil || text == "" else { throw SettingError("the crawler has no map") }
    var rules = CrawlerRules()
    try rules.restore(configuration)
    return .crawler(Crawler(rules: rules))
  }

  /// The world of a map, by its kind's published rules except for those that a configuration names.
  package static func make(
    on map: GridMap, configuration: JSON = .object([])
  ) throws(SettingError) -> KnownWorld {
    var rules = GridRules(for: map)
    try rules.restore(configuration)
    return .grid(GridWorld(map, rules: rules))
  }

  /// Sets rules by name, each within its bounds, and returns the settings that are no rule of this
  /// world. The world stays as it was where one is refused.
  package mutating func apply(
    _ settings: [(name: String, value: String)]
  ) throws(SettingError) -> [(name: String, value: String)] {
    var others: [(name: String, value: String)] = []
    switch self {
    case .grid(let world):
      var rules = world.rules
      for setting in settings where !(try rules.set(setting.name, to: setting.value)) {
        others.append(setting)
      }
      if rules != world.rules { self = .grid(GridWorld(world.map, rules: rules)) }
    case .crawler(let world):
      var rules = world.rules
      for setting in settings where !(try rules.set(setting.name, to: setting.value)) {
        others.append(setting)
      }
      if rules != world.rules { self = .crawler(Crawler(rules: rules)) }
    }
    return others
  }
}

extension KnownWorld {
  private var world: any TabularWorld {
    switch self {
    case .grid(let world): world
    case .crawler(let world): world
    }
  }

  /// What a recording must hold of this world.
  package var description: WorldDescription { world.description }

  /// After how many steps an episode is truncated.
  package var stepLimit: Int { world.stepLimit }

  /// The world as tables.
  package var dynamics: Dynamics { world.dynamics }

  /// Every rule by name, as a recording's configuration keeps them.
  package var members: [JSON.Member] {
    switch self {
    case .grid(let world): world.rules.members
    case .crawler(let world): world.rules.members
    }
  }

  /// Every rule's name and meaning, for help.
  package var rules: [(name: String, help: String)] {
    switch self {
    case .grid: GridRules.settings.map { ($0.name, $0.help) }
    case .crawler: CrawlerRules.settings.map { ($0.name, $0.help) }
    }
  }
}

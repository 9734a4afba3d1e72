package import Rollouts

/// A world that can be made from its name: one row of a table of worlds.
package struct WorldEntry: Sendable {
  /// Its name in commands and recordings.
  package let name: String
  /// Where its maps come from; nil where it has none.
  package let maps: MapSource?
  /// Makes the world on a map, with its published rules except for those that a configuration
  /// names.
  private let build: @Sendable (_ map: String?, _ configuration: JSON) throws -> any World

  /// A world with maps: how to read a map's text, its published rules, and how to make the world
  /// from both. Without a text, the map is the default one.
  package init<Map, W: World>(
    _ name: String, maps: MapSource, read: @escaping @Sendable (_ map: String?) throws -> Map,
    rules: @escaping @Sendable (Map) -> W.Rules,
    make: @escaping @Sendable (Map, W.Rules) throws -> W
  ) {
    self.name = name
    self.maps = maps
    build = { text, configuration in
      let map = try read(text)
      var rules = rules(map)
      try rules.restore(configuration)
      return try make(map, rules)
    }
  }

  /// A world without maps.
  package init<W: World>(
    _ name: String, rules: W.Rules, make: @escaping @Sendable (W.Rules) throws -> W
  ) {
    self.name = name
    maps = nil
    build = { text, configuration in
      guard text ?? "" == "" else { throw SettingError("the world \(name) has no map") }
      var rules = rules
      try rules.restore(configuration)
      return try make(rules)
    }
  }

  /// The world on a map's text or on the default map, with its published rules except for those
  /// that a configuration names, as a recording does.
  package func make(map: String? = nil, configuration: JSON = .object([])) throws -> any World {
    try build(map, configuration)
  }
}

/// The known worlds, by name.
package struct WorldTable: Sendable {
  package var entries: [WorldEntry]

  /// A table of some worlds.
  package init(_ entries: [WorldEntry]) { self.entries = entries }

  /// Every world's name.
  package var names: [String] { entries.map(\.name) }

  /// The entry with a name; nil where there is none.
  package subscript(name: String) -> WorldEntry? { entries.first { $0.name == name } }
}

package import Rollouts

/// What is known of the worlds of other programs, by their names without namespace and version.
///
/// Reel's own worlds have lower-case names, those of others the ids that Gymnasium registers:
/// `ALE/Breakout-v5` is known as `Breakout`, and is not Reel's `breakout`.
package enum ForeignWorlds {
  /// What is known of a world.
  package struct Entry: Sendable {
    /// The ending of episodes that went well; nil where no ending says so.
    var success: Ending?
    /// Reel's own world by the same rules, made from a recording's description and configuration; nil
    /// where there is none.
    var own: @Sendable (WorldDescription, JSON) -> (any World)? = { _, _ in nil }
  }

  /// The worlds of which more is known than a recording says.
  package static let table: [String: Entry] = [
    "CartPole": Entry(success: .truncated),
    "MountainCar": Entry(success: .terminated),
    "MountainCarContinuous": Entry(success: .terminated),
    "Acrobot": Entry(success: .terminated),
    "Taxi": Entry(success: .terminated),
    "CliffWalking": Entry(success: .terminated),
    "FrozenLake": Entry(own: frozenLake),
  ]

  /// The world of a recording that another program made.
  package static func world(_ description: WorldDescription, configuration: JSON) -> any World {
    let stem = stem(of: description.name)
    return table[stem]?.own(description, configuration) ?? RecordedWorld(description)
  }

  /// A name without namespace and version.
  package static func stem(of name: String) -> String {
    let last = name.split(separator: "/").last ?? ""
    return String(version(in: last).map { last[..<$0] } ?? last)
  }

  /// Whether a world is called as those of other programs are, and not as Reel's own.
  package static func isForeign(_ name: String) -> Bool {
    name.contains("/") || name.contains(where: \.isUppercase) || version(in: name[...]) != nil
  }

  /// Where the version of a name begins, such as `-v1`; nil where it has none.
  private static func version(in name: Substring) -> Substring.Index? {
    guard let dash = name.lastIndex(of: "-"), dash > name.startIndex else { return nil }
    let version = name[dash...].dropFirst()
    guard version.first == "v", version.count > 1,
      version.dropFirst().allSatisfy({ $0.isASCII && $0.isNumber })
    else { return nil }
    return dash
  }

  /// Gymnasium's FrozenLake on the map that was recorded, or on the classic one of its size.
  private static let frozenLake: @Sendable (WorldDescription, JSON) -> (any World)? = {
    description, configuration in
    guard description.actions.count == 4, let map = lake(description, configuration) else {
      return nil
    }
    var rules = GridRules(for: map)
    if case .bool(false)? = configuration["is_slippery"] { rules.noise = 0 }
    let world = GridWorld(map, rules: rules)
    let (recorded, known) = (digits(description), digits(world.description))
    return recorded.isEmpty || recorded == known ? world : nil
  }

  /// Where a state's digits stand, whatever they are called.
  private static func digits(_ description: WorldDescription) -> [String: [Int]] {
    let fields = description.fields.filter { $0.subject == "state" }
    return Dictionary(fields.map { ($0.type, [$0.offset, $0.count]) }) { first, _ in first }
  }

  private static func lake(_ description: WorldDescription, _ configuration: JSON) -> GridMap? {
    if !description.map.isEmpty {
      let rows = description.map.split { !$0.isLetter }.joined(separator: "\n")
      let map =
        (try? GridMap(parsing: description.map))
        ?? (try? GridMap(parsing: "reel map lake\n\n\(rows)\n"))
      return map?.kind == .lake ? map : nil
    }
    guard let layout = StateLayout(description.fields) else { return nil }
    return try? ClassicMaps.map("\(layout.rows)x\(layout.columns)", kind: .lake)
  }
}

package import Rollouts

/// What is known about the worlds of other programs, by their names without namespace and version.
///
/// Reel's own worlds have lower-case names; other programs use the ids that Gymnasium registers.
/// `ALE/Breakout-v5` is known as `Breakout`, and is not Reel's `breakout`.
package enum ForeignWorlds {
  /// What is known about a world.
  package struct Entry: Sendable {
    /// The ending of successful episodes; nil where the ending does not show success.
    var success: Ending?
    /// Reel's own world with the same rules, made from a recording's description and configuration;
    /// nil where there is none.
    var own: @Sendable (WorldDescription, JSON) -> (any World)? = { _, _ in nil }
  }

  /// The worlds about which more is known than a recording contains.
  package static let table: [String: Entry] = [
    "CartPole": Entry(success: .truncated),
    "MountainCar": Entry(success: .terminated),
    "MountainCarContinuous": Entry(success: .terminated),
    "Acrobot": Entry(success: .terminated),
    "Taxi": Entry(success: .terminated),
    "CliffWalking": Entry(success: .terminated),
    "FrozenLake": Entry(own: frozenLake),
  ]

  /// The world of a recording made by another program.
  package static func world(_ description: WorldDescription, configuration: JSON) -> any World {
    let stem = stem(of: description.name)
    return table[stem]?.own(description, configuration) ?? RecordedWorld(description)
  }

  /// A name without namespace and version.
  package static func stem(of name: String) -> String {
    let last = name.split(separator: "/").last ?? ""
    return String(version(in: last).map { last[..<$0] } ?? last)
  }

  /// Whether a world's name has the form of other programs' names, not of Reel's own.
  package static func isForeign(_ name: String) -> Bool {
    name.contains("/") || name.contains(where: \.isUppercase) || version(in: name[...]) != nil
  }

  /// Where the version of a name, such as `-v1`, begins; nil where it has none.
  private static func version(in name: Substring) -> Substring.Index? {
    guard let dash = name.lastIndex(of: "-"), dash > name.startIndex else { return nil }
    let version = name[dash...].dropFirst()
    guard version.first == "v", version.count > 1,
      version.dropFirst().allSatisfy({ $0.isASCII && $0.isNumber })
    else { return nil }
    return dash
  }

  /// Gymnasium's FrozenLake on the recorded map, or on the classic one of its size.
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

  /// The positions of a state's digits, whatever their names.
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

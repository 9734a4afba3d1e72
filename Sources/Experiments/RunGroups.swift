import Platform
package import Recordings
package import Rollouts

/// A recording among others that it is drawn or compared with.
package struct GroupedRun {
  package let path: String
  package let recording: Recording
  package let run: RunDescription
  /// The group that it belongs to.
  package fileprivate(set) var group: String
  /// The world and map that it was run on.
  package let task: String

  fileprivate init(_ path: String) throws {
    self.path = path
    recording = try Recording(path)
    run = try recording.description()
    group = ""
    let map = run.world.mapName
    task = map.isEmpty ? run.world.name : "\(run.world.name) \(map)"
  }

  /// What a key says of the run; nil where it says nothing.
  fileprivate func value(of key: String) -> String? {
    switch key {
    case "trainer": run.trainer
    case "preset": run.preset
    case "world": run.world.name
    case "map": run.world.mapName
    case "task": task
    case "seed": "\(run.seed)"
    case "purpose": run.purpose.rawValue
    case "tag": run.tags.joined(separator: " ")
    case "note": run.note
    case "file": Files.stem(path)
    default: run.configuration[key].map { $0.text ?? $0.compact }
    }
  }
}

/// Runs in groups.
package struct RunGroups {
  package let runs: [GroupedRun]
  /// What the groups differ in, in words.
  package let key: String

  /// What runs can be grouped by besides their settings.
  package static let words = [
    "trainer", "preset", "world", "map", "task", "seed", "purpose", "tag", "note", "file",
  ]

  /// Groups of recordings by a key, or by whatever they differ in besides their seeds and worlds.
  package init(_ paths: [String], by key: String?) throws {
    if paths.isEmpty { throw RunError.request("name one or more recordings") }
    var seen: Set<String> = []
    for path in paths where !seen.insert(path).inserted {
      throw RunError.request("\(path) is named twice, and would count twice")
    }
    var runs = try paths.map { try GroupedRun($0) }
    let keys = try key.map { [try Self.checked($0, runs)] } ?? Self.differing(runs)
    for index in runs.indices {
      let values = keys.map { key in
        let value = runs[index].value(of: key) ?? "–"
        return Self.words.contains(key) ? value : "\(key) \(value)"
      }
      runs[index].group =
        values.isEmpty ? runs[index].value(of: "trainer") ?? "" : values.joined(separator: ", ")
    }
    self.runs = runs
    self.key = keys.isEmpty ? "trainer" : keys.joined(separator: ", ")
  }

  private static func checked(_ key: String, _ runs: [GroupedRun]) throws -> String {
    if words.contains(key) || runs.contains(where: { $0.value(of: key) != nil }) { return key }
    let settings = runs.flatMap { run -> [String] in
      guard case .object(let members) = run.run.configuration else { return [] }
      return members.map(\.key)
    }
    throw RunError.unknown(
      "no run has a setting '\(key)' to group by", key,
      among: words + Set(settings).sorted())
  }

  /// The first of trainer, preset and settings that differ within a world.
  private static func differing(_ runs: [GroupedRun]) -> [String] {
    func differs(_ key: String) -> Bool {
      Dictionary(grouping: runs, by: \.task).values.contains { same in
        Set(same.map { $0.value(of: key) ?? "" }).count > 1
      }
    }
    for key in ["trainer", "preset"] where differs(key) { return [key] }
    guard case .object(let members)? = runs.first?.run.configuration else { return [] }
    return members.map(\.key).filter(differs)
  }

  /// The groups in the order of their first runs.
  package var names: [String] { Self.unique(runs.map(\.group)) }
  /// The worlds in the order of their first runs.
  package var tasks: [String] { Self.unique(runs.map(\.task)) }

  private static func unique(_ words: [String]) -> [String] {
    var seen: Set<String> = []
    return words.filter { seen.insert($0).inserted }
  }
}

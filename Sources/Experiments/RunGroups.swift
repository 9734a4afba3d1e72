import Platform
package import Recordings
package import Rollouts

/// A recording in a group of recordings that are drawn or compared.
package struct GroupedRun {
  package let path: String
  /// Its description; from a catalog it lacks the map and the meaning of states.
  package let run: RunDescription
  private let source: Source
  /// The group that it belongs to.
  package fileprivate(set) var group: String
  /// Its world and map.
  package let task: String

  private enum Source {
    case recording(Recording)
    case cataloged(RunCatalog, Int)
  }

  private init(_ path: String, _ run: RunDescription, _ source: Source) {
    (self.path, self.run, self.source) = (path, run, source)
    group = ""
    let map = run.world.mapName
    task = map.isEmpty ? run.world.name : "\(run.world.name) \(map)"
  }

  fileprivate init(_ place: RunPlaces.Place) throws {
    switch place {
    case .file(let path):
      let recording = try Recording(path)
      self.init(path, try recording.description(), .recording(recording))
    case .cataloged(let catalog, let run):
      self.init(run.path, run.description, .cataloged(catalog, run.id))
    }
  }

  /// Whether it is the training of a language model, which has losses in place of episodes.
  package var isTextTraining: Bool {
    run.program == "reel" && run.purpose == .train && run.world.name == TrainingText.subjectName
  }

  /// The recording itself.
  package func recording() throws -> Recording {
    if case .recording(let recording) = source { return recording }
    return try Recording(path)
  }

  /// What every finished episode earned, and when it ended; up to `most` are kept in memory.
  package func outcomes(most: Int = Outcomes.usualMost) throws -> Outcomes {
    switch source {
    case .recording(let recording): try recording.outcomes(most: most)
    case .cataloged(let catalog, let run): try catalog.outcomes(of: run, most: most)
    }
  }

  /// A recorded metric; for a missing one the error lists the recorded ones.
  package func outcomes(
    ofMetric name: String, most: Int = Outcomes.usualMost
  ) throws -> Outcomes {
    switch source {
    case .recording(let recording):
      return try recording.knownOutcomes(ofMetric: name, most: most)
    case .cataloged(let catalog, let run):
      let values = try catalog.outcomes(ofMetric: name, of: run, most: most)
      if values.count == 0 {
        throw RunError.noMetric(name, of: path, among: try catalog.metricNames(of: run))
      }
      return values
    }
  }

  /// The run's value for a key; nil if it has none.
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
  /// The keys that tell the groups apart, as text.
  package let key: String

  /// What runs can be grouped by besides their settings.
  package static let words = [
    "trainer", "preset", "world", "map", "task", "seed", "purpose", "tag", "note", "file",
  ]

  /// Groups recordings, including those in folders and catalogs, by a key, or by what they differ in besides seed and
  /// world.
  package init(_ places: [String], by key: String?) throws {
    var runs = try RunPlaces.all(in: places).map { try GroupedRun($0) }
    // A folder may also hold trainings of language models. They are left out, unless they are named.
    let files = Set(places)
    let played = runs.filter { !$0.isTextTraining || files.contains($0.path) }
    if !played.isEmpty { runs = played }
    if runs.isEmpty {
      throw RunError.request(
        places.isEmpty
          ? "name one or more recordings" : "there is no recording in \(places[0])")
    }
    var seen: Set<String> = []
    for path in runs.map(\.path) where !seen.insert(path).inserted {
      throw RunError.request("\(path) is named twice, and would count twice")
    }
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

  /// The first of trainer, preset and settings that differs within a world.
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

extension Recording {
  /// A recorded metric; for a missing one the error lists the recorded ones.
  package func knownOutcomes(
    ofMetric name: String, most: Int = Outcomes.usualMost
  ) throws -> Outcomes {
    let values = try outcomes(ofMetric: name, most: most)
    if values.count == 0 { throw RunError.noMetric(name, of: path, among: try metricNames()) }
    return values
  }
}

extension RunError {
  fileprivate static func noMetric(
    _ name: String, of path: String, among known: [String]
  ) -> RunError {
    let has = known.isEmpty ? "it has none at all" : "it has \(known.joined(separator: ", "))"
    return .run("\(path) has no metric '\(name)'; \(has)", .similarName(to: name, among: known))
  }
}

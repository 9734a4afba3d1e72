package import Rollouts

/// One run that a manifest asks for: a new one, a continued one, or one that forks from another.
package struct ManifestTask: Sendable, Equatable {
  /// Where the run begins.
  package enum Start: Sendable, Equatable {
    /// At the first step of a world or text.
    case new(NewRun)
    /// At the end of a recording.
    case resume(String)
    /// At a moment of another recording: a step, a share such as 50%, or the end.
    case fork(of: String, at: String)
  }

  /// A run from its first step.
  package struct NewRun: Sendable, Equatable {
    package var subject: String
    package var map: String?
    package var text: String?
    package var preset: String?
    package var policy: String?
    package var seed: UInt64 = 1

    /// A run of a world or text with the default settings.
    package init(_ subject: String) { self.subject = subject }
  }

  package var start: Start
  /// Settings that differ from the preset, or from the recording.
  package var settings: [JSON.Member] = []
  /// The total number of steps and episodes at the end; nil to use the settings.
  package var steps: Int?
  package var episodes: Int?
  /// The recording that is made; the same file if a run is continued.
  package var output: String
  package var tags: [String] = []
  package var note = ""

  /// A run that is recorded in a file.
  package init(_ start: Start, output: String) { (self.start, self.output) = (start, output) }

  /// A run that continues its recording.
  package init(resuming path: String) { self.init(.resume(path), output: path) }

  /// The settings as they are typed.
  package var overrides: [(name: String, value: String)] {
    settings.map { ($0.key, $0.value.text ?? $0.value.compact) }
  }

  /// How the run continues differently from its recording.
  package var change: PlanChange {
    PlanChange(steps: steps, episodes: episodes, overrides: overrides)
  }
}

// MARK: As a line of a manifest

extension ManifestTask {
  /// What a line holds.
  package var json: JSON {
    var members: [JSON.Member] = []
    /// Adds what is given; defaults are left out.
    func add(_ key: String, _ value: JSON?) {
      if let value { members.append(.init(key, value)) }
    }
    var length = "until"
    switch start {
    case .new(let run):
      length = "steps"
      add("subject", .string(run.subject))
      add("map", run.map.map(JSON.string))
      add("text", run.text.map(JSON.string))
      add("preset", run.preset.map(JSON.string))
      add("policy", run.policy.map(JSON.string))
      add("seed", .integer(Int(run.seed)))
    case .resume(let path): add("resume", .string(path))
    case .fork(let path, let moment):
      add("fork", .string(path))
      add("at", .string(moment))
    }
    add("settings", settings.isEmpty ? nil : .object(settings))
    add(length, steps.map(JSON.integer))
    add("episodes", episodes.map(JSON.integer))
    if case .resume = start { return .object(members) }
    add("output", .string(output))
    // A fork has the tags and the note of its parent.
    guard case .new = start else { return .object(members) }
    add("tags", tags.isEmpty ? nil : .array(tags.map(JSON.string)))
    add("note", note.isEmpty ? nil : .string(note))
    return .object(members)
  }

  /// Parses the run that a line, or a form, asks for.
  package init(json: JSON) throws(RunError) {
    let members = try Members(json)
    let kinds = ["subject", "resume", "fork"].filter { json[$0] != nil }
    guard kinds.count == 1, let kind = kinds.first else {
      throw RunError.request("a run has either a subject, or a recording to resume or to fork")
    }
    var keys = ["settings", "episodes"]
    switch kind {
    case "subject":
      keys += ["map", "text", "preset", "policy", "seed", "steps", "output", "tags", "note"]
      var run = NewRun(try members.text(kind))
      (run.map, run.text) = (try members.optionalText("map"), try members.optionalText("text"))
      run.preset = try members.optionalText("preset")
      run.policy = try members.optionalText("policy")
      run.seed = UInt64(try members.count("seed", from: 0) ?? 1)
      self.init(.new(run), output: try members.text("output"))
      steps = try members.count("steps", from: 1)
    case "resume":
      keys += ["until"]
      self.init(resuming: try members.text(kind))
    default:
      keys += ["at", "until", "output"]
      let moment = try members.scalar("at")
      guard RecordedMoment(moment) != nil else {
        throw RunError.request("at is a step, N% or end, not '\(moment)'")
      }
      self.init(
        .fork(of: try members.text(kind), at: moment), output: try members.text("output"))
    }
    if kind != "subject" { steps = try members.count("until", from: 1) }
    try members.refuseOthers(than: [kind] + keys)
    episodes = try members.count("episodes", from: 1)
    settings = try members.settings()
    tags = try members.texts("tags")
    note = try members.optionalText("note") ?? ""
  }
}

/// The members of a run's JSON; a wrong type is an error with a sentence.
private struct Members {
  private let json: JSON
  private let keys: [String]

  init(_ json: JSON) throws(RunError) {
    guard case .object(let members) = json else {
      throw RunError.request("a run is a JSON object")
    }
    (self.json, keys) = (json, members.map(\.key))
    if let key = keys.first(where: { key in keys.count { $0 == key } > 1 }) {
      throw RunError.request("\(key) is given twice")
    }
  }

  func optionalText(_ key: String) throws(RunError) -> String? {
    guard let value = json[key], value != .null else { return nil }
    guard let text = value.text, !text.utf8.contains(0) else {
      throw RunError.request("\(key) is a text, not \(value.compact)")
    }
    return text
  }

  func text(_ key: String) throws(RunError) -> String {
    guard let text = try optionalText(key), !text.isEmpty else {
      throw RunError.request("\(key) is missing")
    }
    return text
  }

  /// A text or a number, as it is typed.
  func scalar(_ key: String) throws(RunError) -> String {
    if let number = json[key]?.int { return "\(number)" }
    return try text(key)
  }

  func count(_ key: String, from least: Int) throws(RunError) -> Int? {
    guard let value = json[key], value != .null else { return nil }
    guard let number = value.int, number >= least else {
      throw RunError.request(
        "\(key) must be a whole number of at least \(least), not \(value.compact)")
    }
    return number
  }

  func texts(_ key: String) throws(RunError) -> [String] {
    guard let value = json[key], value != .null else { return [] }
    guard case .array(let elements) = value, elements.allSatisfy({ $0.text != nil }) else {
      throw RunError.request("\(key) is a list of texts, not \(value.compact)")
    }
    return elements.compactMap(\.text)
  }

  func settings() throws(RunError) -> [JSON.Member] {
    guard let value = json["settings"], value != .null else { return [] }
    guard case .object(let settings) = value else {
      throw RunError.request("settings is an object of names and values")
    }
    for setting in settings {
      switch setting.value {
      case .null, .array, .object:
        throw RunError.request("\(setting.key) cannot be \(setting.value.compact)")
      case .bool, .integer, .number, .string: break
      }
    }
    return settings
  }

  /// Refuses unknown keys: a misspelled key would make a run that nobody asked for.
  func refuseOthers(than known: [String]) throws(RunError) {
    guard let key = keys.first(where: { !known.contains($0) }) else { return }
    throw RunError.unknown("such a run has no '\(key)'", key, among: known)
  }
}

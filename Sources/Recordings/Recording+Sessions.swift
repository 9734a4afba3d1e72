public import Rollouts
internal import SQLite

/// One start, resume or extension of a run.
public struct Session: Sendable, Equatable {
  /// Its first new step.
  public var firstStep: Int
  /// The settings in force from that step on.
  public var configuration: JSON
  /// The versions of what wrote it: this program, SQLite, the platform.
  public var versions: JSON
  /// When it began, ISO 8601.
  public var started: String
  /// When it ended cleanly; nil where it did not, or not yet.
  public var ended: String?
  /// The process that writes it, alive or dead, and when that process started; nil after a clean
  /// end.
  public var writer: SessionWriter?
}

/// A process that writes a recording, or wrote it and died.
public struct SessionWriter: Sendable, Equatable {
  /// The process's number.
  public var process: Int
  /// When the process started, ISO 8601.
  public var started: String
  /// The machine that it runs on.
  public var host: String
  /// Whether it is alive and writes this file.
  public var isAlive: Bool
}

extension Recording {
  /// Whether a run is being written, and how it ended.
  public enum Status: String, Sendable {
    /// A living process writes it.
    case writing
    /// It was closed cleanly.
    case finished
    /// Its writer died, or gave up.
    case interrupted
  }

  /// All sessions, in order.
  public func sessions() throws(RecordingError) -> [Session] {
    let rows = try rows(of: SessionColumn.self, "ORDER BY rowid")
    var sessions: [Session] = []
    for (place, row) in rows.enumerated() {
      sessions.append(try session(row, isLast: place == rows.count - 1))
    }
    return sessions
  }

  /// The current or last session; nil where there is none.
  package func lastSession() throws(RecordingError) -> Session? {
    let row = try rows(of: SessionColumn.self, "ORDER BY rowid DESC LIMIT 1").first
    guard let row else { return nil }
    return try session(row, isLast: true)
  }

  /// The settings of the steps, and from which step on: that of the checkpoint from which a session
  /// continued.
  package func settings() throws(RecordingError) -> [(from: Int, configuration: JSON)] {
    var settings: [(from: Int, configuration: JSON)] = []
    for session in try sessions() where session.configuration != settings.last?.configuration {
      let start =
        try value(
          "SELECT max(step) FROM checkpoints WHERE step <= ?", .integer(session.firstStep))?.int
        ?? 0
      while let last = settings.last, last.from >= start { settings.removeLast() }
      settings.append((start, session.configuration))
    }
    return settings
  }

  /// Whether the run is being written, or how it ended.
  public func status() throws(RecordingError) -> Status {
    guard let last = try lastSession() else { return .interrupted }
    if last.ended != nil { return .finished }
    return last.writer?.isAlive == true ? .writing : .interrupted
  }

  /// Asks the process that writes the file to stop, as Ctrl-C does; false where no process of this
  /// machine does.
  package func interruptWriter() throws(RecordingError) -> Bool {
    let row = try rows(of: SessionColumn.self, "ORDER BY rowid DESC LIMIT 1").first
    guard let row, row[.ended].text == nil else { return false }
    return row[.writer].text.flatMap(WriterIdentity.init(json:))?.interrupt(writing: path) ?? false
  }

  /// A session from its row. Only the last can have a living writer.
  private func session(
    _ row: Row<SessionColumn>, isLast: Bool
  ) throws(RecordingError) -> Session {
    guard let first = row[.firstStep].int, first >= 0, let started = row[.started].text,
      let configuration = row[.configuration].text.flatMap({ try? JSON(parsing: $0) }),
      let versions = row[.versions].text.flatMap({ try? JSON(parsing: $0) })
    else { throw .damaged(path, "a row of sessions cannot be read") }
    let path = path
    return Session(
      firstStep: first, configuration: configuration, versions: versions, started: started,
      ended: row[.ended].text,
      writer: row[.writer].text.flatMap(WriterIdentity.init(json:)).map {
        SessionWriter(
          process: $0.process, started: $0.started, host: $0.host,
          isAlive: isLast && $0.isAlive(writing: path))
      })
  }

  /// Throws if a living process writes the file.
  func refuseLivingWriter() throws(RecordingError) {
    guard let writer = try lastSession()?.writer, writer.isAlive else { return }
    throw RecordingError(
      .beingWritten,
      "\(path) is being written by process \(writer.process), which started \(writer.started)")
  }

  /// The run's original description, with the settings that are now in force.
  public func description() throws(RecordingError) -> RunDescription {
    try reading { () throws(RecordingError) in
      let keys = try runKeys()
      /// A value of another type would read as missing.
      func text(_ key: String, orElse usual: String = "") throws(RecordingError) -> String {
        guard let value = keys[key] else { return usual }
        guard let text = value.text else { throw .damaged(path, "its \(key) is not text") }
        return text
      }
      // A run of another program may have no seed.
      let seed = format.version > 1 && keys["seed"] == nil ? 0 : keys["seed"]?.number
      guard let world = keys["world"]?.text, let trainer = keys["trainer"]?.text,
        let purpose = keys["purpose"]?.text.flatMap(RunPurpose.init(rawValue:)),
        let seed, seed >= 0, let configuration = try lastSession()?.configuration
      else { throw .damaged(path, "the table run lacks the run's description") }
      var run = RunDescription(
        world: WorldDescription(
          name: world, map: try text("map"), mapName: try text("map_name"),
          actions: try actions(), fields: try fields()),
        trainer: trainer, purpose: purpose, preset: try text("preset", orElse: "default"),
        seed: UInt64(seed), configuration: configuration)
      run.program = try text("program", orElse: run.program)
      run.hasSeed = keys["seed"] != nil
      run.worlds = max(1, keys["worlds"]?.number ?? 1)
      run.note = try text("note")
      run.tags = RunDescription.tags(from: try text("tags"))
      if let json = keys["parent"]?.text.flatMap({ try? JSON(parsing: $0) }),
        let file = json["file"]?.text, let digest = json["digest"]?.text,
        let step = json["step"]?.int
      {
        run.parent = Parent(file: file, digest: digest, step: step)
      }
      return run
    }
  }

  /// The greatest number of worlds side by side in any session.
  package func mostWorlds() throws(RecordingError) -> Int {
    if format.version == 1 { return try runKeys()["worlds"]?.int ?? 1 }
    return try value("SELECT max(worlds) FROM sessions")?.int ?? 1
  }

  func runKeys() throws(RecordingError) -> [String: SQLiteValue] {
    let rows = try rows(of: RunColumn.self)
    return Dictionary(rows.map { ($0[.key].text ?? "", $0[.value]) }) { first, _ in first }
  }

  private func actions() throws(RecordingError) -> [ActionMeaning] {
    let rows = try rows(of: ActionColumn.self, "ORDER BY action")
    var actions: [ActionMeaning] = []
    for (number, row) in rows.enumerated() {
      guard row[.action].int == number, let name = row[.name].text, let dx = row[.dx].int,
        let dy = row[.dy].int
      else { throw .damaged(path, "action \(number) cannot be read") }
      actions.append(ActionMeaning(name, dx: dx, dy: dy))
    }
    return actions
  }

  private func fields() throws(RecordingError) -> [Field] {
    var fields: [Field] = []
    for row in try rows(of: FieldColumn.self, "ORDER BY rowid") {
      guard let subject = row[.subject].text, let name = row[.name].text,
        let type = row[.type].text, let offset = row[.offset].int, let count = row[.count].int,
        let description = row[.description].text
      else { throw .damaged(path, "a row of fields cannot be read") }
      fields.append(
        Field(subject, name, type: type, offset: offset, count: count, description))
    }
    return fields
  }
}

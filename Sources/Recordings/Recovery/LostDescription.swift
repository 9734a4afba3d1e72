internal import Rollouts
internal import SQLite

/// A run's description, where its own rows are lost: taken from another run of the same command.
///
/// The first batch's hash covers the description, so if that batch is whole, it proves the
/// description.
enum LostDescription {
  /// Completes the description in a file of readable rows.
  static func complete(_ rows: String, of path: String, like other: String?) throws {
    let database = try withRecordingErrors(rows) { () throws(SQLiteError) in
      try Database(rows, .writing)
    }
    let format = try Recording(rows).format
    /// Adds what is missing; if the first batch shows that the remaining description was changed,
    /// takes all of it from the other run.
    func complete(by fill: () throws -> Void) throws {
      try fill()
      if try isProven(rows, database, format) { return }
      try execute(
        "SAVEPOINT own; DELETE FROM run; DELETE FROM actions; DELETE FROM fields", database)
      try fill()
      if try !isProven(rows, database, format) { try execute("ROLLBACK TO own", database) }
      try execute("RELEASE own", database)
    }
    try execute("BEGIN", database)
    if format.version > 1 {
      try complete {
        try withRecordingErrors(rows) { () throws(SQLiteError) in
          try fillFromSecond(database, format)
        }
      }
    }
    if let other {
      let model = try Recording(other)
      try complete { try fill(database, format, from: model) }
    }
    try execute("COMMIT", database)
    let lacks = try withRecordingErrors(path) { () throws(SQLiteError) in
      let run = try database.first(
        "SELECT count(*) FROM run WHERE key IN ('world', 'trainer', 'purpose')")
      let sessions = try database.first("SELECT count(*) FROM sessions")
      return run?.first != .integer(3) || sessions?.first == .integer(0)
    }
    guard !lacks else {
      throw RecordingError.damaged(
        path,
        "its description cannot be read; --like OTHER takes it from another run of the same"
          + " command")
    }
  }

  private static func execute(_ sql: String, _ database: Database) throws(RecordingError) {
    try withRecordingErrors(database.path) { () throws(SQLiteError) in try database.execute(sql) }
  }

  /// Whether the first batch verifies with the current description.
  private static func isProven(
    _ rows: String, _ database: Database, _ format: Format
  ) throws -> Bool {
    let recording = Recording(reading: database, at: rows, in: format)
    return (try? ProvenBatches(recording).find(atMost: 1).first?.steps.lowerBound) == 0
  }

  /// Adds what is missing.
  private static func fill(
    _ database: Database, _ format: Format, from model: Recording
  ) throws {
    guard model.format == format else {
      throw RecordingError(
        .invalid, "\(model.path) is in another format than the damaged recording")
    }
    let own: Set = ["tags", "note", "parent", "thinned", "recovered"]
    let run = try model.rows(of: RunColumn.self, "ORDER BY rowid").filter {
      !own.contains($0[.key].text ?? "")
    }
    let actions = try model.rows(of: ActionColumn.self, "ORDER BY rowid")
    let fields = try model.rows(of: FieldColumn.self, "ORDER BY rowid")
    var sessions = try model.rows(of: SessionColumn.self, "ORDER BY rowid LIMIT 1")
    if !sessions.isEmpty { (sessions[0][.ended], sessions[0][.writer]) = (.null, .null) }
    try withRecordingErrors(database.path) { () throws(SQLiteError) in
      for row in run { try database.insert(row, in: format, "INSERT OR IGNORE") }
      for (key, value) in [("tags", "[]"), ("note", "")] {
        try database.insert(
          Row<RunColumn>([.text(key), .text(value)]), in: format, "INSERT OR IGNORE")
      }
      // The seed may differ; each episode has it, too.
      try database.execute(
        """
        UPDATE run SET value = coalesce(
          (SELECT seed FROM episodes GROUP BY seed ORDER BY count(*) DESC), value)
        WHERE key = 'seed' AND
          coalesce((SELECT value FROM run WHERE key = 'program'), 'reel') = 'reel'
        """)
      func isEmpty(_ table: String) throws(SQLiteError) -> Bool {
        try database.first("SELECT 1 FROM \(table) LIMIT 1") == nil
      }
      if try isEmpty("actions") { try database.insert(actions, in: format) }
      if try isEmpty("fields") { try database.insert(fields, in: format) }
      if try isEmpty("sessions") { try database.insert(sessions, in: format) }
    }
  }

  /// Adds what is missing from format 2's second description, as far as that can be read.
  private static func fillFromSecond(
    _ database: Database, _ format: Format
  ) throws(SQLiteError) {
    func values(_ json: JSON?) -> [SQLiteValue]? {
      guard case .array(let values)? = json else { return nil }
      return values.map(SQLiteValue.init)
    }
    for row in try database.rows(of: DescriptionColumn.self, in: format, "ORDER BY session") {
      guard let json = row[.json].text.flatMap({ try? JSON(parsing: $0) }),
        let place = row[.session].int
      else { continue }
      if case .object(let keys)? = json["run"] {
        for key in keys {
          try database.insert(
            Row<RunColumn>([.text(key.key), SQLiteValue(key.value)]), in: format,
            "INSERT OR IGNORE")
        }
      }
      if case .array(let actions)? = json["actions"] {
        for action in actions.compactMap({ values($0) }) where action.count == 4 {
          try database.insert(Row<ActionColumn>(action), in: format, "INSERT OR IGNORE")
        }
      }
      if case .array(let fields)? = json["fields"],
        try database.first("SELECT 1 FROM fields LIMIT 1") == nil
      {
        for field in fields.compactMap({ values($0) }) where field.count == 7 {
          try database.insert(Row<FieldColumn>(field), in: format, "INSERT OR IGNORE")
        }
      }
      if let session = values(json["session"]), session.count == 5 {
        try fill(session: place, with: session, database, format)
      }
    }
    for (key, value) in [("tags", "[]"), ("note", "")] {
      try database.insert(
        Row<RunColumn>([.text(key), .text(value)]), in: format, "INSERT OR IGNORE")
    }
  }

  /// Adds a session that is missing or was changed; its batches have its hash.
  private static func fill(
    session place: Int, with values: [SQLiteValue], _ database: Database, _ format: Format
  ) throws(SQLiteError) {
    let found = try database.rows(
      of: SessionColumn.self, in: format, "WHERE rowid = ?", [.integer(place)]
    ).first
    if let found {
      let section = try database.first(
        "SELECT substr(sections, 1, 32) FROM batches WHERE session = ?", .integer(place))
      let second = SessionFacts(
        Row([values[0], values[1], values[2], values[3], .null, .null, values[4]]))
      guard section?.first?.blob == hash(of: second, format),
        section?.first?.blob != hash(of: SessionFacts(found), format)
      else { return }
    }
    try database.run(
      "INSERT OR REPLACE INTO sessions(rowid, first_step, configuration, versions, started, worlds)"
        + " VALUES (?, ?, ?, ?, ?, ?)", [.integer(place)] + values)
  }

  private static func hash(of session: SessionFacts, _ format: Format) -> [UInt8] {
    var hash = CanonicalHash()
    session.add(to: &hash, in: format)
    return hash.finished()
  }
}

extension SQLiteValue {
  /// A value in a description's JSON.
  fileprivate init(_ json: JSON) {
    self = json.int.map(SQLiteValue.integer) ?? json.text.map(SQLiteValue.text) ?? .null
  }
}

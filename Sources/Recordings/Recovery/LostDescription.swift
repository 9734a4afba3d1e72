internal import Rollouts
internal import SQLite

/// What a run is, where the rows that say so are lost: taken from another run of the same command.
///
/// The first batch's hash covers the description, so that where that batch is whole it proves it.
enum LostDescription {
  /// Completes the description in a file of readable rows.
  static func complete(_ rows: String, of path: String, like other: String?) throws {
    let database = try withRecordingErrors(rows) { () throws(SQLiteError) in
      try Database(rows, .writing)
    }
    if let other {
      let model = try Recording(other)
      try execute("BEGIN", database)
      try fill(database, from: model)
      if try !isProven(rows, database) {
        // Perhaps what is there was changed.
        try execute(
          "SAVEPOINT own; DELETE FROM run; DELETE FROM actions; DELETE FROM fields", database)
        try fill(database, from: model)
        if try !isProven(rows, database) { try execute("ROLLBACK TO own", database) }
      }
      try execute("COMMIT", database)
    }
    let lacks = try withRecordingErrors(path) { () throws(SQLiteError) in
      let run = try database.first(
        "SELECT count(*) FROM run WHERE key IN ('world', 'trainer', 'purpose', 'seed')")
      let sessions = try database.first("SELECT count(*) FROM sessions")
      return run?.first != .integer(4) || sessions?.first == .integer(0)
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

  /// Whether the first batch verifies with the description that is there.
  private static func isProven(_ rows: String, _ database: Database) throws -> Bool {
    let recording = Recording(reading: database, at: rows)
    return (try? ProvenBatches(recording).find(atMost: 1).first?.steps.lowerBound) == 0
  }

  /// Adds what is lacking.
  private static func fill(_ database: Database, from model: Recording) throws {
    let own: Set = ["tags", "note", "parent", "thinned", "recovered"]
    let run = try model.rows(of: RunColumn.self, "ORDER BY rowid").filter {
      !own.contains($0[.key].text ?? "")
    }
    let actions = try model.rows(of: ActionColumn.self, "ORDER BY rowid")
    let fields = try model.rows(of: FieldColumn.self, "ORDER BY rowid")
    var sessions = try model.rows(of: SessionColumn.self, "ORDER BY rowid LIMIT 1")
    if !sessions.isEmpty { (sessions[0][.ended], sessions[0][.writer]) = (.null, .null) }
    try withRecordingErrors(database.path) { () throws(SQLiteError) in
      for row in run { try database.run("INSERT OR IGNORE \(RunColumn.insertion)", row.values) }
      for (key, value) in [("tags", "[]"), ("note", "")] {
        try database.run(
          "INSERT OR IGNORE \(RunColumn.insertion)", .text(key), .text(value))
      }
      // The seed may be another one; each episode has it, too.
      try database.execute(
        """
        UPDATE run SET value = coalesce(
          (SELECT seed FROM episodes GROUP BY seed ORDER BY count(*) DESC), value)
        WHERE key = 'seed'
        """)
      func isEmpty(_ table: String) throws(SQLiteError) -> Bool {
        try database.first("SELECT 1 FROM \(table) LIMIT 1") == nil
      }
      if try isEmpty("actions") { try database.insert(actions) }
      if try isEmpty("fields") { try database.insert(fields) }
      if try isEmpty("sessions") { try database.insert(sessions) }
    }
  }
}

internal import Rollouts
internal import SQLite

extension Recording {
  /// Gives a recording other tags, also while it is being written.
  package static func setTags(_ tags: [String], of path: String) throws(RecordingError) {
    try set("tags", .text(JSON.array(tags.map(JSON.string)).compact), of: path)
  }

  /// Gives a recording another note, also while it is being written.
  package static func setNote(_ note: String, of path: String) throws(RecordingError) {
    try set("note", .text(note), of: path)
  }

  private static func set(
    _ key: String, _ value: SQLiteValue, of path: String
  ) throws(RecordingError) {
    // Whatever is no recording is refused before anything is written.
    _ = try Recording(path)
    // By a log, as steps are written: a process killed here leaves no journal, which readers could not undo.
    let database = try Draft.open(path, durable: true)
    try withRecordingErrors(path) { () throws(SQLiteError) in
      try database.run("INSERT OR REPLACE INTO run VALUES (?, ?)", .text(key), value)
      Draft.makeOneFile(database)
      try database.close()
    }
  }
}

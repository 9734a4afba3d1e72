internal import Platform
internal import Rollouts
internal import SQLite

extension Recording {
  /// Adds tags to a recording, removes tags and changes its note, even while it is being written.
  /// Reads and writes in one transaction, so concurrent changes are not lost.
  @discardableResult package static func label(
    _ path: String, adding added: [String] = [], removing removed: [String] = [],
    note: String? = nil
  ) throws(RecordingError) -> (tags: [String], note: String) {
    // Anything that is not a recording is refused before anything is written.
    _ = try Recording(path)
    return try RecordingFiles.holdingFolder(of: Files.resolved(path)) {
      () throws(RecordingError) in
      // Uses the log, as for steps: a process killed here leaves no journal, which readers could
      // not roll back.
      let database = try Draft.open(path, durable: true)
      return try withRecordingErrors(path) { () throws(SQLiteError) in
        let label = try database.transaction(.writing) { () throws(SQLiteError) in
          func text(_ key: String) throws(SQLiteError) -> String {
            try database.first("SELECT value FROM run WHERE key = ?", .text(key))?.first?.text ?? ""
          }
          func set(_ key: String, _ value: String) throws(SQLiteError) {
            try database.run("INSERT OR REPLACE INTO run VALUES (?, ?)", .text(key), .text(value))
          }
          var tags = RunDescription.tags(from: try text("tags"))
          tags.removeAll(where: removed.contains)
          for tag in added where !tags.contains(tag) { tags.append(tag) }
          if !added.isEmpty || !removed.isEmpty {
            try set("tags", JSON.array(tags.map(JSON.string)).compact)
          }
          if let note { try set("note", note) }
          return (tags: tags, note: try text("note"))
        }
        Draft.makeOneFile(database)
        try database.close()
        return label
      }
    }
  }
}

extension RunDescription {
  /// The tags in a text of the table `run`.
  static func tags(from text: String) -> [String] {
    guard case .array(let tags)? = try? JSON(parsing: text) else { return [] }
    return tags.compactMap(\.text)
  }
}

internal import SQLite

/// Reads a table in the order of its key, many rows at a time.
final class TableCursor {
  let rows: Columns
  private let recording: Recording
  private let statement: GatheringStatement
  private let following: Statement
  private var next: Int
  private let end: Int

  init(
    _ recording: Recording, _ table: String, _ kinds: [Columns.Kind], _ columns: String,
    key: String, _ range: Range<Int>
  ) throws(RecordingError) {
    self.recording = recording
    rows = Columns(kinds, capacity: 1024, names: Batch.endings)
    (next, end) = (range.lowerBound, range.upperBound)
    (statement, following) = try naming(recording.path) { () throws(SQLiteError) in
      (
        try recording.database.gathering(
          "SELECT gather(\(columns)) FROM \(table) NOT INDEXED WHERE \(key) >= ? AND \(key) < ?"),
        try recording.database.prepare("SELECT min(\(key)) FROM \(table) WHERE \(key) >= ?")
      )
    }
  }

  /// Goes to the next rows; false where there are none.
  func advance() throws(RecordingError) -> Bool {
    rows.removeAll()
    try naming(recording.path) { () throws(SQLiteError) in
      while rows.count == 0, next < end {
        let until = min(end, next + rows.capacity)
        try statement.run(into: rows, .integer(next), .integer(until))
        next = until
        guard rows.count == 0, next < end else { continue }
        // Keys may be missing, many at a time, in a copy or a file from elsewhere.
        try following.bind(.integer(next), at: 1)
        if try following.step() { next = max(next, following.value(at: 0).int ?? end) }
        following.reset()
      }
    }
    return rows.count > 0
  }
}

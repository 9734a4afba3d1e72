internal import SQLite

/// Reads a table in the order of its key, many rows at a time.
final class TableCursor<Column: BulkColumn> {
  let rows: TableRows<Column>
  private let recording: Recording
  private let reader: RowReader<Column>
  private let following: Statement
  private var next: Int
  private let end: Int

  init(
    _ recording: Recording, _ kinds: ValueKinds = ValueKinds(), through last: Column? = nil,
    key: Column, _ range: Range<Int>
  ) throws(RecordingError) {
    self.recording = recording
    rows = TableRows(kinds, through: last, capacity: 1024, in: recording.format)
    (next, end) = (range.lowerBound, range.upperBound)
    (reader, following) = try withRecordingErrors(recording.path) { () throws(SQLiteError) in
      (
        try RowReader(
          recording.database, through: last, key: key, count: range.count, in: recording.format),
        try recording.database.prepare(
          "SELECT min(\(key.label)) FROM \(Column.table) WHERE \(key.label) >= ?")
      )
    }
  }

  /// Advances to the next rows; false where there are none.
  func advance() throws(RecordingError) -> Bool {
    let columns = rows.columns
    columns.removeAll()
    try withRecordingErrors(recording.path) { () throws(SQLiteError) in
      while columns.count == 0, next < end {
        let until = min(end, next + columns.capacity)
        try reader.read(next..<until, into: rows)
        next = until
        guard columns.count == 0, next < end else { continue }
        // Keys may be missing, many at a time, in a copy or a file from elsewhere.
        try following.bind(.integer(next), at: 1)
        if try following.step() { next = max(next, following.value(at: 0).int ?? end) }
        following.reset()
      }
    }
    return columns.count > 0
  }
}

internal import Glibc
internal import Platform
internal import Rollouts
internal import SQLite

/// A recording to read: finished, interrupted or still being written.
///
/// ```swift
/// let recording = try Recording("maze.sqlite")
/// let run = try recording.description()
/// print(run.world.name, try recording.stepCount(), "steps", try recording.digest())
///
/// let best = try recording.episodes(.best(1))[0]
/// for step in try recording.steps(of: best) { print(step.state, step.action, step.reward) }
///
/// let returns = try recording.metric("charts/episodic_return").values
/// let table = try recording.qTable(at: 500)          // the table after 500 steps
/// let difference = try recording.audit().difference   // nil: everything verifies
/// ```
///
/// Each call reads one consistent state of the file and then releases it, so a reader never holds
/// up a writer. Only one thread may use it at a time.
public final class Recording {
  /// The file's path as given.
  public let path: String
  let database: Database
  let format: Format

  /// Opens a recording and checks that it is one.
  public convenience init(_ path: String) throws(RecordingError) {
    try self.init(path, .reading)
  }

  /// Throws if the name of a new file is the recording's own.
  package static func refuse(_ new: String?, inPlaceOf path: String?) throws(RecordingError) {
    if let new, let path { try RecordingFiles.refuse(new, inPlaceOf: path) }
  }

  /// Opens a damaged recording, parts of which may still be readable.
  convenience init(salvaging path: String) throws(RecordingError) {
    try self.init(path, .salvaging)
  }

  /// A recording that is already open.
  init(reading database: Database, at path: String, in format: Format) {
    (self.database, self.path, self.format) = (database, path, format)
  }

  private init(_ path: String, _ mode: Database.Mode) throws(RecordingError) {
    self.path = path
    guard Files.isTaken(path) else {
      throw RecordingError.noFile(path)
    }
    if Files.isFolder(path) { throw RecordingError(.foreign, "\(path) is a folder") }
    // Opening a pipe would wait for ever.
    guard Files.isFile(path) else { throw RecordingError(.foreign, "\(path) is not a file") }
    (database, format) = try Self.openUnreplaced(path, mode)
  }

  /// Reads several things from one state of the file.
  func reading<Result>(
    _ body: () throws(RecordingError) -> Result
  ) throws(RecordingError) -> Result {
    let path = path
    return try database.transaction(.reading, body) { RecordingError($0, path: path) }
  }

  func rows(_ sql: String, _ values: SQLiteValue...) throws(RecordingError) -> [[SQLiteValue]] {
    try withRecordingErrors(path) { () throws(SQLiteError) in try database.all(sql, values) }
  }

  /// The rows of a table that a clause selects.
  func rows<Column: TableColumn>(
    of table: Column.Type, only wanted: [Column]? = nil, _ clause: String = "",
    _ values: SQLiteValue...
  ) throws(RecordingError) -> [Row<Column>] {
    try withRecordingErrors(path) { () throws(SQLiteError) in
      try database.rows(of: table, in: format, only: wanted, clause, values)
    }
  }

  /// Whether something is true of the first value of each row of a query with a text, in memory for one.
  func allValues(
    _ sql: String, _ text: String, satisfy isTrue: (SQLiteValue) -> Bool
  ) throws(RecordingError) -> Bool {
    try withRecordingErrors(path) { () throws(SQLiteError) in
      let statement = try database.prepare(sql)
      try statement.bind(.text(text), at: 1)
      while try statement.step() {
        guard isTrue(statement.value(at: 0)) else { return false }
      }
      return true
    }
  }

  /// The first value of a query's first row; nil where it has none.
  func value(_ sql: String, _ values: SQLiteValue...) throws(RecordingError) -> SQLiteValue? {
    try withRecordingErrors(path) { () throws(SQLiteError) in
      let statement = try database.prepare(sql)
      try statement.bind(values)
      return try statement.step() ? statement.value(at: 0) : nil
    }
  }
}

internal import Glibc
internal import Platform
internal import Rollouts
internal import SQLite

/// A recording to read: finished, interrupted or just being written.
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
/// let table = try recording.qTable(at: 500)          // as it was after 500 steps
/// let difference = try recording.audit().difference   // nil: all is as it was written
/// ```
///
/// Each call sees one consistent state of the file and lets go of it, so that a reader never holds
/// a writer up. Not for two threads at once.
public final class Recording {
  /// The file's path as it was given.
  public let path: String
  let database: Database

  /// Opens a recording and makes sure that it is one.
  public convenience init(_ path: String) throws(RecordingError) {
    try self.init(path, .reading)
  }

  /// Refuses a name for what is made from a recording, where it is the recording's own.
  package static func refuse(_ new: String?, inPlaceOf path: String?) throws(RecordingError) {
    if let new, let path { try RecordingFiles.refuse(new, inPlaceOf: path) }
  }

  /// Opens a damaged recording, of which some may still be read.
  convenience init(salvaging path: String) throws(RecordingError) {
    try self.init(path, .salvaging)
  }

  /// A recording that is open already.
  init(reading database: Database, at path: String) {
    (self.database, self.path) = (database, path)
  }

  private init(_ path: String, _ mode: Database.Mode) throws(RecordingError) {
    self.path = path
    guard Files.isTaken(path) else {
      throw RecordingError(.missing, "there is no file \(path)")
    }
    if Files.isFolder(path) { throw RecordingError(.foreign, "\(path) is a folder") }
    // Opening a pipe would wait for ever.
    guard Files.isFile(path) else { throw RecordingError(.foreign, "\(path) is no file") }
    database = try Self.openUnreplaced(path, mode)
  }

  /// Opens the file, and again where another took its name meanwhile: what is asked of the connection and
  /// what is asked of the name must be about one file.
  private static func openUnreplaced(
    _ path: String, _ mode: Database.Mode
  ) throws(RecordingError) -> Database {
    var attempts = 0
    while true {
      attempts += 1
      let (outcome, wasReplaced) = Files.watchingForReplacement(of: path) {
        () -> Result<Database, RecordingError> in
        do throws(RecordingError) {
          let database = try open(path, mode)
          try checkTables(of: database, path)
          if mode == .reading { try checkLength(of: database, path) }
          return .success(database)
        } catch {
          return .failure(error)
        }
      }
      if attempts == 100 || !wasReplaced { return try outcome.get() }
    }
  }

  /// Opens the file in the one way that works here.
  private static func open(
    _ path: String, _ mode: Database.Mode
  ) throws(RecordingError) -> Database {
    do {
      return try opened(path, mode)
    } catch  where error.kind == .denied {
      // Reading beside a log needs a file for locks. In a folder where none can be made, a
      // recording without a log can still be read, as nobody can be writing it either.
      let real = Files.resolved(path)
      if let log = Files.size(real + "-wal"), log > 0 {
        throw RecordingError(
          .denied,
          "\(path) cannot be read in a read-only folder while its last rows are in \(path)-wal:"
            + " copy both elsewhere")
      }
      return try opened(path, .immutable)
    }
  }

  private static func opened(
    _ path: String, _ mode: Database.Mode
  ) throws(RecordingError) -> Database {
    let (id, version, database) = try withRecordingErrors(path) { () throws(SQLiteError) in
      let database = try Database(path, mode)
      // A cell that overlaps others is found before it is followed.
      try database.execute("PRAGMA cell_size_check = ON")
      try database.execute("PRAGMA query_only = ON")
      let id = try database.first("PRAGMA application_id")?.first?.int
      return (id, try database.userVersion(), database)
    }
    guard id == Format.applicationID else {
      throw RecordingError(
        .foreign, "\(path) is not a recording: it is another program's SQLite file")
    }
    guard version <= Format.version else {
      throw RecordingError(
        .newer,
        "\(path) has format \(version) of a newer Reel; this one reads format \(Format.version)")
    }
    guard version == Format.version else { throw .damaged(path, "it has no format") }
    return database
  }

  /// SQLite takes what is missing of the last page for zeros; a copy that broke off is not whole.
  private static func checkLength(of database: Database, _ path: String) throws(RecordingError) {
    let real = Files.resolved(path)
    // While there is a log, the file itself may still lack its newest pages.
    guard (Files.size(real + "-wal") ?? 0) == 0, let size = Files.size(real) else { return }
    let (pages, page) = try withRecordingErrors(path) { () throws(SQLiteError) in
      (
        try database.first("PRAGMA page_count")?.first?.int,
        try database.first("PRAGMA page_size")?.first?.int
      )
    }
    guard let pages, let page else { return }
    let (whole, overflow) = pages.multipliedReportingOverflow(by: page)
    if overflow || size < whole {
      throw .damaged(path, "it is cut short, with \(size) of \(whole) bytes")
    }
  }

  /// A file from elsewhere may have views or computed columns in place of tables.
  private static func checkTables(of database: Database, _ path: String) throws(RecordingError) {
    for table in Format.tables {
      // Asked of what no table can be named like: a pragma, and the schema itself. A view has no root page,
      // nor has a virtual table.
      let (isTable, columns) = try withRecordingErrors(path) { () throws(SQLiteError) in
        let found = try database.first(
          "SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = ? AND rootpage > 0",
          .text(table.name))
        return (found != nil, try database.all("PRAGMA main.table_xinfo(\(table.name))"))
      }
      // Each row of the pragma has a column's name second, and last whether it is hidden.
      guard isTable,
        columns.map({ [$0[1], $0[6]] }) == table.columns.map({ [.text($0), .integer(0)] })
      else {
        throw .damaged(path, "its table \(table.name) is not as in format \(Format.version)")
      }
    }
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
      try database.rows(of: table, only: wanted, clause, values)
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

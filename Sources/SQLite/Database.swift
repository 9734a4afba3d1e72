internal import CSQLite

/// A connection to one database file. It may move between threads, but only one may use it at a
/// time.
@safe package final class Database: @unchecked Sendable {
  /// What a connection may do.
  package enum Mode: Sendable {
    /// Reads; works while another connection writes.
    case reading
    /// Reads a file that nobody changes, in a folder where no file can be created.
    case immutable
    /// Reads a damaged file as far as its pages can be read, even if the last ones are missing.
    case salvaging
    /// Reads and writes a file that exists.
    case writing
    /// Creates a new file, or opens an existing one.
    case creating
  }

  /// The file's path as given.
  package let path: String
  let mode: Mode
  var handle: OpaquePointer?
  let gathering = GatherTarget()
  let log = LogPages()
  private var patience: Patience?

  /// Opens a file; SQLite reads nothing until the first statement.
  package init(_ path: String, _ mode: Mode, busyTimeout: Duration = .seconds(5))
    throws(SQLiteError)
  {
    self.path = path
    self.mode = mode
    let access =
      switch mode {
      case .reading, .immutable, .salvaging: SQLITE_OPEN_READONLY
      case .writing: SQLITE_OPEN_READWRITE
      case .creating: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
      }
    // Only one thread uses a connection at a time, so SQLite needs no mutex for it.
    let flags = access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI | SQLITE_OPEN_EXRESCODE
    var opened: OpaquePointer?
    let name = Self.uri(path, immutable: mode == .immutable)
    let code = unsafe sqlite3_open_v2(name, &opened, flags, nil)
    unsafe handle = opened
    guard code == SQLITE_OK else {
      let failure = unsafe Self.error(code, of: opened, "open \(path)")
      unsafe sqlite3_close_v2(opened)
      unsafe handle = nil
      throw failure
    }
    unsafe sqlite3_busy_timeout(opened, Int32(clamping: busyTimeout.milliseconds))
    // Recordings come from anywhere: https://sqlite.org/security.html SQLite opens a file that is
    // shorter than its header claims only if the schema is writable, as its own recovery does. This
    // connection writes nothing.
    let isSalvaging = mode == .salvaging
    unsafe _ = reel_sqlite3_set_option(opened, SQLITE_DBCONFIG_DEFENSIVE, isSalvaging ? 0 : 1)
    unsafe _ = reel_sqlite3_set_option(opened, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
    unsafe _ = reel_sqlite3_set_option(opened, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)
    if isSalvaging { try execute("PRAGMA writable_schema = ON") }
  }

  deinit { unsafe _ = sqlite3_close_v2(handle) }

  /// Closes the file now; prepared statements must be gone.
  package func close() throws(SQLiteError) {
    try check(unsafe sqlite3_close(handle), "close \(path)")
    unsafe handle = nil
  }

  /// How long a statement waits for another connection's lock.
  package func setBusyTimeout(_ timeout: Duration) {
    unsafe _ = sqlite3_busy_timeout(handle, Int32(clamping: timeout.milliseconds))
  }

  /// Limits the size of a value in bytes and the running time of a query, since a file from
  /// elsewhere could make a query endless. `isTooLong` is called after every million operations;
  /// when it returns true, the query fails.
  package func bound(
    valueBytes: Int, _ isTooLong: @escaping (_ operations: Int) -> Bool
  ) {
    unsafe _ = sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, Int32(clamping: valueBytes))
    let patience = Patience(isTooLong)
    self.patience = patience
    unsafe sqlite3_progress_handler(
      handle, Int32(Patience.interval),
      { patience in
        guard let patience = unsafe patience else { return 0 }
        return unsafe Unmanaged<Patience>.fromOpaque(patience).takeUnretainedValue().isOver ? 1 : 0
      }, Unmanaged.passUnretained(patience).toOpaque())
  }

  /// Starts the count for a new query.
  func beginQuery() { patience?.operations = 0 }

  /// The first bytes of the file itself, without changes that are still in its log.
  package func firstBytes(_ count: Int) throws(SQLiteError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    try check(unsafe reel_sqlite3_read_file(handle, &bytes, Int32(count), 0), "read \(path)")
    return bytes
  }

  /// Runs statements that take no values and whose rows are not needed.
  package func execute(_ sql: String) throws(SQLiteError) {
    beginQuery()
    try check(unsafe sqlite3_exec(handle, sql, nil, nil, nil), sql)
  }

  /// Compiles one statement.
  package func prepare(_ sql: String) throws(SQLiteError) -> Statement {
    try Statement(sql, on: self)
  }

  /// Runs one statement with values and ignores its rows.
  package func run(_ sql: String, _ values: SQLiteValue...) throws(SQLiteError) {
    try run(sql, values)
  }

  /// Runs one statement with values and ignores its rows.
  package func run(_ sql: String, _ values: [SQLiteValue]) throws(SQLiteError) {
    try prepare(sql).run(values)
  }

  /// The first row of a query; nil where it has none.
  package func first(_ sql: String, _ values: SQLiteValue...) throws(SQLiteError) -> [SQLiteValue]?
  {
    let statement = try prepare(sql)
    try statement.bind(values)
    return try statement.step() ? statement.row : nil
  }

  /// All rows of a query.
  package func all(_ sql: String, _ values: SQLiteValue...) throws(SQLiteError) -> [[SQLiteValue]] {
    try all(sql, values)
  }

  /// All rows of a query.
  package func all(_ sql: String, _ values: [SQLiteValue]) throws(SQLiteError) -> [[SQLiteValue]] {
    let statement = try prepare(sql)
    try statement.bind(values)
    var rows: [[SQLiteValue]] = []
    while try statement.step() { rows.append(statement.row) }
    return rows
  }

  /// How many rows the last statement wrote.
  package var changes: Int { Int(unsafe sqlite3_changes64(handle)) }

  /// The row number of the last insertion.
  package var lastInsertedRow: Int { Int(unsafe sqlite3_last_insert_rowid(handle)) }

  func check(_ code: Int32, _ attempt: String) throws(SQLiteError) {
    guard code != SQLITE_OK else { return }
    throw unsafe Self.error(code, of: handle, attempt)
  }

  private static func error(
    _ code: Int32, of handle: OpaquePointer?, _ attempt: String
  ) -> SQLiteError {
    var message = "out of memory"
    if let handle = unsafe handle, let text = unsafe sqlite3_errmsg(handle) {
      message = unsafe String(cString: text)
    }
    return SQLiteError(code: code, message: message, attempt: attempt)
  }

  /// Always a URI, so that a file's name cannot add parameters: https://sqlite.org/uri.html
  private static func uri(_ path: String, immutable: Bool) -> String {
    let hex = Array("0123456789abcdef".utf8)
    // Without an authority after the first two slashes, a path that begins with two slashes would
    // be parsed as one.
    var bytes = Array((path.hasPrefix("/") ? "file://" : "file:").utf8)
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "%"):
        bytes += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self) + (immutable ? "?immutable=1" : "")
  }
}

extension Duration {
  /// Whole milliseconds.
  package var milliseconds: Int {
    Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
  }
}

/// How many operations a query has taken, and when to stop it.
private final class Patience {
  /// How many operations SQLite runs between two checks.
  static let interval = 1_000_000
  var operations = 0
  private let isTooLong: (Int) -> Bool

  init(_ isTooLong: @escaping (Int) -> Bool) { self.isTooLong = isTooLong }

  var isOver: Bool {
    operations += Self.interval
    return isTooLong(operations)
  }
}

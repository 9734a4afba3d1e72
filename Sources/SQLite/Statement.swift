internal import CSQLite

/// A value as SQLite stores it.
package enum SQLiteValue: Sendable, Equatable {
  case null
  case integer(Int)
  case real(Double)
  case text(String)
  case blob([UInt8])

  /// The whole number that this value holds.
  package var int: Int? {
    guard case .integer(let value) = self else { return nil }
    return value
  }

  /// The number that an integer or a real holds.
  package var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .real(let value): value
    default: nil
    }
  }

  /// The text that this value holds.
  package var text: String? {
    guard case .text(let value) = self else { return nil }
    return value
  }

  /// The bytes that this value holds.
  package var blob: [UInt8]? {
    guard case .blob(let value) = self else { return nil }
    return value
  }
}

/// A compiled statement. Its rows can be read one by one, or many at once into `Columns`.
@safe package final class Statement {
  let database: Database
  let sql: String
  let handle: OpaquePointer
  private var isRunning = false

  init(_ sql: String, on database: Database) throws(SQLiteError) {
    var prepared: OpaquePointer?
    let code = unsafe sqlite3_prepare_v2(database.handle, sql, -1, &prepared, nil)
    try database.check(code, sql)
    guard let prepared = unsafe prepared else {
      throw SQLiteError(code: SQLITE_MISUSE, message: "no statement", attempt: sql)
    }
    self.database = database
    self.sql = sql
    unsafe handle = prepared
  }

  deinit { unsafe _ = sqlite3_finalize(handle) }

  /// Binds the parameters, from the first on.
  package func bind(_ values: [SQLiteValue]) throws(SQLiteError) {
    for (index, value) in values.enumerated() { try bind(value, at: index + 1) }
  }

  /// Binds one parameter; parameters count from 1.
  package func bind(_ value: SQLiteValue, at index: Int) throws(SQLiteError) {
    let index = Int32(index)
    let transient = unsafe reel_sqlite3_transient()
    let code =
      switch value {
      case .null: unsafe sqlite3_bind_null(handle, index)
      case .integer(let value): unsafe sqlite3_bind_int64(handle, index, Int64(value))
      case .real(let value): unsafe sqlite3_bind_double(handle, index, value)
      case .text(let value):
        unsafe sqlite3_bind_text64(
          handle, index, value, UInt64(value.utf8.count), transient, UInt8(SQLITE_UTF8))
      case .blob(let value):
        // An empty array may have no address, and without one SQLite would bind NULL.
        value.isEmpty
          ? unsafe sqlite3_bind_zeroblob(handle, index, 0)
          : unsafe sqlite3_bind_blob64(handle, index, value, UInt64(value.count), transient)
      }
    try database.check(code, sql)
  }

  /// Steps to the next row; false where there is none.
  package func step() throws(SQLiteError) -> Bool {
    if !isRunning { database.beginQuery() }
    isRunning = true
    let code = unsafe sqlite3_step(handle)
    switch code {
    case SQLITE_ROW: return true
    case SQLITE_DONE:
      reset()
      return false
    default:
      defer { reset() }
      try database.check(code, sql)
      return false
    }
  }

  /// Runs the statement with values to its end, and resets it.
  package func run(_ values: SQLiteValue...) throws(SQLiteError) { try run(values) }

  /// Runs the statement with values to its end, and resets it.
  package func run(_ values: [SQLiteValue]) throws(SQLiteError) {
    try bind(values)
    while try step() {}
  }

  /// Drops the remaining rows, and with them the view of the file.
  package func reset() {
    unsafe _ = sqlite3_reset(handle)
    isRunning = false
  }

  /// The current row.
  package var row: [SQLiteValue] {
    (0..<Int(unsafe sqlite3_column_count(handle))).map(value(at:))
  }

  /// One value of the current row; columns count from 0.
  package func value(at column: Int) -> SQLiteValue {
    switch unsafe sqlite3_column_type(handle, Int32(column)) {
    case SQLITE_INTEGER: .integer(int(at: column))
    case SQLITE_FLOAT: .real(double(at: column))
    case SQLITE_TEXT: .text(text(at: column))
    case SQLITE_BLOB: .blob(blob(at: column))
    default: .null
    }
  }

  /// A column as a whole number.
  package func int(at column: Int) -> Int {
    Int(unsafe sqlite3_column_int64(handle, Int32(column)))
  }

  /// A column as a real number.
  package func double(at column: Int) -> Double {
    unsafe sqlite3_column_double(handle, Int32(column))
  }

  /// A column as text; invalid UTF-8 is repaired.
  package func text(at column: Int) -> String {
    guard let text = unsafe sqlite3_column_text(handle, Int32(column)) else { return "" }
    let count = Int(unsafe sqlite3_column_bytes(handle, Int32(column)))
    return unsafe String(
      decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
  }

  /// A column as bytes.
  package func blob(at column: Int) -> [UInt8] {
    // Get the address first: it may convert the value and so change its length.
    let start = unsafe sqlite3_column_blob(handle, Int32(column))
    let count = Int(unsafe sqlite3_column_bytes(handle, Int32(column)))
    return unsafe Array(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
  }
}

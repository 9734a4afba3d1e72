internal import CSQLite

// The way from a query to `Columns`: an aggregate function that keeps its arguments. SQLite then
// runs over thousands of rows in one step, which takes half the time of stepping to each and
// asking for its values one by one.

/// A query of the form `SELECT gather(…) FROM …`, whose rows go into columns.
package final class GatheringStatement {
  private let statement: Statement

  init(_ statement: Statement) { self.statement = statement }

  /// Runs the query with these values and keeps its rows behind those that `columns` has. There
  /// must be room for all of them.
  package func run(into columns: Columns, _ values: SQLiteValue...) throws(SQLiteError) {
    try statement.bind(values)
    let target = statement.database.gathering
    target.columns = columns
    target.failure = nil
    defer { target.columns = nil }
    defer { statement.reset() }
    _ = try statement.step()
    if let column = target.failure { throw .mismatch(column: column, of: statement.sql) }
  }
}

extension Database {
  /// Compiles a query of the form `SELECT gather(…) FROM …`; its arguments go to the columns in
  /// order.
  package func gathering(_ sql: String) throws(SQLiteError) -> GatheringStatement {
    if !gathering.isRegistered {
      let target = unsafe Unmanaged.passUnretained(gathering).toOpaque()
      try check(
        unsafe sqlite3_create_function_v2(
          handle, "gather", -1, SQLITE_UTF8 | SQLITE_DIRECTONLY, target, nil,
          { context, count, values in
            guard let data = unsafe sqlite3_user_data(context), let values = unsafe values else {
              return
            }
            let target = unsafe Unmanaged<GatherTarget>.fromOpaque(data).takeUnretainedValue()
            unsafe target.take(values, Int(count))
          }, { _ in }, nil), "an aggregate function")
      gathering.isRegistered = true
    }
    return GatheringStatement(try prepare(sql))
  }
}

/// Where the aggregate function of a connection puts its rows.
final class GatherTarget {
  var isRegistered = false
  var columns: Columns?
  /// The first argument that was not of its column's kind, or had no place.
  var failure: Int?

  @inline(__always)
  fileprivate func take(_ values: UnsafeMutablePointer<OpaquePointer?>, _ count: Int) {
    guard let columns, failure == nil else { return }
    let row = columns.count
    guard row < columns.capacity, count <= columns.width else {
      failure = 0
      return
    }
    for index in 0..<count {
      let value = unsafe values[index]
      switch (unsafe columns.kinds[index], unsafe sqlite3_value_type(value)) {
      case (.integer, SQLITE_INTEGER), (.name, SQLITE_INTEGER):
        unsafe columns.words[index &* columns.capacity &+ row] =
          UInt64(bitPattern: sqlite3_value_int64(value))
      case (.real, SQLITE_FLOAT):
        unsafe columns.words[index &* columns.capacity &+ row] =
          sqlite3_value_double(value).bitPattern
      case (.bytes, SQLITE_BLOB):
        let start = unsafe sqlite3_value_blob(value)
        let length = Int(unsafe sqlite3_value_bytes(value))
        unsafe columns.words[index &* columns.capacity &+ row] = columns.append(
          UnsafeRawBufferPointer(start: start, count: length))
      default:
        failure = index
        return
      }
    }
    columns.count = row + 1
  }
}

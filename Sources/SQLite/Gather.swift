internal import CSQLite

// Fills `Columns` from a query with an aggregate function that stores its arguments. SQLite then
// goes through thousands of rows in one step, which takes half the time of stepping to each row and
// reading its values one by one.

/// A query of the form `SELECT gather(…) FROM …`, whose rows are added to columns.
package final class GatheringStatement {
  private let statement: Statement

  init(_ statement: Statement) { self.statement = statement }

  /// Runs the query with these values and adds its rows to `columns`, which must have space for all
  /// of them.
  package func run(into columns: Columns, _ values: SQLiteValue...) throws(SQLiteError) {
    try statement.bind(values)
    let target = statement.database.gathering
    target.aim(at: columns)
    defer { statement.reset() }
    _ = try statement.step()
    columns.count = target.count
    if let column = target.failure { throw .mismatch(column: column, of: statement.sql) }
  }
}

extension Database {
  /// Compiles a query of the form `SELECT gather(…) FROM …`; its arguments go to the columns in
  /// order.
  package func gathering(_ sql: String) throws(SQLiteError) -> GatheringStatement {
    if !gathering.isRegistered {
      let target = unsafe UnsafeMutableRawPointer(gathering.state)
      try check(
        unsafe sqlite3_create_function_v2(
          handle, "gather", -1, SQLITE_UTF8 | SQLITE_DIRECTONLY, target, nil,
          { context, count, values in
            guard let data = unsafe sqlite3_user_data(context), let values = unsafe values else {
              return
            }
            unsafe data.assumingMemoryBound(to: GatherTarget.State.self).pointee.take(
              values, Int(count))
          }, { _ in }, nil), "an aggregate function")
      gathering.isRegistered = true
    }
    return GatheringStatement(try prepare(sql))
  }
}

/// The target of a connection's aggregate function.
@safe final class GatherTarget {
  /// A struct with its own memory: exclusivity checks on a class's fields would take longer than
  /// everything else.
  @unsafe struct State {
    var words: UnsafeMutablePointer<UInt64>?
    var kinds: UnsafeMutablePointer<Columns.Kind>?
    var width = 0
    var capacity = 0
    var count = 0
    /// The first argument that had the wrong kind, or for which there was no space.
    var failure: Int?
    var columns: Unmanaged<Columns>?
  }

  var isRegistered = false
  let state = UnsafeMutablePointer<State>.allocate(capacity: 1)
  private var columns: Columns?

  init() { unsafe state.initialize(to: State()) }

  deinit { unsafe state.deallocate() }

  var count: Int { unsafe state.pointee.count }
  var failure: Int? { unsafe state.pointee.failure }

  func aim(at columns: Columns) {
    self.columns = columns
    unsafe state.pointee = State(
      words: columns.words.baseAddress, kinds: columns.kinds.baseAddress, width: columns.width,
      capacity: columns.capacity, count: columns.count, failure: nil,
      columns: .passUnretained(columns))
  }
}

extension GatherTarget.State {
  @inline(__always)
  fileprivate mutating func take(
    _ values: UnsafeMutablePointer<OpaquePointer?>, _ count: Int
  ) {
    guard unsafe failure == nil else { return }
    let row = unsafe self.count
    guard unsafe row < capacity, unsafe count <= width, let words = unsafe words,
      let kinds = unsafe kinds
    else {
      unsafe failure = 0
      return
    }
    for index in 0..<count {
      let value = unsafe values[index]
      let place = unsafe words + (index &* capacity &+ row)
      switch (unsafe kinds[index], unsafe sqlite3_value_type(value)) {
      case (.integer, SQLITE_INTEGER), (.name, SQLITE_INTEGER), (.optional, SQLITE_INTEGER):
        unsafe place.pointee = UInt64(bitPattern: sqlite3_value_int64(value))
      case (.real, SQLITE_FLOAT):
        unsafe place.pointee = sqlite3_value_double(value).bitPattern
      case (.optional, SQLITE_NULL):
        unsafe place.pointee = Columns.none
      case (.real, SQLITE_NULL):
        unsafe place.pointee = Double.nan.bitPattern
      case (.bytes, SQLITE_BLOB):
        guard let columns = unsafe columns?.takeUnretainedValue() else { return }
        let start = unsafe sqlite3_value_blob(value)
        let length = Int(unsafe sqlite3_value_bytes(value))
        unsafe place.pointee = columns.append(
          UnsafeRawBufferPointer(start: start, count: length))
      default:
        unsafe failure = index
        return
      }
    }
    unsafe self.count = row + 1
  }
}

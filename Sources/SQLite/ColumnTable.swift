internal import CSQLite

// A virtual table over `Columns`. SQLite reads the rows directly from memory, so `INSERT … SELECT`
// copies thousands of them without binding a value.
// https://sqlite.org/vtab.html#eponymous_virtual_tables

/// The holder of the columns that a virtual table currently shows.
package final class ColumnTable: @unchecked Sendable {
  /// What the table shows; nil means no rows.
  package var columns: Columns?
  /// Which of the columns' rows it shows.
  package var rows = 0..<0
  let declaration: String

  /// A table with these column names.
  package init(_ names: [String]) {
    declaration = "CREATE TABLE x(\(names.joined(separator: ", ")))"
  }
}

extension Database {
  /// Makes `table` available to statements on this connection under a name.
  package func show(_ table: ColumnTable, as name: String) throws(SQLiteError) {
    let retained = unsafe Unmanaged.passRetained(table).toOpaque()
    // SQLite releases the table even if this fails.
    let code = unsafe sqlite3_create_module_v2(handle, name, module, retained) { table in
      if let table = unsafe table { unsafe Unmanaged<ColumnTable>.fromOpaque(table).release() }
    }
    try check(code, "a virtual table named \(name)")
  }
}

@unsafe private struct Table {
  var base: sqlite3_vtab
  var source: Unmanaged<ColumnTable>
}

@unsafe private struct Cursor {
  var base: sqlite3_vtab_cursor
  var row = 0
  var count = 0
  var capacity = 0
  var words: UnsafePointer<UInt64>?
  var kinds: UnsafePointer<Columns.Kind>?
  var columns: Unmanaged<Columns>?
}

private func table(_ pointer: UnsafeMutablePointer<sqlite3_vtab>) -> UnsafeMutablePointer<Table> {
  unsafe UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Table.self)
}

private func cursor(
  _ pointer: UnsafeMutablePointer<sqlite3_vtab_cursor>
) -> UnsafeMutablePointer<Cursor> {
  unsafe UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Cursor.self)
}

/// Made once and never freed, because SQLite keeps its address. Without xCreate the table is
/// eponymous: it exists without being created, and no file can name it in its schema.
nonisolated(unsafe) private let module: UnsafePointer<sqlite3_module> = {
  var module = sqlite3_module()
  unsafe module.xConnect = { database, source, _, _, result, _ in
    guard let source = unsafe source, let result = unsafe result else { return SQLITE_MISUSE }
    let unmanaged = unsafe Unmanaged<ColumnTable>.fromOpaque(source)
    let declaration = unsafe unmanaged.takeUnretainedValue().declaration
    let code = unsafe sqlite3_declare_vtab(database, declaration)
    guard code == SQLITE_OK else { return code }
    let made = UnsafeMutablePointer<Table>.allocate(capacity: 1)
    unsafe made.initialize(to: Table(base: sqlite3_vtab(), source: unmanaged))
    unsafe result.pointee = UnsafeMutableRawPointer(made).assumingMemoryBound(
      to: sqlite3_vtab.self)
    return SQLITE_OK
  }
  unsafe module.xDisconnect = { pointer in
    if let pointer = unsafe pointer { unsafe table(pointer).deallocate() }
    return SQLITE_OK
  }
  unsafe module.xBestIndex = { _, plan in
    // A batch has a few thousand rows; the planner should expect about that.
    unsafe plan?.pointee.estimatedRows = 4096
    unsafe plan?.pointee.estimatedCost = 4096
    return SQLITE_OK
  }
  unsafe module.xOpen = { _, result in
    let made = UnsafeMutablePointer<Cursor>.allocate(capacity: 1)
    unsafe made.initialize(to: Cursor(base: sqlite3_vtab_cursor()))
    unsafe result?.pointee = UnsafeMutableRawPointer(made).assumingMemoryBound(
      to: sqlite3_vtab_cursor.self)
    return SQLITE_OK
  }
  unsafe module.xClose = { pointer in
    if let pointer = unsafe pointer { unsafe cursor(pointer).deallocate() }
    return SQLITE_OK
  }
  unsafe module.xFilter = { pointer, _, _, _, _ in
    guard let pointer = unsafe pointer, let owner = unsafe pointer.pointee.pVtab else {
      return SQLITE_MISUSE
    }
    let cursor = unsafe cursor(pointer)
    let source = unsafe table(owner).pointee.source.takeUnretainedValue()
    unsafe cursor.pointee.row = source.rows.lowerBound
    unsafe cursor.pointee.count = source.rows.lowerBound
    guard let columns = source.columns, source.rows.upperBound <= columns.count else {
      return SQLITE_OK
    }
    unsafe cursor.pointee.count = source.rows.upperBound
    unsafe cursor.pointee.capacity = columns.capacity
    unsafe cursor.pointee.words = UnsafePointer(columns.words.baseAddress)
    unsafe cursor.pointee.kinds = UnsafePointer(columns.kinds.baseAddress)
    unsafe cursor.pointee.columns = .passUnretained(columns)
    return SQLITE_OK
  }
  unsafe module.xNext = { pointer in
    if let pointer = unsafe pointer { unsafe cursor(pointer).pointee.row &+= 1 }
    return SQLITE_OK
  }
  unsafe module.xEof = { pointer in
    guard let pointer = unsafe pointer else { return 1 }
    let cursor = unsafe cursor(pointer)
    return unsafe cursor.pointee.row < cursor.pointee.count ? 0 : 1
  }
  unsafe module.xColumn = { pointer, context, column in
    guard let pointer = unsafe pointer else { return SQLITE_MISUSE }
    let cursor = unsafe cursor(pointer)
    guard let words = unsafe cursor.pointee.words, let kinds = unsafe cursor.pointee.kinds else {
      return SQLITE_MISUSE
    }
    let index = Int(column)
    let word = unsafe words[index &* cursor.pointee.capacity &+ cursor.pointee.row]
    switch unsafe kinds[index] {
    case .integer: unsafe sqlite3_result_int64(context, Int64(bitPattern: word))
    case .optional where word == Columns.none: unsafe sqlite3_result_null(context)
    case .optional: unsafe sqlite3_result_int64(context, Int64(bitPattern: word))
    case .real:
      let value = Double(bitPattern: word)
      // SQLite stores a whole number as an integer, and would test each real for that.
      if let whole = Int32(exactly: value) {
        unsafe sqlite3_result_int64(context, Int64(whole))
      } else {
        unsafe sqlite3_result_double(context, value)
      }
    case .bytes, .name:
      guard let columns = unsafe cursor.pointee.columns?.takeUnretainedValue() else {
        return SQLITE_MISUSE
      }
      unsafe columns.answer(word, kind: kinds[index], to: context)
    }
    return SQLITE_OK
  }
  unsafe module.xRowid = { pointer, row in
    if let pointer = unsafe pointer { unsafe row?.pointee = Int64(cursor(pointer).pointee.row) }
    return SQLITE_OK
  }
  let kept = UnsafeMutablePointer<sqlite3_module>.allocate(capacity: 1)
  unsafe kept.initialize(to: module)
  return unsafe UnsafePointer(kept)
}()

extension Columns {
  /// Bytes and names do not move while the statement runs, so SQLite need not copy them.
  fileprivate func answer(_ word: UInt64, kind: Kind, to context: OpaquePointer?) {
    if kind == .name, word < UInt64(names.count) {
      let name = names[Int(word)]
      let start = unsafe UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
      unsafe sqlite3_result_text(context, start, Int32(name.utf8CodeUnitCount), nil)
      return
    }
    let bytes = unsafe bytes(word)
    if let start = bytes.baseAddress {
      unsafe sqlite3_result_blob64(context, start, UInt64(bytes.count), nil)
    } else {
      unsafe sqlite3_result_zeroblob(context, 0)
    }
  }
}

internal import CSQLite

extension Database {
  /// Counts the pages of the log at each commit (`pagesInLog`), and leaves it to the caller to fold them in.
  package func watchLog() {
    let pages = unsafe log.pages
    unsafe _ = sqlite3_wal_hook(
      handle,
      { pages, _, _, count in
        unsafe pages?.assumingMemoryBound(to: Int.self).pointee = Int(count)
        return SQLITE_OK
      }, pages)
  }

  /// How many pages the log had after the last commit.
  package var pagesInLog: Int { log.count }

  /// Copies pages of the log to the file as far as no reader needs the old ones, and waits for nobody. Returns
  /// how many the log has, and how many of them are in the file now. Where all are, the next commit begins the
  /// log anew.
  package func foldLog() throws(SQLiteError) -> (log: Int, folded: Int) {
    var (log, folded) = (Int32(0), Int32(0))
    let code = unsafe sqlite3_wal_checkpoint_v2(
      handle, nil, SQLITE_CHECKPOINT_PASSIVE, &log, &folded)
    // Another connection is at it.
    if code & 0xFF != SQLITE_BUSY { try check(code, "fold the log in") }
    return (Int(log), Int(folded))
  }
}

/// Where SQLite puts how many pages the log has.
@safe final class LogPages {
  let pages = UnsafeMutablePointer<Int>.allocate(capacity: 1)

  init() { unsafe pages.initialize(to: 0) }

  deinit { unsafe pages.deallocate() }

  var count: Int { unsafe pages.pointee }
}

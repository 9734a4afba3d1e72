internal import CSQLite

extension Database {
  /// Counts the pages of the write-ahead log at each commit (`pagesInLog`), and leaves
  /// checkpointing to the caller.
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

  /// Copies pages from the log to the file, except those that a reader still needs, without
  /// waiting. Returns how many pages the log has and how many of them are now in the file. If all
  /// are, the next commit restarts the log.
  package func foldLog() throws(SQLiteError) -> (log: Int, folded: Int) {
    var (log, folded) = (Int32(0), Int32(0))
    let code = unsafe sqlite3_wal_checkpoint_v2(
      handle, nil, SQLITE_CHECKPOINT_PASSIVE, &log, &folded)
    // Another connection is doing it.
    if code & 0xFF != SQLITE_BUSY { try check(code, "checkpoint the log") }
    return (Int(log), Int(folded))
  }
}

/// The number of pages in the log, which SQLite updates.
@safe final class LogPages {
  let pages = UnsafeMutablePointer<Int>.allocate(capacity: 1)

  init() { unsafe pages.initialize(to: 0) }

  deinit { unsafe pages.deallocate() }

  var count: Int { unsafe pages.pointee }
}

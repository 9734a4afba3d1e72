internal import Platform
internal import SQLite

/// Folds a recording's log into its file on a thread of its own, while further batches are committed.
///
/// SQLite itself folds a long log in within a commit, which then copies thousands of pages and waits for the
/// disk twice. A log begins anew only where all of it is in the file, which never comes true while commits go on:
/// so the last few pages are folded in by the committing thread, between two commits.
final class LogFolding: @unchecked Sendable {
  /// A log of as many pages is folded in.
  private static let mostPages = 4096
  /// The committing thread is left about as many.
  private static let fewPages = 256

  private enum Stage {
    case idle, wanted, nearlyDone, closed
  }

  private let stage = Monitor(Stage.idle)
  private let database: Database
  private var thread: SystemThread?
  /// How many pages the log may have before it is folded in; belongs to the committing thread.
  private var dueAt = mostPages

  /// Opens the file once more; nil where that or the thread is not to be had, and SQLite does it its own way.
  init?(beside writer: Database) {
    guard let database = try? Database(writer.path, .writing) else { return nil }
    self.database = database
    // The log is opened now, while its name is the file's.
    guard (try? database.first("PRAGMA user_version")) != nil,
      let thread = SystemThread({ [self] in work() })
    else { return nil }
    self.thread = thread
    writer.watchLog()
  }

  /// To be called by the committing thread after each commit.
  func committed(to writer: Database) {
    let pages = writer.pagesInLog
    if pages < Self.mostPages { dueAt = Self.mostPages }
    guard pages >= dueAt else { return }
    let isNearlyDone = stage.change { stage in
      if stage == .idle { stage = .wanted }
      return stage == .nearlyDone
    }
    guard isNearlyDone else { return }
    // A failure shows again in the commits, as SQLite leaves it to them, too.
    let state = try? writer.foldLog()
    // Where a reader needs old pages, the log goes on, and is not looked at after each commit.
    if let state, state.folded < state.log { dueAt = state.log + Self.mostPages / 4 }
    stage.change { $0 = .idle }
  }

  /// Ends the thread and closes its connection; without, the file's last connection could not make one file of it.
  func close() {
    stage.change { $0 = .closed }
    thread?.join()
    thread = nil
    try? database.close()
  }

  private func work() {
    while true {
      let isWanted = stage.wait { stage -> Bool? in
        switch stage {
        case .wanted: true
        case .closed: false
        case .idle, .nearlyDone: nil
        }
      }
      guard isWanted else { return }
      fold()
      stage.change { if $0 == .wanted { $0 = .nearlyDone } }
    }
  }

  /// Again and again, until few pages came while the last ones were folded in.
  private func fold() {
    var before = 0
    for _ in 0..<4 {
      guard let state = try? database.foldLog() else { return }
      let folded = state.folded - before
      if folded <= Self.fewPages { return }
      before = state.folded
    }
  }
}

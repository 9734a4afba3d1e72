internal import Platform
internal import SQLite

/// Checkpoints a recording's write-ahead log on a thread of its own, while further batches are
/// committed.
///
/// SQLite itself checkpoints a long log during a commit, which then copies thousands of pages and
/// waits for the disk twice. A log only restarts once all of it is in the file, which never happens
/// while commits continue. The committing thread therefore copies the last few pages itself,
/// between two commits.
final class LogFolding: @unchecked Sendable {
  /// A log of this many pages is checkpointed.
  private static let mostPages = 4096
  /// About as many pages are left for the committing thread.
  private static let fewPages = 256

  private enum Stage {
    case idle, wanted, nearlyDone, closed
  }

  private let stage = Monitor(Stage.idle)
  private let database: Database
  private var thread: SystemThread?
  /// How many pages the log may have before it is checkpointed; belongs to the committing thread.
  private var dueAt = mostPages

  /// Opens a second connection to the file; nil where that or the thread is not available, and
  /// SQLite checkpoints in its own way.
  init?(beside writer: Database) {
    guard let database = try? Database(writer.path, .writing) else { return nil }
    self.database = database
    // The log is opened now, while its name still belongs to the file.
    guard (try? database.first("PRAGMA user_version")) != nil,
      let thread = SystemThread({ [self] in work() })
    else { return nil }
    self.thread = thread
    writer.watchLog()
  }

  /// Called by the committing thread after each commit.
  func committed(to writer: Database) {
    let pages = writer.pagesInLog
    if pages < Self.mostPages { dueAt = Self.mostPages }
    guard pages >= dueAt else { return }
    let isNearlyDone = stage.change { stage in
      if stage == .idle { stage = .wanted }
      return stage == .nearlyDone
    }
    guard isNearlyDone else { return }
    // A failure reappears in a commit; SQLite handles it in the same way.
    let state = try? writer.foldLog()
    // If a reader needs old pages, the log grows, and need not be examined after each commit.
    if let state, state.folded < state.log { dueAt = state.log + Self.mostPages / 4 }
    stage.change { $0 = .idle }
  }

  /// Ends the thread and closes its connection. Otherwise the file's last connection could not turn
  /// it into a single file.
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

  /// Repeats until only few pages were added during the last pass.
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

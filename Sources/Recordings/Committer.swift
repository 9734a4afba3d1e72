internal import Glibc
internal import Rollouts
internal import SQLite
internal import Synchronization

/// The thread that writes batches to the file, and the bounded queue that leads to it: whoever
/// hands in a batch gets an empty one back, and waits where none is free. Nothing is dropped.
@safe final class Committer: @unchecked Sendable {
  /// Set where the training thread should hand in what it has: a commit is due, or has failed.
  let wantsBatch = Atomic<Bool>(false)
  /// How many steps are safely in the file.
  let committedSteps = Atomic<Int>(0)

  private let path: String
  private let interval: Double
  private let monitor = Monitor()
  private var thread: pthread_t?
  private var identity: WriterIdentity?
  // The four below are touched only while the monitor is locked.
  private var full: [Batch] = []
  private var empty: [Batch]
  private var failure: RecordingError?
  private var isClosing = false
  // The two below belong to the thread while it runs.
  private var database: Database?
  private var statements: CommitStatements?

  init(path: String, options: RecordingOptions, worlds: Int) {
    self.path = path
    interval = max(0.001, Double(options.commitInterval.milliseconds) / 1000)
    empty = (0..<3).map { _ in Batch(rows: max(1, options.batchRows), worlds: max(1, worlds)) }
  }

  /// Begins to commit to an open file.
  func start(
    on database: Database, steps: Int, as identity: WriterIdentity
  ) throws(RecordingError) {
    statements = try naming(path) { () throws(SQLiteError) in try CommitStatements(database) }
    self.database = database
    committedSteps.store(steps, ordering: .releasing)
    let retained = unsafe Unmanaged.passRetained(self).toOpaque()
    var made = pthread_t()
    let code = unsafe pthread_create(
      &made, nil,
      { argument in
        if let argument = unsafe argument {
          unsafe Unmanaged<Committer>.fromOpaque(argument).takeRetainedValue().work()
        }
        return nil
      }, retained)
    guard code == 0 else {
      unsafe Unmanaged<Committer>.fromOpaque(retained).release()
      throw RecordingError(.system, "there is no thread to write \(path) with")
    }
    thread = made
    self.identity = identity
    identity.enter()
  }

  /// Whether batches are being committed.
  var isRunning: Bool { thread != nil }

  /// Queues a batch and returns an empty one; waits for it where the file is slower.
  func submit(_ batch: Batch) throws(RecordingError) -> Batch {
    monitor.lock()
    defer { monitor.unlock() }
    if let failure { throw failure }
    full.append(batch)
    monitor.wakeAll()
    while empty.isEmpty, failure == nil { monitor.wait() }
    if let failure { throw failure }
    return empty.removeLast()
  }

  /// The error that stopped the commits.
  var stopped: RecordingError? {
    monitor.lock()
    defer { monitor.unlock() }
    return failure
  }

  /// Waits until everything queued is in the file, and closes it. With `ended`, the session ends
  /// there and one file remains; without, it reads as interrupted.
  func close(session: Int, ended: String?) throws(RecordingError) {
    monitor.lock()
    isClosing = true
    monitor.wakeAll()
    monitor.unlock()
    if let thread { pthread_join(thread, nil) }
    thread = nil
    statements = nil
    guard let database else { return }
    self.database = nil
    defer { identity?.leave() }
    do {
      if failure == nil { try endSession(session, ended: ended, in: database) }
      Draft.makeOneFile(database)
      try database.close()
    } catch {
      failure = failure ?? RecordingError(error, path: path)
    }
    if let failure { throw failure }
  }

  private func endSession(
    _ session: Int, ended: String?, in database: Database
  ) throws(SQLiteError) {
    let time = ended.map(SQLiteValue.text) ?? .null
    try database.run(
      "UPDATE sessions SET ended = ?, writer = NULL WHERE rowid = ?", time, .integer(session))
  }

  private func work() {
    monitor.lock()
    var deadline = Monitor.now + interval
    while true {
      if !full.isEmpty {
        let batch = full.removeFirst()
        commitUnlocked(batch)
        deadline = Monitor.now + interval
      } else if isClosing {
        break
      } else if !monitor.wait(until: deadline) {
        wantsBatch.store(true, ordering: .relaxed)
        deadline = Monitor.now + interval
      }
    }
    monitor.unlock()
  }

  /// Writes a batch while the training thread goes on; the monitor is locked before and after.
  private func commitUnlocked(_ batch: Batch) {
    var caught: SQLiteError?
    var isElsewhere = false
    if failure == nil, let database, let statements {
      monitor.unlock()
      do {
        try statements.commit(batch, to: database)
        committedSteps.store(batch.lastStep + 1, ordering: .releasing)
        isElsewhere = identity?.isOf(path) == false
      } catch {
        caught = error
      }
      batch.removeAll()
      monitor.lock()
    }
    if let caught, failure == nil { failure = RecordingError(caught, path: path) }
    if isElsewhere, failure == nil {
      failure = RecordingError(
        .missing, "\(path) was moved, removed or replaced while it was written")
    }
    wantsBatch.store(failure != nil, ordering: .relaxed)
    empty.append(batch)
    monitor.wakeAll()
  }
}

/// The statements of a commit, compiled once.
private final class CommitStatements {
  private let transitions: AppendingStatements
  private let episodes: AppendingStatements
  private let metric: Statement
  private let checkpoint: Statement
  private let batch: Statement

  init(_ database: Database) throws(SQLiteError) {
    transitions = try AppendingStatements(
      to: "transitions", ["step", "episode", "state", "action", "reward"], replacing: false,
      in: database)
    episodes = try AppendingStatements(
      to: "episodes",
      ["episode", "seed", "first_step", "stride", "steps", "return", "ending", "final_state"],
      replacing: true, in: database)
    metric = try database.prepare("INSERT INTO metrics VALUES (?, ?, ?)")
    checkpoint = try database.prepare("INSERT INTO checkpoints VALUES (?, ?, ?, ?)")
    // A batch without steps, at the end of a session, gives way to the next one's first.
    batch = try database.prepare("INSERT OR REPLACE INTO batches VALUES (?, ?, ?, ?, ?, ?)")
  }

  func commit(_ rows: Batch, to database: Database) throws(SQLiteError) {
    try database.transaction(.writing) { () throws(SQLiteError) in
      try transitions.append(rows.transitions, isInOrder: true)
      // Where one world runs, only the first can be there already; of several, any.
      try episodes.append(rows.episodes, isInOrder: rows.episodesAreInOrder)
      for metric in rows.metrics {
        try self.metric.run(.integer(metric.step), .text(metric.name), .real(metric.value))
      }
      for checkpoint in rows.checkpoints {
        try self.checkpoint.run(
          .integer(checkpoint.step), .text(checkpoint.kind), .blob(checkpoint.parameters),
          .text(checkpoint.trainingState))
      }
      try batch.run(
        .integer(rows.firstStep), .integer(rows.lastStep), .real(rows.elapsed),
        .integer(rows.metricsByThen), .integer(rows.checkpointsByThen), .blob(rows.hash))
    }
  }
}

/// Appends rows from columns to a table whose first column is its key.
final class AppendingStatements {
  private let table: ColumnTable
  private let keyed: Statement
  private let unkeyed: Statement

  init(
    to name: String, _ columns: [String], replacing: Bool, in database: Database
  ) throws(SQLiteError) {
    table = ColumnTable(columns)
    try database.show(table, as: "batch_\(name)")
    let verb = replacing ? "INSERT OR REPLACE" : "INSERT"
    keyed = try database.prepare("\(verb) INTO \(name) SELECT * FROM batch_\(name)")
    // A row without a key gets the last one's plus one, which saves a fifth of the time: the place
    // of the key need not be looked for.
    let values = columns.dropFirst().joined(separator: ", ")
    unkeyed = try database.prepare(
      "INSERT INTO \(name)(\(values)) SELECT \(values) FROM batch_\(name)")
  }

  /// `isInOrder` says that each key is the one before plus one, and the first the table's last or
  /// the one behind it.
  func append(_ columns: Columns, isInOrder: Bool) throws(SQLiteError) {
    table.columns = columns
    table.rows = 0..<(isInOrder ? min(1, columns.count) : columns.count)
    try keyed.run()
    table.rows = table.rows.upperBound..<columns.count
    if !table.rows.isEmpty { try unkeyed.run() }
    table.columns = nil
  }
}

internal import Platform
internal import Rollouts
internal import SQLite
internal import Synchronization

/// The thread that writes batches to the file, with a bounded queue in front. A caller that submits
/// a batch gets an empty one back, and waits while none is free. Nothing is dropped.
@safe final class Committer: @unchecked Sendable {
  /// Set when the training thread should submit its batch: a commit is due, or has failed.
  let wantsBatch = Atomic<Bool>(false)
  /// How many steps are committed to the file.
  let committedSteps = Atomic<Int>(0)

  private let path: String
  private let format: Format
  private let interval: Double
  private let queue: Monitor<Queue>
  private var thread: SystemThread?
  private var identity: WriterIdentity?
  // The next three belong to the thread while it runs.
  private var database: Database?
  private var statements: CommitStatements?
  private var folding: LogFolding?

  /// What both threads share.
  private struct Queue {
    var full: [Batch] = []
    var empty: [Batch]
    var failure: RecordingError?
    var isClosing = false
  }

  init(path: String, options: RecordingOptions, worlds: Int, in format: Format) {
    (self.path, self.format) = (path, format)
    interval = max(0.001, Double(options.commitInterval.milliseconds) / 1000)
    queue = Monitor(
      Queue(
        empty: (0..<3).map { _ in
          Batch(rows: max(1, options.batchRows), worlds: max(1, worlds), in: format)
        }))
  }

  /// Begins to commit to an open file.
  func start(
    on database: Database, steps: Int, as identity: WriterIdentity
  ) throws(RecordingError) {
    identity.enter()
    do throws(RecordingError) {
      statements = try withRecordingErrors(path) { () throws(SQLiteError) in
        try CommitStatements(database, format)
      }
      self.database = database
      folding = LogFolding(beside: database)
      committedSteps.store(steps, ordering: .releasing)
      guard let thread = SystemThread({ self.work() }) else {
        throw RecordingError(.system, "cannot start a thread to write \(path)")
      }
      self.thread = thread
      self.identity = identity
    } catch {
      folding?.close()
      identity.leave()
      throw error
    }
  }

  /// Whether batches are being committed.
  var isRunning: Bool { thread != nil }

  /// Queues a batch and returns an empty one; waits for it if the file is slower.
  func submit(_ batch: Batch) throws(RecordingError) -> Batch {
    queue.change { if $0.failure == nil { $0.full.append(batch) } }
    let answer: Result<Batch, RecordingError> = queue.wait { queue in
      if let failure = queue.failure { return .failure(failure) }
      return queue.empty.popLast().map { .success($0) }
    }
    return try answer.get()
  }

  /// The error that stopped the commits.
  var stopped: RecordingError? { queue.read { $0.failure } }

  /// Waits until everything queued is in the file, and closes it. With `ended`, the session ends
  /// there and a single file remains; without, it reads as interrupted.
  func close(session: Int, ended: String?) throws(RecordingError) {
    queue.change { $0.isClosing = true }
    thread?.join()
    thread = nil
    statements = nil
    folding?.close()
    folding = nil
    guard let database else { return }
    self.database = nil
    defer { identity?.leave() }
    do throws(RecordingError) {
      let isWhole = stopped == nil
      try RecordingFiles.holdingFolder(of: Files.resolved(path)) { () throws(RecordingError) in
        try withRecordingErrors(path) { () throws(SQLiteError) in
          if isWhole { try endSession(session, ended: ended, in: database) }
          Draft.makeOneFile(database)
          try database.close()
        }
      }
    } catch {
      stop(error)
    }
    if let stopped { throw stopped }
  }

  /// Stores the first failure.
  private func stop(_ failure: RecordingError) {
    queue.change { $0.failure = $0.failure ?? failure }
  }

  private func endSession(
    _ session: Int, ended: String?, in database: Database
  ) throws(SQLiteError) {
    let time = ended.map(SQLiteValue.text) ?? .null
    try database.run(
      "UPDATE sessions SET ended = ?, writer = NULL WHERE rowid = ?", time, .integer(session))
  }

  private func work() {
    var isOver = false
    while !isOver {
      let deadline = monotonicSeconds() + interval
      let task: Task? = queue.wait(deadline: deadline) { queue in
        if !queue.full.isEmpty { return .commit(queue.full.removeFirst()) }
        return queue.isClosing ? .end : nil
      }
      switch task {
      case .commit(let batch): commit(batch)
      case .end: isOver = true
      case nil: wantsBatch.store(true, ordering: .relaxed)
      }
    }
  }

  private enum Task {
    case commit(Batch)
    case end
  }

  /// Writes a batch while the training thread continues.
  private func commit(_ batch: Batch) {
    if stopped == nil, let database, let statements {
      do {
        try statements.commit(batch, to: database)
        committedSteps.store(batch.numbers.lastStep + 1, ordering: .releasing)
        folding?.committed(to: database)
        if identity?.isOf(path) == false {
          stop(
            RecordingError(
              .missing, "\(path) was moved, removed or replaced while it was written"))
        }
      } catch {
        stop(RecordingError(error, path: path))
      }
      batch.removeAll()
    }
    queue.change { queue in
      wantsBatch.store(queue.failure != nil, ordering: .relaxed)
      queue.empty.append(batch)
    }
  }
}

/// The statements of a commit, compiled once.
final class CommitStatements {
  private let format: Format
  private let transitions: AppendingStatements<TransitionColumn>
  private let episodes: AppendingStatements<EpisodeColumn>
  private let metric: Statement
  private let checkpoint: Statement
  private let batch: Statement

  init(_ database: Database, _ format: Format) throws(SQLiteError) {
    self.format = format
    transitions = try AppendingStatements(replacing: false, in: database, format)
    // Success and reset options are not known here; columns that are omitted cost nothing.
    episodes = try AppendingStatements(
      replacing: true, omitting: [.options, .success], in: database, format)
    metric = try database.prepare("INSERT \(MetricColumn.insertion(in: format))")
    checkpoint = try database.prepare("INSERT \(CheckpointColumn.insertion(in: format))")
    batch = try database.prepare("\(format.batchVerb) \(BatchColumn.insertion(in: format))")
  }

  func commit(_ rows: Batch, to database: Database) throws(SQLiteError) {
    try database.transaction(.writing) { () throws(SQLiteError) in
      try transitions.append(rows.transitions, isInOrder: true)
      // With a single world, only the first row may exist already; with several, any.
      try episodes.append(rows.episodes, isInOrder: rows.episodesAreInOrder)
      for metric in rows.metrics {
        try self.metric.run(.integer(metric.step), .text(metric.name), .real(metric.value))
      }
      for checkpoint in rows.checkpoints { try self.checkpoint.run(checkpoint.values) }
      let row = rows.numbers.row(hash: rows.hash, sections: rows.sections)
      try batch.run(row.values(in: format))
    }
  }
}

extension Format {
  /// How a batch is added. In format 1, the first batch of the next session replaces a batch
  /// without steps at a session's end.
  var batchVerb: String { version == 1 ? "INSERT OR REPLACE" : "INSERT" }
}

extension Checkpoint {
  /// The values of its row, in the table's order.
  var values: [SQLiteValue] {
    [.integer(step), .text(kind), .blob(parameters), .text(trainingState)]
  }
}

/// Appends rows from memory to a table whose first column is its key; columns may stay NULL.
final class AppendingStatements<Column: BulkColumn> {
  private let database: Database
  private let table: ColumnTable
  private let keyed: Statement
  private let unkeyed: Statement

  init(
    replacing: Bool, omitting absent: [Column] = [], in database: Database, _ format: Format
  ) throws(SQLiteError) {
    let (name, labels) = (Column.table, Column.columns(in: format).map(\.label))
    let written = Column.columns(in: format).filter { !absent.contains($0) }.map(\.label)
    self.database = database
    table = ColumnTable(labels)
    // Another tool's table of the same name would hide the source, so its name is unpredictable.
    let source = "reel_\(name)_\(String(UInt64.random(in: .min ... .max), radix: 36))"
    try database.show(table, as: source)
    let verb = replacing ? "INSERT OR REPLACE" : "INSERT"
    let all = written.joined(separator: ", ")
    keyed = try database.prepare("\(verb) INTO \(name)(\(all)) SELECT \(all) FROM \(source)")
    // A row without a key gets the last key plus one. This saves a fifth of the time, because
    // SQLite need not search for the key's position.
    let values = written.dropFirst().joined(separator: ", ")
    unkeyed = try database.prepare(
      "INSERT INTO \(name)(\(values)) SELECT \(values) FROM \(source)")
  }

  /// `isInOrder` means that the keys are consecutive, and the first is the table's last key or the
  /// one after it.
  func append(_ rows: TableRows<Column>, isInOrder: Bool) throws(SQLiteError) {
    table.columns = rows.columns
    table.rows = 0..<(isInOrder ? min(1, rows.count) : rows.count)
    try run(keyed)
    table.rows = table.rows.upperBound..<rows.count
    if !table.rows.isEmpty { try run(unkeyed) }
    table.columns = nil
  }

  /// Runs one of the statements, and checks that all rows have arrived.
  private func run(_ statement: Statement) throws(SQLiteError) {
    try statement.run()
    guard database.changes == table.rows.count else {
      throw .missingRows(
        "\(database.changes) of \(table.rows.count) rows arrived in \(Column.table)")
    }
  }
}

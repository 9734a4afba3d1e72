internal import Rollouts
internal import SQLite

/// A batch of a damaged recording, and the rows that belong to it.
struct ReadableBatch {
  var row: Row<BatchColumn>
  var steps: Range<Int>
  /// Its metrics by their place in the order of recording: those after the lower bound.
  var metrics: Range<Int>
  /// The steps of its checkpoints.
  var checkpoints: [Int]
}

/// Finds which batches are as they were written, each by itself: a batch's hash covers its rows and the hash of
/// the batch before, whose own rows may be lost.
struct ProvenBatches {
  private let database: Database
  private let path: String
  private let sessions: [SessionFacts]
  private let worlds: Int
  private let transitions: Statement
  private let ended: Statement
  private let metrics: Statement
  private let checkpoint: Statement
  private let reached: Statement
  private let checkpointSteps: [Int]

  /// The batches of readable rows.
  init(_ source: Recording) throws(RecordingError) {
    database = source.database
    path = source.path
    sessions = try source.sessionFacts()
    worlds = try source.description().worlds
    checkpointSteps = try source.checkpointSteps()
    (transitions, ended, metrics, checkpoint, reached) = try withRecordingErrors(path) {
      [database] () throws(SQLiteError) in
      let last = "first_step + (steps - 1) * stride"
      return (
        try database.prepare(
          "SELECT episode, state, action, reward FROM transitions"
            + " WHERE step BETWEEN ? AND ? ORDER BY step"),
        try database.prepare(
          "\(EpisodeColumn.selection()) WHERE ending <> 'running' AND \(last) BETWEEN ? AND ?"
            + " ORDER BY \(last)"),
        try database.prepare(
          "\(MetricColumn.selection()) WHERE rowid > ? AND rowid <= ? ORDER BY rowid"),
        try database.prepare("\(CheckpointColumn.selection()) WHERE step = ?"),
        try database.prepare(
          "SELECT next_state FROM rollout WHERE step > ? AND step <= ? AND ending = 'running'"
            + " ORDER BY step")
      )
    }
  }

  /// All batches that are as they were written, in order.
  func find(
    atMost count: Int = .max, _ progress: (Double) throws -> Void = { _ in }
  ) throws -> [ReadableBatch] {
    let rows = try withRecordingErrors(path) { () throws(SQLiteError) in
      try database.rows(
        of: BatchColumn.self, "ORDER BY first_step LIMIT ?", [.integer(count)])
    }
    var proven: [ReadableBatch] = []
    var before: Row<BatchColumn>?
    for (index, row) in rows.enumerated() {
      try progress(Double(index) / Double(rows.count))
      if let batch = try self.batch(row, after: before),
        batch.steps.lowerBound >= proven.last?.steps.upperBound ?? 0
      {
        proven.append(batch)
      }
      // A batch without steps gave way to the next one.
      if row[.lastStep].int ?? -1 >= row[.firstStep].int ?? 0 { before = row }
    }
    return proven
  }

  /// A batch, where its rows are as they were written.
  private func batch(
    _ row: Row<BatchColumn>, after before: Row<BatchColumn>?
  ) throws -> ReadableBatch? {
    guard let first = row[.firstStep].int, let last = row[.lastStep].int, first >= 0,
      last >= first - 1, last < 1 << 53, let metrics = row[.metrics].int,
      let checkpoints = row[.checkpoints].int
    else { return nil }
    var (hash, metricsBefore, checkpointsBefore): ([UInt8]?, Int, Int) = (nil, 0, 0)
    if first == 0 {
      hash = try withRecordingErrors(path) { () throws(SQLiteError) in
        try HashChain(of: database).previous
      }
    } else if let before, before[.lastStep].int == first - 1 {
      hash = before[.hash].blob
      metricsBefore = before[.metrics].int ?? 0
      checkpointsBefore = before[.checkpoints].int ?? 0
    }
    guard let hash, metrics >= metricsBefore, checkpoints >= checkpointsBefore else { return nil }
    for checkpoints in windows(of: checkpoints - checkpointsBefore, first...last + 1) {
      let batch = ReadableBatch(
        row: row, steps: first..<last + 1, metrics: metricsBefore..<metrics,
        checkpoints: checkpoints)
      for session in sessions(of: batch) {
        if try self.hash(of: batch, after: hash, session) == row[.hash].blob { return batch }
      }
    }
    return nil
  }

  /// The sessions that may have written a batch: of those that begin at one without steps, any.
  private func sessions(of batch: ReadableBatch) -> [SessionFacts?] {
    let last = sessions.last { $0.firstStep < max(1, batch.steps.upperBound) } ?? sessions.first
    guard batch.steps.isEmpty else { return [last] }
    return [last] + sessions.filter { $0.firstStep == batch.steps.lowerBound && $0 != last }
  }

  /// The checkpoints that may be those of a batch. One at its first or last step may also be of the batch before
  /// or after.
  private func windows(of count: Int, _ steps: ClosedRange<Int>) -> [[Int]] {
    if count == 0 { return [[]] }
    let all = checkpointSteps.filter(steps.contains)
    guard all.count >= count else { return [] }
    return (0...min(2, all.count - count)).map { Array(all[$0..<$0 + count]) }
  }

  /// The hash of a batch, from its rows alone, as docs/format.md has it.
  private func hash(
    of batch: ReadableBatch, after previous: [UInt8], _ session: SessionFacts?
  ) throws(RecordingError) -> [UInt8] {
    let (first, last) = (batch.steps.lowerBound, batch.steps.upperBound - 1)
    var link = HashChain.Link(
      after: HashChain(previous: previous), session: session, first, last,
      elapsed: batch.row[.elapsed].double ?? 0)
    do {
      try add(transitions, .integer(first), .integer(last), to: &link.hash)
      try add(ended, .integer(first), .integer(last), to: &link.hash)
      try add(
        metrics, .integer(batch.metrics.lowerBound), .integer(batch.metrics.upperBound),
        to: &link.hash)
      for step in batch.checkpoints { try add(checkpoint, .integer(step), to: &link.hash) }
      try add(reached, .integer(last - worlds), .integer(last), to: &link.hash)
    } catch {
      throw RecordingError(error, path: path)
    }
    return link.hash.finished()
  }

  private func add(
    _ statement: Statement, _ values: SQLiteValue..., to hash: inout CanonicalHash
  ) throws(SQLiteError) {
    try statement.bind(values)
    while try statement.step() {
      for value in statement.row { hash.add(value) }
    }
  }
}

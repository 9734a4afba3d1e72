internal import Rollouts
internal import SQLite

/// The first batch whose rows are not those that were written.
package struct BrokenBatch: Sendable, Equatable {
  package var firstStep: Int
  package var lastStep: Int
}

extension Recording {
  /// What identifies a run: a hash over states, actions, rewards, episodes and final parameters, in
  /// hexadecimal. Times, batches, sessions and metrics do not change it.
  package func digest() throws(RecordingError) -> String {
    try reading { () throws(RecordingError) in
      var hash = CanonicalHash()
      let steps = try stepCount()
      let kinds = try kinds()
      let cursor = try TableCursor(
        self, "transitions", [.integer, .integer, kinds.state, kinds.action, .real],
        "step, episode, state, action, reward", key: "step", 0..<steps)
      var count = 0
      while try cursor.advance() {
        hash.add(cursor.rows, rows: 0..<cursor.rows.count, columns: 1..<5)
        count += cursor.rows.count
      }
      hash.add(count)
      try addEpisodes(to: &hash, state: kinds.state)
      if let last = try finalCheckpoint() {
        hash.add(last.step)
        hash.add(last.kind)
        hash.add(last.parameters)
      }
      return hash.finished().hexadecimal
    }
  }

  private func addEpisodes(
    to hash: inout CanonicalHash, state: Columns.Kind
  ) throws(RecordingError) {
    let last = try rows("SELECT max(episode) FROM episodes").first?.first?.int ?? 0
    let cursor = try TableCursor(
      self, "episodes", Self.episodeKinds(state: state), Self.episodeColumns, key: "episode",
      0..<min(max(0, last), 1 << 53) + 1)
    var count = 0
    while try cursor.advance() {
      hash.add(cursor.rows, rows: 0..<cursor.rows.count, columns: 0..<8)
      count += cursor.rows.count
    }
    hash.add(count)
  }

  private static let episodeColumns = """
    episode, seed, first_step, stride, steps, return, \(endingNumber), final_state
    """

  private static func episodeKinds(state: Columns.Kind) -> [Columns.Kind] {
    [.integer, .integer, .integer, .integer, .integer, .real, .name, state]
  }

  // MARK: The chain of batches

  /// Computes every batch's hash again; the first that differs, or nil where all are as written.
  ///
  /// What is still open is not covered: episodes that run, and what no batch has taken in yet.
  package func firstBrokenBatch() throws(RecordingError) -> BrokenBatch? {
    try reading { () throws(RecordingError) in
      let kinds = try kinds()
      var chain = try naming(path) { () throws(SQLiteError) in try HashChain(of: database) }
      let sessions = try sessionFacts()
      let batches = try rows(
        "SELECT first_step, last_step, elapsed, metrics, checkpoints, hash FROM batches"
          + " ORDER BY first_step")
      let ended = try EndedEpisodes(self, Self.episodeKinds(state: kinds.state))
      var (metrics, checkpoints, next) = (0, 0, 0)
      for row in batches {
        guard let first = row[0].int, let last = row[1].int, let elapsed = row[2].double,
          let metricsByThen = row[3].int, let checkpointsByThen = row[4].int,
          let written = row[5].blob, first == next, last >= first - 1, last < 1 << 53
        else { return BrokenBatch(firstStep: row[0].int ?? next, lastStep: row[1].int ?? next) }
        let session = sessions.last { $0.firstStep <= last } ?? sessions.first
        var link = HashChain.Link(after: chain, session: session, first, last, elapsed: elapsed)
        let cursor = try TableCursor(
          self, "transitions", [.integer, .integer, kinds.state, kinds.action, .real],
          "step, episode, state, action, reward", key: "step", first..<last + 1)
        while try cursor.advance() {
          link.hash.add(cursor.rows, rows: 0..<cursor.rows.count, columns: 1..<5)
        }
        try ended.add(through: last, to: &link.hash)
        for metric in try self.metrics(after: metrics, through: metricsByThen) {
          link.hash.add(metric)
        }
        for checkpoint in try self.checkpoints(after: checkpoints, through: checkpointsByThen) {
          link.hash.add(checkpoint)
        }
        guard chain.close(link) == written else {
          return BrokenBatch(firstStep: first, lastStep: last)
        }
        (metrics, checkpoints, next) = (metricsByThen, checkpointsByThen, last + 1)
      }
      return nil
    }
  }

  private func sessionFacts() throws(RecordingError) -> [SessionFacts] {
    try rows("SELECT first_step, configuration, versions, started FROM sessions ORDER BY rowid")
      .map {
        SessionFacts(
          firstStep: $0[0].int ?? 0, configuration: $0[1].text ?? "", versions: $0[2].text ?? "",
          started: $0[3].text ?? "")
      }
  }

  /// Metrics by their place in the order of recording, from 1.
  func metrics(after first: Int, through last: Int) throws(RecordingError) -> [Metric] {
    try rows(
      "SELECT step, name, value FROM metrics WHERE rowid > ? AND rowid <= ? ORDER BY rowid",
      .integer(first), .integer(last)
    ).map {
      Metric(step: $0[0].int ?? 0, name: $0[1].text ?? "", value: $0[2].double ?? .nan)
    }
  }

  /// Checkpoints by their place in the order of steps, from 1.
  func checkpoints(after first: Int, through last: Int) throws(RecordingError) -> [Checkpoint] {
    try rows(
      "SELECT step, kind, parameters, training_state FROM checkpoints ORDER BY step"
        + " LIMIT ? OFFSET ?", .integer(max(0, last &- first)), .integer(first)
    ).map {
      Checkpoint(
        step: $0[0].int ?? 0, kind: $0[1].text ?? "", parameters: $0[2].blob ?? [],
        trainingState: $0[3].text ?? "")
    }
  }
}

/// The episodes that are over, in the order of their last steps.
private final class EndedEpisodes {
  private let recording: Recording
  private let statement: Statement
  private let columns: Columns
  private var lastStep: Int?

  init(_ recording: Recording, _ kinds: [Columns.Kind]) throws(RecordingError) {
    self.recording = recording
    columns = Columns(kinds, capacity: 1, names: Batch.endings)
    statement = try naming(recording.path) { () throws(SQLiteError) in
      try recording.database.prepare(
        """
        SELECT first_step + (steps - 1) * stride, \
        episode, seed, first_step, stride, steps, return, ending, final_state
        FROM episodes WHERE ending <> 'running' ORDER BY 1
        """)
    }
    try advance()
  }

  private func advance() throws(RecordingError) {
    lastStep = try naming(recording.path) { () throws(SQLiteError) in
      try statement.step() ? statement.int(at: 0) : nil
    }
  }

  /// Adds those that end at or before a step and were not added before.
  func add(through step: Int, to hash: inout CanonicalHash) throws(RecordingError) {
    while let last = lastStep, last <= step {
      for column in 1..<9 { hash.add(statement.value(at: column)) }
      try advance()
    }
  }
}

extension [UInt8] {
  /// Two digits a byte.
  package var hexadecimal: String {
    let digits = Array<UInt8>("0123456789abcdef".utf8)
    return String(
      decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}

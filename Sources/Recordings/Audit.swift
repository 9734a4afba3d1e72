internal import Rollouts
internal import SQLite

/// Reads a recording batch by batch and checks its chain of hashes and everything that its tables hold
/// twice. Nothing is read before its batch's turn, so that of a damaged file everything before the damage
/// can still be read.
final class Audit {
  /// A batch that is as it was written.
  struct Link {
    var steps: Range<Int>
    /// Its row, its metrics and checkpoints, the episodes that ended in it, and those open after it.
    var row: Row<BatchColumn>
    var metrics: Range<Int> = 0..<0
    var checkpoints: Range<Int> = 0..<0
    var ended: [Row<EpisodeColumn>] = []
    var open: [Row<EpisodeColumn>] = []
  }

  let recording: Recording
  private(set) var episodes: EpisodeAudit
  private(set) var batches = 0
  /// The steps of those batches.
  private(set) var keptSteps = 0
  /// How many metrics and checkpoints the batches so far have covered.
  private(set) var metrics = 0
  private(set) var checkpoints = 0
  private var chain: HashChain
  let sessions: [SessionFacts]
  /// The sessions that some batch's hash covers, by their place.
  private(set) var coveredSessions: Set<Int> = []
  private let hasTransitions: Bool
  private let kinds: ValueKinds
  private let batch: Statement
  private let later: Statement
  private var lastKey = Int.min
  /// Whether hashes are made, and not compared.
  private let isSealing: Bool

  /// Begins with what the run is.
  init(_ recording: Recording, isSealing: Bool = false) throws(RecordingError) {
    self.recording = recording
    self.isSealing = isSealing
    let run = try recording.description()
    kinds = try recording.kinds()
    hasTransitions = run.hasTransitions
    sessions = try recording.sessionFacts()
    (chain, batch, later) = try withRecordingErrors(recording.path) { () throws(SQLiteError) in
      (
        try HashChain(of: recording.database),
        try recording.database.prepare(
          "\(BatchColumn.selection()) WHERE first_step > ? ORDER BY first_step LIMIT 1"),
        try recording.database.prepare(
          "SELECT state FROM transitions WHERE step = ? AND episode = ?")
      )
    }
    episodes = try EpisodeAudit(recording, run, kinds)
  }

  /// How many steps were taken, those of a batch that fails included.
  var steps: Int { episodes.steps }

  /// Checks the next batch, handing its rows on as they are read; nil after the last. Rows are handed on
  /// before their hash is known: the caller drops them where this throws.
  func advance(_ rows: (TableRows<TransitionColumn>) throws -> Void = { _ in }) throws -> Link? {
    var extent: ClosedRange<Int>?
    do {
      guard let row = try nextRow() else { return nil }
      let link = try link(row)
      extent = link.steps.isEmpty ? nil : link.steps.lowerBound...link.steps.upperBound - 1
      return try check(link, rows)
    } catch let error as RecordingError where error.kind == .damaged {
      throw Difference(unreadable: extent ?? steps...steps, error)
    }
  }

  private func nextRow() throws(RecordingError) -> Row<BatchColumn>? {
    try withRecordingErrors(recording.path) { () throws(SQLiteError) in
      try batch.bind(.integer(lastKey), at: 1)
      defer { batch.reset() }
      return try batch.step() ? Row(values: batch.row) : nil
    }
  }

  /// A batch from its row.
  private func link(_ row: Row<BatchColumn>) throws -> Link {
    guard let first = row[.firstStep].int, let last = row[.lastStep].int,
      let metrics = row[.metrics].int, let checkpoints = row[.checkpoints].int,
      row[.elapsed].double != nil, row[.hash].blob != nil
    else {
      throw Difference(at: steps, "a batch", expected: "a row of values", found: "others")
    }
    lastKey = first
    if first > steps { _ = try episodes.skip(to: first) }
    guard first == steps else {
      throw Difference(
        at: steps, "the batch that begins there", expected: "one",
        found: "the next begins with step \(first)")
    }
    guard last >= first - 1, last < 1 << 53, metrics >= self.metrics,
      checkpoints >= self.checkpoints
    else {
      throw Difference(
        at: first, "the batch that begins there", expected: "numbers that grow",
        found: "last step \(last), \(metrics) metrics, \(checkpoints) checkpoints")
    }
    return Link(
      steps: first..<last + 1, row: row, metrics: self.metrics..<metrics,
      checkpoints: self.checkpoints..<checkpoints)
  }

  private func check(
    _ link: Link, _ rows: (TableRows<TransitionColumn>) throws -> Void
  ) throws -> Link {
    var link = link
    let (first, last) = (link.steps.lowerBound, link.steps.upperBound - 1)
    var place = sessions.lastIndex { $0.firstStep <= last } ?? (sessions.isEmpty ? nil : 0)
    let session = place.map { sessions[$0] }
    let before = chain
    var hashed = HashChain.Link(
      after: chain, session: session, first, last, elapsed: link.row[.elapsed].double ?? 0)
    let cursor = try TableCursor<TransitionColumn>(recording, kinds, key: .step, link.steps)
    if !hasTransitions { episodes.add(steps: link.steps.count) }
    while try cursor.advance() {
      try link.ended += episodes.check(cursor.rows)
      hashed.hash.add(cursor.rows, 0..<cursor.rows.count, from: .episode)
      try rows(cursor.rows)
    }
    try link.ended += episodes.skip(to: link.steps.upperBound)
    guard steps == link.steps.upperBound else {
      throw Difference(
        at: steps, "the transition", expected: "one, as its batch ends with step \(last)",
        found: "none")
    }
    for episode in link.ended {
      for value in episode.values { hashed.hash.add(value) }
    }
    try add(link, to: &hashed.hash)
    let reached = try episodes.reached(by: state(at:of:))
    for state in reached { hashed.hash.add(state) }
    link.open = episodes.openRows(reached)
    var hash = chain.close(hashed)
    if isSealing { link.row[.hash] = .blob(hash) }
    // Of the sessions that begin at a batch without steps, any may have written it.
    for (index, other) in sessions.enumerated()
    where hash != link.row[.hash].blob && link.steps.isEmpty {
      guard other.firstStep == first, other != session else { continue }
      chain = before
      hash = try self.hash(of: link, by: other, reached)
      place = index
    }
    guard hash == link.row[.hash].blob else { throw brokenHash(link) }
    (metrics, checkpoints) = (link.metrics.upperBound, link.checkpoints.upperBound)
    batches += 1
    if let place { coveredSessions.insert(place) }
    keptSteps = link.steps.upperBound
    return link
  }

  /// The hash of a batch that has no steps.
  private func hash(
    of link: Link, by session: SessionFacts, _ reached: [SQLiteValue]
  ) throws -> [UInt8] {
    let (first, last) = (link.steps.lowerBound, link.steps.upperBound - 1)
    var hashed = HashChain.Link(
      after: chain, session: session, first, last, elapsed: link.row[.elapsed].double ?? 0)
    for episode in link.ended {
      for value in episode.values { hashed.hash.add(value) }
    }
    try add(link, to: &hashed.hash)
    for state in reached { hashed.hash.add(state) }
    return chain.close(hashed)
  }

  private func brokenHash(_ link: Link) -> Difference {
    // Enough of a hash to see that two differ.
    func text(_ hash: [UInt8]?) -> String { Array((hash ?? []).prefix(8)).hexadecimal }
    return Difference(
      in: link.steps.isEmpty ? nil : link.steps.lowerBound...link.steps.upperBound - 1,
      "the hash of the batch, its episodes, metrics, checkpoints and session",
      expected: text(link.row[.hash].blob), found: text(chain.previous))
  }

  /// Metrics and checkpoints, each checked before it is hashed.
  private func add(_ link: Link, to hash: inout CanonicalHash) throws {
    let most = link.steps.upperBound
    let metrics = try recording.metrics(
      after: link.metrics.lowerBound, through: link.metrics.upperBound)
    guard metrics.count == link.metrics.count else {
      throw Difference(
        at: max(0, most - 1), "the metrics of its batch", expected: "\(link.metrics.count)",
        found: "\(metrics.count)")
    }
    for metric in metrics {
      guard (0...most).contains(metric.step) else {
        throw Difference(
          at: max(0, most - 1), "a metric \(metric.name) of its batch",
          expected: "one of at most \(most) steps", found: "one of \(metric.step)")
      }
      hash.add(metric)
    }
    for place in link.checkpoints {
      guard let checkpoint = try recording.checkpoints(after: place, through: place + 1).first
      else {
        throw Difference(
          at: max(0, most - 1), "the checkpoints of its batch",
          expected: "\(link.checkpoints.count)", found: "\(place - link.checkpoints.lowerBound)")
      }
      try Self.check(checkpoint, most: most)
      hash.add(checkpoint)
    }
  }

  /// A checkpoint must be one of its steps and hold what its kind says: a safetensors file and JSON.
  static func check(_ checkpoint: Checkpoint, most: Int) throws(Difference) {
    guard (0...most).contains(checkpoint.step) else {
      throw Difference(
        at: max(0, most - 1), "a checkpoint of its batch",
        expected: "one of at most \(most) steps", found: "one of \(checkpoint.step)")
    }
    let what = "the checkpoint of step \(checkpoint.step)"
    do {
      _ = try Safetensors(decoding: checkpoint.parameters)
    } catch {
      throw Difference(
        at: checkpoint.step, what, expected: "a safetensors file", found: error.description)
    }
    guard (try? JSON(parsing: checkpoint.trainingState)) != nil else {
      throw Difference(
        at: checkpoint.step, what, expected: "a training state in JSON", found: "another text")
    }
  }

  private func state(at step: Int, of episode: Int) throws(RecordingError) -> SQLiteValue? {
    try withRecordingErrors(recording.path) { () throws(SQLiteError) in
      try later.bind([.integer(step), .integer(episode)])
      defer { later.reset() }
      return try later.step() ? later.value(at: 0) : nil
    }
  }
}

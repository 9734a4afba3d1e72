internal import Rollouts
internal import SQLite

/// Reads a recording batch by batch and holds it to its chain of hashes and to all that its tables say
/// twice. Nothing is asked for before its batch's turn, so that of a damaged file everything before the
/// damage can still be told.
final class Audit {
  /// A batch that is as it was written.
  struct Link {
    var steps: Range<Int>
    /// Its row, its metrics and checkpoints, the episodes that ended in it, and those open behind it.
    var row: [SQLiteValue] = []
    var metrics: Range<Int> = 0..<0
    var checkpoints: Range<Int> = 0..<0
    var ended: [[SQLiteValue]] = []
    var open: [[SQLiteValue]] = []
  }

  let recording: Recording
  private(set) var books: EpisodeBooks
  private(set) var batches = 0
  /// The steps of those batches.
  private(set) var keptSteps = 0
  /// How many metrics and checkpoints the batches so far have covered.
  private(set) var metrics = 0
  private(set) var checkpoints = 0
  private var chain: HashChain
  private let sessions: [SessionFacts]
  private let hasTransitions: Bool
  private let kinds: (state: Columns.Kind, action: Columns.Kind)
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
    (chain, batch, later) = try naming(recording.path) { () throws(SQLiteError) in
      (
        try HashChain(of: recording.database),
        try recording.database.prepare(
          "SELECT first_step, last_step, elapsed, metrics, checkpoints, hash FROM batches"
            + " WHERE first_step > ? ORDER BY first_step LIMIT 1"),
        try recording.database.prepare(
          "SELECT state FROM transitions WHERE step = ? AND episode = ?")
      )
    }
    books = try EpisodeBooks(recording, run, kinds)
  }

  /// How many steps were taken, those of a batch that fails included.
  var steps: Int { books.steps }

  /// Takes the next batch, handing its rows on as they are read; nil behind the last. Rows are handed on
  /// before their hash is known: whoever keeps them must forget them where this throws.
  func advance(_ rows: (Columns) throws -> Void = { _ in }) throws -> Link? {
    var extent: ClosedRange<Int>?
    do {
      guard let row = try nextRow() else { return nil }
      let link = try link(row)
      extent = link.steps.isEmpty ? nil : link.steps.lowerBound...link.steps.upperBound - 1
      return try take(link, rows)
    } catch let error as RecordingError where error.kind == .damaged {
      throw Difference(unreadable: extent ?? steps...steps, error)
    }
  }

  private func nextRow() throws(RecordingError) -> [SQLiteValue]? {
    try naming(recording.path) { () throws(SQLiteError) in
      try batch.bind(.integer(lastKey), at: 1)
      defer { batch.reset() }
      return try batch.step() ? batch.row : nil
    }
  }

  /// What a batch says of itself.
  private func link(_ row: [SQLiteValue]) throws(Difference) -> Link {
    guard let first = row[0].int, let last = row[1].int, let metrics = row[3].int,
      let checkpoints = row[4].int, row[2].double != nil, row[5].blob != nil
    else {
      throw Difference(at: steps, "a batch", expected: "a row of values", found: "others")
    }
    lastKey = first
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

  private func take(_ link: Link, _ rows: (Columns) throws -> Void) throws -> Link {
    var link = link
    let (first, last) = (link.steps.lowerBound, link.steps.upperBound - 1)
    let session = sessions.last { $0.firstStep <= last } ?? sessions.first
    let before = chain
    var hashed = HashChain.Link(
      after: chain, session: session, first, last, elapsed: link.row[2].double ?? 0)
    let cursor = try TableCursor(
      recording, "transitions", [.integer, .integer, kinds.state, kinds.action, .real],
      "step, episode, state, action, reward", key: "step", link.steps)
    if !hasTransitions { books.pass(link.steps.count) }
    while try cursor.advance() {
      try link.ended += books.take(cursor.rows)
      hashed.hash.add(cursor.rows, rows: 0..<cursor.rows.count, columns: 1..<5)
      try rows(cursor.rows)
    }
    try link.ended += books.skip(to: link.steps.upperBound)
    guard steps == link.steps.upperBound else {
      throw Difference(
        at: steps, "the transition", expected: "one, as its batch ends with step \(last)",
        found: "none")
    }
    for episode in link.ended {
      for value in episode { hashed.hash.add(value) }
    }
    try add(link, to: &hashed.hash)
    let reached = try books.reached(by: state(at:of:))
    for state in reached { hashed.hash.add(state) }
    link.open = books.openRows(reached)
    var hash = chain.close(hashed)
    if isSealing { link.row[5] = .blob(hash) }
    // A batch without steps does not tell which of the sessions that begin there wrote it.
    for other in sessions where hash != link.row[5].blob && link.steps.isEmpty {
      guard other.firstStep == first, other != session else { continue }
      chain = before
      hash = try self.hash(of: link, by: other, reached)
    }
    guard hash == link.row[5].blob else { throw brokenHash(link) }
    (metrics, checkpoints) = (link.metrics.upperBound, link.checkpoints.upperBound)
    batches += 1
    keptSteps = link.steps.upperBound
    return link
  }

  /// The hash of a batch that has no steps.
  private func hash(
    of link: Link, by session: SessionFacts, _ reached: [SQLiteValue]
  ) throws -> [UInt8] {
    let (first, last) = (link.steps.lowerBound, link.steps.upperBound - 1)
    var hashed = HashChain.Link(
      after: chain, session: session, first, last, elapsed: link.row[2].double ?? 0)
    for episode in link.ended {
      for value in episode { hashed.hash.add(value) }
    }
    try add(link, to: &hashed.hash)
    for state in reached { hashed.hash.add(state) }
    return chain.close(hashed)
  }

  private func brokenHash(_ link: Link) -> Difference {
    // Enough of a hash to tell two from each other.
    func text(_ hash: [UInt8]?) -> String { Array((hash ?? []).prefix(8)).hexadecimal }
    return Difference(
      in: link.steps.isEmpty ? nil : link.steps.lowerBound...link.steps.upperBound - 1,
      "the hash of the batch, its episodes, metrics, checkpoints and session",
      expected: text(link.row[5].blob), found: text(chain.previous))
  }

  /// Metrics and checkpoints, each looked at before it is hashed.
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
    try naming(recording.path) { () throws(SQLiteError) in
      try later.bind([.integer(step), .integer(episode)])
      defer { later.reset() }
      return try later.step() ? later.value(at: 0) : nil
    }
  }
}

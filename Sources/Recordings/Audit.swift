internal import Rollouts
internal import SQLite

/// Reads a recording batch by batch and checks its chain of hashes, and everything that is stored
/// twice. It reads nothing before the turn of its batch, so that in a damaged file everything
/// before the damage can be read.
final class Audit {
  /// A batch that verifies.
  struct Link {
    var steps: Range<Int>
    /// The numbers that it should have.
    var numbers: BatchNumbers
    /// Its row, its metrics and checkpoints, the episodes that ended in it, and those open after
    /// it.
    var row: Row<BatchColumn>
    var metrics: Range<Int> = 0..<0
    var checkpoints: Range<Int> = 0..<0
    var infos: Range<Int> = 0..<0
    var images: Range<Int> = 0..<0
    var scenes: Range<Int> = 0..<0
    var ended: [Row<EpisodeColumn>] = []
    var open: [Row<EpisodeColumn>] = []
  }

  let recording: Recording
  private(set) var episodes: EpisodeAudit
  private(set) var batches = 0
  /// The steps of those batches.
  private(set) var keptSteps = 0
  /// The totals up to the current batch.
  private(set) var numbers = BatchNumbers(session: 0)
  private var bestReturn: Double?
  private var chain: HashChain
  let sessions: [SessionFacts]
  /// The indices of the sessions that a batch's hash covers.
  private(set) var coveredSessions: Set<Int> = []
  private let hasTransitions: Bool
  private let kinds: ValueKinds
  /// The rows that other threads read; nil where this thread reads all.
  private(set) var ahead: RowsAhead?
  private let key: Statement
  private let batch: Statement
  private let later: Statement
  private var lastKey = Int.min
  /// The step of the last checkpoint that a batch has covered.
  var lastCheckpoint = Int.min
  /// Whether to compute hashes instead of comparing them.
  private let isSealing: Bool

  /// Begins with the run's description. With helper threads, they read ahead; without any, every
  /// row is passed on.
  init(
    _ recording: Recording, isSealing: Bool = false, helpers: Int? = nil
  ) throws(RecordingError) {
    self.recording = recording
    self.isSealing = isSealing
    let run = try recording.description()
    let format = recording.format
    kinds = try recording.kinds()
    hasTransitions = run.hasTransitions
    sessions = try recording.sessionFacts()
    (chain, key, batch, later) = try withRecordingErrors(recording.path) {
      () throws(SQLiteError) in
      (
        try HashChain(of: recording.database, in: format),
        try recording.database.prepare("SELECT min(rowid) FROM batches WHERE rowid > ?"),
        try recording.database.prepare("\(BatchColumn.selection(in: format)) WHERE rowid = ?"),
        try recording.database.prepare(
          "SELECT state FROM transitions WHERE step = ? AND episode = ?")
      )
    }
    episodes = try EpisodeAudit(recording, run, kinds)
    if hasTransitions, let helpers {
      ahead = try RowsAhead(recording, kinds, helpers: helpers)
    }
  }

  /// How many steps there were, including those of a batch that fails.
  var steps: Int { episodes.steps }

  /// Checks the next batch and passes its rows on as they are read; nil after the last. Rows are
  /// passed on before their hash is known: the caller must drop them if this throws.
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
      defer {
        key.reset()
        batch.reset()
      }
      try key.bind(.integer(lastKey), at: 1)
      guard try key.step(), let place = key.value(at: 0).int else { return nil }
      lastKey = place
      try batch.bind(.integer(place), at: 1)
      return try batch.step() ? Row(batch.row) : nil
    }
  }

  /// A batch from its row.
  private func link(_ row: Row<BatchColumn>) throws -> Link {
    guard let found = BatchNumbers(row, in: recording.format), row[.hash].blob != nil else {
      throw Difference(at: steps, "a batch", expected: "a row of values", found: "others")
    }
    let (first, last) = (found.firstStep, found.lastStep)
    if first > steps { _ = try episodes.skip(to: first) }
    guard first == steps else {
      throw Difference(
        at: steps, "the batch that begins there", expected: "one",
        found: "the next begins with step \(first)")
    }
    func grow(_ count: KeyPath<BatchNumbers, Int>) -> Bool {
      found[keyPath: count] >= numbers[keyPath: count] && found[keyPath: count] < 1 << 53
    }
    guard last >= first - 1, last < 1 << 53, grow(\.metrics), grow(\.checkpoints), grow(\.infos),
      grow(\.images), grow(\.scenes)
    else {
      throw Difference(
        at: first, "the batch that begins there", expected: "numbers that grow",
        found: "last step \(last), \(found.metrics) metrics, \(found.checkpoints) checkpoints")
    }
    return Link(
      steps: first..<last + 1, numbers: found, row: row, metrics: numbers.metrics..<found.metrics,
      checkpoints: numbers.checkpoints..<found.checkpoints, infos: numbers.infos..<found.infos,
      images: numbers.images..<found.images, scenes: numbers.scenes..<found.scenes)
  }

  private func check(
    _ link: Link, _ rows: (TableRows<TransitionColumn>) throws -> Void
  ) throws -> Link {
    var link = link
    let isFirst = recording.format.version == 1
    let (first, last) = (link.steps.lowerBound, link.steps.upperBound - 1)
    var place =
      isFirst
      ? sessions.lastIndex { $0.firstStep <= last } ?? (sessions.isEmpty ? nil : 0)
      : link.numbers.session - 1
    guard place.map(sessions.indices.contains) ?? isFirst else {
      throw Difference(
        at: max(0, last), "the session of the batch", expected: "one of \(sessions.count)",
        found: "\(link.numbers.session)")
    }
    let session = place.map { sessions[$0] }
    if let session, !isFirst, !link.steps.isEmpty { try episodes.enter(session) }
    let before = chain
    var hashed = HashChain.Link(after: chain, session: session, link.numbers)
    var count = 0
    // Known if the rows were hashed where they were decoded.
    var known: [UInt8]?
    if !hasTransitions { episodes.add(steps: link.steps.count) }
    var rest = link.steps
    while !rest.isEmpty {
      let found = try ahead?.part(of: rest)
      if let (part, table) = found, let range = part.rows {
        try link.ended += episodes.check(table, range)
        known = part.hash
        if known == nil { hashed.hash.add(table, range, from: isFirst ? .episode : .step) }
        count += range.count
      } else {
        let cursor = try TableCursor<TransitionColumn>(
          recording, kinds, key: .step, found?.part.steps ?? rest)
        while try cursor.advance() {
          let range = 0..<cursor.rows.count
          try link.ended += episodes.check(cursor.rows, range)
          hashed.hash.add(cursor.rows, range, from: isFirst ? .episode : .step)
          count += range.count
          try rows(cursor.rows)
        }
      }
      rest = (found?.part.steps.upperBound ?? rest.upperBound)..<rest.upperBound
      if found == nil { ahead = nil }
    }
    hashed.endSection(known)
    try link.ended += episodes.skip(to: link.steps.upperBound)
    guard steps == link.steps.upperBound else {
      throw Difference(
        at: steps, "the transition", expected: "one, as its batch ends with step \(last)",
        found: "none")
    }
    if !isFirst { try countTotals(of: &link, transitions: count) }
    link.open = try add(link, to: &hashed)
    var hashes = chain.close(hashed, link.numbers)
    if isSealing { link.row = link.numbers.row(hash: hashes.hash, sections: hashes.sections) }
    // In format 1, any of the sessions that begin at a batch without steps may have written it.
    for (index, other) in sessions.enumerated()
    where isFirst && hashes.hash != link.row[.hash].blob && link.steps.isEmpty {
      guard other.firstStep == first, other != session else { continue }
      chain = before
      var hashed = HashChain.Link(after: chain, session: other, link.numbers)
      _ = try add(link, to: &hashed)
      hashes = chain.close(hashed, link.numbers)
      place = index
    }
    guard hashes.hash == link.row[.hash].blob,
      isFirst || hashes.sections == link.row[.sections].blob
    else { throw brokenHash(link, hashes) }
    numbers = link.numbers
    batches += 1
    if let place { coveredSessions.insert(place) }
    keptSteps = link.steps.upperBound
    return link
  }

  /// Compares a batch's totals with what was read, or computes them.
  private func countTotals(of link: inout Link, transitions: Int) throws {
    // A negative number is only computed now.
    let claimed = isSealing && link.numbers.ended < 0 ? Int.max : link.numbers.ended
    link.ended = try episodes.claim(with: link.ended, through: claimed, after: numbers.ended)
    var found = link.numbers
    found.transitions = numbers.transitions + transitions
    found.ended = numbers.ended + link.ended.count
    found.best = numbers.best
    for episode in link.ended where episode[.ending].text != Ending.interrupted.name {
      guard let total = episode[.return].double else { continue }
      if let bestReturn, !(total > bestReturn) { continue }
      (found.best, bestReturn) = (episode[.episode].int, total)
    }
    if isSealing { link.numbers = found }
    func compare(_ what: String, _ expected: Int?, _ given: Int?) throws(Difference) {
      guard expected != given else { return }
      func text(_ number: Int?) -> String { number.map(String.init) ?? "none" }
      throw Difference(
        at: max(0, link.steps.upperBound - 1), "the \(what) by the end of its batch",
        expected: text(expected), found: text(given))
    }
    try compare("transitions", found.transitions, link.numbers.transitions)
    try compare("episodes that ended", found.ended, link.numbers.ended)
    try compare("best episode", found.best, link.numbers.best)
  }

  /// A checkpoint must belong to one of the steps and contain what its kind requires: a safetensors
  /// file and JSON.
  static func check(_ checkpoint: Checkpoint, most: Int) throws(Difference) {
    guard (0...most).contains(checkpoint.step) else {
      throw Difference(
        at: max(0, most - 1), "a checkpoint of its batch",
        expected: "one of at most \(most) steps", found: "one of \(checkpoint.step)")
    }
    let what = "the checkpoint of step \(checkpoint.step)"
    do {
      _ = try Safetensors(decoding: checkpoint.unpacked().parameters)
    } catch {
      throw Difference(
        at: checkpoint.step, what, expected: "a safetensors file", found: error.description)
    }
    guard (try? JSON(parsing: checkpoint.trainingState)) != nil else {
      throw Difference(
        at: checkpoint.step, what, expected: "a training state in JSON", found: "another text")
    }
  }

  func state(at step: Int, of episode: Int) throws(RecordingError) -> SQLiteValue? {
    try withRecordingErrors(recording.path) { () throws(SQLiteError) in
      try later.bind([.integer(step), .integer(episode)])
      defer { later.reset() }
      return try later.step() ? later.value(at: 0) : nil
    }
  }
}

internal import Rollouts
internal import SQLite

/// The chain of batches. Each hash covers the previous one, the session, the batch's rows, the
/// episodes that ended in it, the metrics and checkpoints committed with it, and the current states
/// of open episodes, which follow from none of its rows.
struct HashChain {
  let format: Format
  /// The hash that the next batch continues from.
  private(set) var previous: [UInt8]

  /// A chain that continues from a hash.
  init(previous: [UInt8], in format: Format) { (self.previous, self.format) = (previous, format) }

  /// A chain's first link: the run's description, without what may change later.
  init(of database: Database, in format: Format) throws(SQLiteError) {
    let keys = Self.changingKeys(in: format).map { "'\($0)'" }.joined(separator: ", ")
    let run = try database.rows(
      of: RunColumn.self, in: format, "WHERE key NOT IN (\(keys)) ORDER BY key")
    let actions = try database.rows(of: ActionColumn.self, in: format, "ORDER BY action")
    let fields = try database.rows(of: FieldColumn.self, in: format, "ORDER BY rowid")
    var hash = CanonicalHash()
    for row in run { hash.add(row, in: format) }
    for row in actions { hash.add(row, in: format) }
    for row in fields { hash.add(row, in: format) }
    (previous, self.format) = (hash.finished(), format)
  }

  /// The keys of a run whose values may change.
  static func changingKeys(in format: Format) -> [String] {
    format.version == 1 ? ["tags", "note"] : ["tags", "note", "rig"]
  }

  /// A batch's hash in progress: its parts are added in the order of the format, each ended by
  /// `endSection`.
  ///
  /// In format 1, all parts share one hash; in format 2, each has its own.
  struct Link: ~Copyable {
    private let format: Format
    var hash = CanonicalHash()
    private var sections: [UInt8] = []

    /// The hash up to the batch's rows.
    init(after chain: HashChain, session: SessionFacts?, _ batch: BatchNumbers) {
      format = chain.format
      if format.version == 1 {
        hash.add(raw: chain.previous)
        session?.add(to: &hash, in: format)
        hash.add(batch.firstStep)
        hash.add(batch.lastStep)
        hash.add(batch.elapsed)
      } else {
        session?.add(to: &hash, in: format)
      }
      endSection()
    }

    /// Ends a part; in format 2, its hash may be known already.
    mutating func endSection(_ known: [UInt8]? = nil) {
      guard format.version > 1 else { return }
      if let known {
        sections += known
        return
      }
      var done = CanonicalHash()
      swap(&hash, &done)
      sections += done.finished()
    }

    /// Adds an open episode.
    mutating func add(open episode: OpenFacts) {
      if format.version > 1 {
        hash.add(episode.number)
        hash.add(episode.seed)
        hash.add(episode.options)
      }
      hash.add(episode.state)
    }

    /// The batch's hash, and in format 2 those of its parts.
    consuming func finished(
      after chain: HashChain, _ batch: BatchNumbers
    ) -> (hash: [UInt8], sections: [UInt8]) {
      guard format.version > 1 else { return (hash.finished(), []) }
      var whole = CanonicalHash()
      whole.add(raw: chain.previous)
      for value in batch.values { whole.add(value) }
      whole.add(raw: sections)
      return (whole.finished(), sections)
    }
  }

  /// Closes a link; its hash becomes the predecessor of the next.
  mutating func close(
    _ link: consuming Link, _ batch: BatchNumbers
  ) -> (hash: [UInt8], sections: [UInt8]) {
    let hashes = link.finished(after: self, batch)
    previous = hashes.hash
    return hashes
  }

  /// Computes the hashes of a batch.
  mutating func add(_ batch: Batch, session: SessionPlace, seed: Int) {
    var link = Link(after: self, session: session.facts, batch.numbers)
    let first = format.version == 1 ? TransitionColumn.episode : .step
    link.hash.add(batch.transitions, 0..<batch.transitions.count, from: first)
    link.endSection()
    link.hash.add(batch.episodes, 0..<batch.ended, from: .episode)
    link.endSection()
    for metric in session.uncoveredMetrics { link.hash.add(metric) }
    for metric in batch.metrics { link.hash.add(metric) }
    link.endSection()
    for checkpoint in session.uncoveredCheckpoints { link.hash.add(checkpoint) }
    for checkpoint in batch.checkpoints { link.hash.add(checkpoint) }
    link.endSection()
    // Infos, images and scenes.
    for _ in 0..<3 { link.endSection() }
    for row in batch.ended..<batch.episodes.count {
      let word = unsafe batch.episodes.column(.finalState)[row]
      link.add(
        open: OpenFacts(
          number: batch.episodes.int(row, .episode), seed: .integer(seed), options: .null,
          state: batch.episodes.columns.sqliteValue(
            of: word, kind: batch.episodes.kind(.finalState))
        ))
    }
    link.endSection()
    (batch.hash, batch.sections) = close(link, batch.numbers)
  }
}

/// A batch's facts about an episode that is open after it.
struct OpenFacts {
  var number: Int
  var seed: SQLiteValue
  var options: SQLiteValue
  /// Its current state.
  var state: SQLiteValue
}

/// A batch's own numbers, except for its hashes: its steps, and the totals after it.
struct BatchNumbers: Equatable, Sendable {
  var firstStep = 0
  var lastStep = -1
  var elapsed = 0.0
  var metrics = 0
  var checkpoints = 0
  /// The index of its session; format 1 does not store this and the following numbers.
  var session = 1
  var transitions = 0
  var ended = 0
  var best: Int?
  var infos = 0
  var images = 0
  var scenes = 0

  /// In the table's order.
  var values: [SQLiteValue] {
    [
      .integer(firstStep), .integer(lastStep), .real(elapsed), .integer(metrics),
      .integer(checkpoints), .integer(session), .integer(transitions), .integer(ended),
      best.map(SQLiteValue.integer) ?? .null, .integer(infos), .integer(images), .integer(scenes),
    ]
  }
}

extension BatchNumbers {
  /// The numbers in a row; nil where any is missing.
  init?(_ row: Row<BatchColumn>, in format: Format) {
    guard let first = row[.firstStep].int, let last = row[.lastStep].int,
      let elapsed = row[.elapsed].double, let metrics = row[.metrics].int,
      let checkpoints = row[.checkpoints].int
    else { return nil }
    (firstStep, lastStep, self.elapsed) = (first, last, elapsed)
    (self.metrics, self.checkpoints) = (metrics, checkpoints)
    guard format.version > 1 else { return }
    guard let session = row[.session].int, let transitions = row[.transitions].int,
      let ended = row[.ended].int, let infos = row[.infos].int, let images = row[.images].int,
      let scenes = row[.scenes].int
    else { return nil }
    (self.session, self.transitions, self.ended) = (session, transitions, ended)
    best = row[.best].int
    (self.infos, self.images, self.scenes) = (infos, images, scenes)
  }

  /// The row with these numbers.
  func row(hash: [UInt8], sections: [UInt8]) -> Row<BatchColumn> {
    Row(Array(values[..<5]) + [.blob(hash)] + values[5...] + [.blob(sections)])
  }
}

/// The unchangeable facts of a session.
struct SessionFacts: Equatable, Sendable {
  var firstStep: Int
  var configuration: String
  var versions: String
  var started: String
  /// How many worlds run side by side; format 1 stores this once per run.
  var worlds: Int

  /// Its row while it is being written.
  func row(writer: WriterIdentity?) -> Row<SessionColumn> {
    Row([
      .integer(firstStep), .text(configuration), .text(versions), .text(started), .null,
      writer.map { .text($0.json.compact) } ?? .null, .integer(worlds),
    ])
  }

  func add(to hash: inout CanonicalHash, in format: Format) {
    hash.add(firstStep)
    hash.add(configuration)
    hash.add(versions)
    hash.add(started)
    if format.version > 1 { hash.add(worlds) }
  }

  /// The form in the table `description`.
  var json: JSON {
    .array([
      .integer(firstStep), .string(configuration), .string(versions), .string(started),
      .integer(worlds),
    ])
  }
}

extension SessionFacts {
  /// The facts in a row. Format 1 stores the number of worlds once per run.
  init(_ row: Row<SessionColumn>, worlds: Int = 1) {
    self.init(
      firstStep: row[.firstStep].int ?? 0, configuration: row[.configuration].text ?? "",
      versions: row[.versions].text ?? "", started: row[.started].text ?? "",
      worlds: row[.worlds].int ?? worlds)
  }
}

/// The session of a writer, and what its next batch must cover.
struct SessionPlace {
  var row = 0
  var facts = SessionFacts(
    firstStep: 0, configuration: "{}", versions: "{}", started: "", worlds: 1)
  /// When it began on the monotonic clock, minus the time of earlier sessions.
  var origin = 0.0
  /// The totals of the recording, including what is not committed yet.
  var numbers = BatchNumbers()
  /// The best return of any finished episode.
  var bestReturn: Double?
  /// Metrics that are in the file, but not covered by a batch yet.
  var uncoveredMetrics: [Metric] = []
  var uncoveredCheckpoints: [Checkpoint] = []

  func elapsed(_ clock: RecordingClock) -> Double { max(0, clock.monotonic() - origin) }

  /// Counts a finished episode; returns its index in the order of ending.
  mutating func end(_ episode: Int, return total: Double) -> Int {
    numbers.ended += 1
    if let bestReturn, !(total > bestReturn) { return numbers.ended }
    if !total.isNaN { (numbers.best, bestReturn) = (episode, total) }
    return numbers.ended
  }
}

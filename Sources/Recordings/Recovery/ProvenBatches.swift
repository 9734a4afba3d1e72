internal import Rollouts
internal import SQLite

/// A batch of a damaged recording, and its rows.
struct ReadableBatch {
  var row: Row<BatchColumn>
  var steps: Range<Int>
  /// The range of its metrics and other rows by their index in the order of recording: those after
  /// the lower bound.
  var metrics: Range<Int>
  /// The steps of its checkpoints.
  var checkpoints: [Int]
  var infos = 0..<0
  var images = 0..<0
  var scenes = 0..<0
  /// The tables whose rows do not verify; in format 1, such a batch is not proven.
  var lacking: [String] = []
}

/// Finds the batches that verify, each by itself: a batch's hash covers its rows and the previous
/// batch's hash, whose own rows may be lost.
///
/// In format 2, each kind of row has its own hash. A batch is proven by its transitions and
/// episodes, even if, for example, its metrics are lost.
struct ProvenBatches {
  private let source: Recording
  private let database: Database
  private let path: String
  private let format: Format
  private let sessions: [SessionFacts]
  private let worlds: Int
  private let transitions: Statement
  private let ended: Statement
  private let metrics: Statement
  private let checkpoint: Statement
  private let open: Statement
  private let checkpointSteps: [Int]

  /// The batches of readable rows.
  init(_ source: Recording) throws(RecordingError) {
    self.source = source
    database = source.database
    path = source.path
    let format = source.format
    self.format = format
    sessions = try source.sessionFacts()
    worlds = try source.description().worlds
    checkpointSteps = try source.checkpointSteps()
    (transitions, ended, metrics, checkpoint, open) = try withRecordingErrors(path) {
      [database] () throws(SQLiteError) in
      let last = "first_step + (steps - 1) * stride"
      let isFirst = format.version == 1
      return (
        try database.prepare(
          "SELECT \(isFirst ? "" : "step, ")episode, state, action, reward FROM transitions"
            + " WHERE step BETWEEN ? AND ? ORDER BY step"),
        try database.prepare(
          "SELECT \(EpisodeColumn.columns(in: format).map(\.label).joined(separator: ", "))"
            + " FROM episodes WHERE "
            + (isFirst
              ? "ending <> 'running' AND \(last) BETWEEN ? AND ? ORDER BY \(last)"
              : "ended BETWEEN ? AND ? ORDER BY ended")),
        try database.prepare(
          "\(MetricColumn.selection(in: format)) WHERE rowid > ? AND rowid <= ? ORDER BY rowid"),
        try database.prepare("\(CheckpointColumn.selection(in: format)) WHERE step = ?"),
        try database.prepare(
          isFirst
            ? "SELECT next_state FROM rollout WHERE step > ? AND step <= ? AND ending = 'running'"
              + " ORDER BY step"
            : "SELECT episode, seed, options, next_state FROM rollout"
              + " JOIN episodes USING (episode) WHERE step > ? AND step <= ?"
              + " AND (ended IS NULL OR ended > ?) ORDER BY step")
      )
    }
  }

  /// All batches that verify, in order.
  func find(
    atMost count: Int = .max, _ progress: (Double) throws -> Void = { _ in }
  ) throws -> [ReadableBatch] {
    let rows = try withRecordingErrors(path) { () throws(SQLiteError) in
      try database.rows(
        of: BatchColumn.self, in: format, "ORDER BY rowid LIMIT ?", [.integer(count)])
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
      // In format 1, the next batch replaced a batch without steps.
      if format.version > 1 || row[.lastStep].int ?? -1 >= row[.firstStep].int ?? 0 {
        before = row
      }
    }
    return proven
  }

  /// A batch, if its rows verify.
  private func batch(
    _ row: Row<BatchColumn>, after before: Row<BatchColumn>?
  ) throws -> ReadableBatch? {
    guard let numbers = BatchNumbers(row, in: format), numbers.firstStep >= 0,
      numbers.lastStep >= numbers.firstStep - 1, numbers.lastStep < 1 << 53
    else { return nil }
    var previous = BatchNumbers(session: 0)
    var hash: [UInt8]?
    if let before, let found = BatchNumbers(before, in: format),
      found.lastStep == numbers.firstStep - 1
    {
      (hash, previous) = (before[.hash].blob, found)
    } else if numbers.firstStep == 0 {
      hash = try withRecordingErrors(path) { () throws(SQLiteError) in
        try HashChain(of: database, in: format).previous
      }
    }
    guard numbers.metrics >= previous.metrics, numbers.checkpoints >= previous.checkpoints,
      numbers.infos >= previous.infos, numbers.images >= previous.images,
      numbers.scenes >= previous.scenes
    else { return nil }
    if format.version > 1 {
      return try self.batch(row, numbers, after: previous, hash)
    }
    guard let hash else { return nil }
    let steps = numbers.firstStep..<numbers.lastStep + 1
    for checkpoints in windows(
      of: numbers.checkpoints - previous.checkpoints, steps.lowerBound...steps.upperBound)
    {
      let batch = ReadableBatch(
        row: row, steps: steps, metrics: previous.metrics..<numbers.metrics,
        checkpoints: checkpoints)
      for session in sessions(of: batch) {
        if try self.hash(of: batch, numbers, after: hash, session) == row[.hash].blob {
          return batch
        }
      }
    }
    return nil
  }

  /// The sessions that may have written a batch: any of those that begin at a batch without steps.
  private func sessions(of batch: ReadableBatch) -> [SessionFacts?] {
    let last = sessions.last { $0.firstStep < max(1, batch.steps.upperBound) } ?? sessions.first
    guard batch.steps.isEmpty else { return [last] }
    return [last] + sessions.filter { $0.firstStep == batch.steps.lowerBound && $0 != last }
  }

  /// The checkpoints that may belong to a batch. One at its first or last step may also belong to
  /// the batch before or after.
  private func windows(of count: Int, _ steps: ClosedRange<Int>) -> [[Int]] {
    if count == 0 { return [[]] }
    let all = checkpointSteps.filter(steps.contains)
    guard all.count >= count else { return [] }
    return (0...min(2, all.count - count)).map { Array(all[$0..<$0 + count]) }
  }

  /// The hash of a batch of format 1, from its rows alone.
  private func hash(
    of batch: ReadableBatch, _ numbers: BatchNumbers, after previous: [UInt8],
    _ session: SessionFacts?
  ) throws(RecordingError) -> [UInt8] {
    let (first, last) = (batch.steps.lowerBound, batch.steps.upperBound - 1)
    let chain = HashChain(previous: previous, in: format)
    var link = HashChain.Link(after: chain, session: session, numbers)
    do {
      try add(transitions, .integer(first), .integer(last), to: &link.hash)
      try add(ended, .integer(first), .integer(last), to: &link.hash)
      try add(
        metrics, .integer(batch.metrics.lowerBound), .integer(batch.metrics.upperBound),
        to: &link.hash)
      for step in batch.checkpoints { try add(checkpoint, .integer(step), to: &link.hash) }
      try add(open, .integer(last - worlds), .integer(last), to: &link.hash)
    } catch {
      throw RecordingError(error, path: path)
    }
    return link.finished(after: chain, numbers).hash
  }

  // MARK: Format 2

  /// A batch whose transitions and episodes have the hashes in its row. If the previous batch is
  /// lost, so is the beginning of its own hash.
  private func batch(
    _ row: Row<BatchColumn>, _ numbers: BatchNumbers, after previous: BatchNumbers,
    _ hash: [UInt8]?
  ) throws -> ReadableBatch? {
    guard let sections = row[.sections].blob, sections.count == 9 * 32 else { return nil }
    if let hash {
      var whole = CanonicalHash()
      whole.add(raw: hash)
      for value in numbers.values { whole.add(value) }
      whole.add(raw: sections)
      guard whole.finished() == row[.hash].blob else { return nil }
    }
    let (first, last) = (numbers.firstStep, numbers.lastStep)
    let worlds =
      sessions.indices.contains(numbers.session - 1) ? sessions[numbers.session - 1].worlds : worlds
    var batch = ReadableBatch(
      row: row, steps: first..<last + 1, metrics: previous.metrics..<numbers.metrics,
      checkpoints: [], infos: previous.infos..<numbers.infos,
      images: previous.images..<numbers.images, scenes: previous.scenes..<numbers.scenes)
    func has(_ section: Int, _ add: (inout CanonicalHash) throws -> Void) throws -> Bool {
      var hash = CanonicalHash()
      try add(&hash)
      return hash.finished() == Array(sections[32 * section..<32 * (section + 1)])
    }
    guard try has(1, { try self.add(transitions, .integer(first), .integer(last), to: &$0) }),
      // Only the previous batch shows which episodes ended in this one.
      try hash == nil
        || has(
          2,
          {
            try self.add(
              ended, .integer(previous.ended + 1), .integer(numbers.ended), to: &$0)
          }),
      try has(
        8,
        {
          try self.add(
            open, .integer(last - worlds), .integer(last), .integer(numbers.ended), to: &$0)
        })
    else { return nil }
    guard hash != nil else {
      // Where its other rows begin is lost.
      batch.metrics = numbers.metrics..<numbers.metrics
      batch.infos = numbers.infos..<numbers.infos
      batch.images = numbers.images..<numbers.images
      batch.scenes = numbers.scenes..<numbers.scenes
      batch.lacking = ["metrics", "checkpoints", "infos", "images", "scenes"]
      return batch
    }
    func check(_ table: String, _ section: Int, _ add: (inout CanonicalHash) throws -> Void) throws
    {
      if try !has(section, add) { batch.lacking.append(table) }
    }
    try check("metrics", 3) {
      try self.add(
        metrics, .integer(batch.metrics.lowerBound), .integer(batch.metrics.upperBound), to: &$0)
    }
    let count = numbers.checkpoints - previous.checkpoints
    let checkpoints = try windows(of: count, first...last + 1).first { steps in
      try has(4) { for step in steps { try self.add(checkpoint, .integer(step), to: &$0) } }
    }
    // If some are lost, the readable ones may be kept unverified.
    let least = first == 0 ? 0 : first + 1
    batch.checkpoints = checkpoints ?? checkpointSteps.filter { $0 >= least && $0 <= last + 1 }
    if checkpoints == nil { batch.lacking.append(CheckpointColumn.table) }
    for (table, section, places, columns) in [
      ("infos", 5, batch.infos, "*"), ("images", 6, batch.images, "episode, t, hash"),
      ("scenes", 7, batch.scenes, "*"),
    ] {
      try check(table, section) { hash in
        let statement = try database.prepare(
          "SELECT \(columns) FROM \(table) WHERE rowid > ? AND rowid <= ? ORDER BY rowid")
        try add(
          statement, .integer(places.lowerBound), .integer(places.upperBound), to: &hash)
      }
    }
    return batch
  }

  private func add(
    _ statement: Statement, _ values: SQLiteValue..., to hash: inout CanonicalHash
  ) throws(SQLiteError) {
    defer { statement.reset() }
    try statement.bind(values)
    while try statement.step() {
      for value in statement.row { hash.add(value) }
    }
  }
}

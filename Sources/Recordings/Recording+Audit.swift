internal import Platform
internal import Rollouts
internal import SQLite

/// The result of an audit: what it read, and the first difference that it found.
public struct AuditReport: Sendable, Equatable {
  /// How many steps it read.
  public var steps = 0
  /// How many episodes began in them.
  public var episodes = 0
  /// How many of the episodes have not ended.
  public var openEpisodes = 0
  /// How many batches verify.
  public var batches = 0
  /// How many metrics those batches contain.
  public var metrics = 0
  /// How many checkpoints those batches contain.
  public var checkpoints = 0
  /// How many named values of the world those batches contain.
  public var infos = 0
  /// How many images those batches contain.
  public var images = 0
  /// How many scenes those batches contain.
  public var scenes = 0
  /// The first difference; nil where everything verifies.
  public var difference: Difference?
  /// What matters but is covered by no hash: sessions without a step whose settings differ from the
  /// previous ones.
  public var uncovered: [String] = []
  /// Tables, views and indexes that other tools added.
  public var additions: [String] = []
}

extension Recording {
  /// Reads everything, computes every batch's hash again, and compares the tables with each other,
  /// up to the first difference. Unfinished parts are not differences: open episodes, and the
  /// checkpoint of step 0 before the first commit. An error thrown by `progress` ends the audit.
  public func audit(_ progress: (Double) throws -> Void = { _ in }) throws -> AuditReport {
    // More threads would wait for this one.
    try audit(helpers: min(8, ThreadPool.processorCount) - 1, progress)
  }

  /// The same with a number of helper threads, or with nil using SQL alone; the result is the same.
  package func audit(
    helpers: Int?, _ progress: (Double) throws -> Void = { _ in }
  ) throws -> AuditReport {
    try database.transaction(
      .reading,
      { () throws(any Error) in
        do {
          return try audit(Audit(self, helpers: helpers), progress)
        } catch let error as RecordingError where error.kind == .damaged {
          return AuditReport(difference: Difference(unreadable: nil, error))
        }
      }, orThrow: { RecordingError($0, path: path) })
  }

  private func audit(_ audit: Audit, _ progress: (Double) throws -> Void) throws -> AuditReport {
    var report = AuditReport()
    let all = max(1, (try? stepCount()) ?? 1)
    do {
      while try audit.advance() != nil { try progress(Double(audit.steps) / Double(all)) }
      try audit.finish()
      try audit.checkPages()
      report.uncovered = try audit.uncoveredSessions()
      report.additions = try additions()
    } catch let difference as Difference {
      report.difference = difference
    }
    report.steps = audit.steps
    report.episodes = audit.episodes.count
    report.openEpisodes = audit.episodes.openCount
    report.batches = audit.batches
    report.metrics = audit.numbers.metrics
    report.checkpoints = audit.numbers.checkpoints
    report.infos = audit.numbers.infos
    report.images = audit.numbers.images
    report.scenes = audit.numbers.scenes
    return report
  }

  /// A batch's facts about the episodes that are open after some steps, in the order of their last
  /// steps.
  func openFacts(at end: Int) throws(RecordingError) -> [OpenFacts] {
    let worlds = try description().worlds
    let facts = format.version == 1 ? "NULL, NULL" : "seed, options"
    return try rows(
      "SELECT episode, next_state, \(facts) FROM rollout JOIN episodes USING (episode)"
        + " WHERE step >= ? AND step < ? AND rollout.ending = 'running' ORDER BY step",
      .integer(end - worlds), .integer(end)
    ).map { OpenFacts(number: $0[0].int ?? 0, seed: $0[2], options: $0[3], state: $0[1]) }
  }

  func sessionFacts() throws(RecordingError) -> [SessionFacts] {
    let worlds = format.version == 1 ? try description().worlds : 1
    return try rows(of: SessionColumn.self, "ORDER BY rowid").map {
      SessionFacts($0, worlds: worlds)
    }
  }

  /// Metrics by their index in the order of recording, from 1.
  func metrics(after first: Int, through last: Int) throws(RecordingError) -> [Metric] {
    try metrics("WHERE rowid > ? AND rowid <= ? ORDER BY rowid", .integer(first), .integer(last))
  }

  func metrics(_ clause: String, _ values: SQLiteValue...) throws(RecordingError) -> [Metric] {
    let rows = try withRecordingErrors(path) { () throws(SQLiteError) in
      try database.rows(of: MetricColumn.self, in: format, clause, values)
    }
    return rows.map {
      Metric(
        step: $0[.step].int ?? 0, name: $0[.name].text ?? "", value: $0[.value].double ?? .nan)
    }
  }

  /// All checkpoints after some of them, in the order of steps, as they are stored.
  func storedCheckpoints(afterFirst count: Int) throws(RecordingError) -> [Checkpoint] {
    try rows(of: CheckpointColumn.self, "ORDER BY step LIMIT -1 OFFSET ?", .integer(count)).map {
      Checkpoint(stored: $0)
    }
  }

  /// The next checkpoint after a step, as it is stored; nil where there is none.
  func storedCheckpoint(afterStep step: Int) throws(RecordingError) -> Checkpoint? {
    try rows(of: CheckpointColumn.self, "WHERE step > ? ORDER BY step LIMIT 1", .integer(step))
      .first.map { Checkpoint(stored: $0) }
  }
}

extension Checkpoint {
  fileprivate init(stored row: Row<CheckpointColumn>) {
    self.init(
      step: row[.step].int ?? 0, kind: row[.kind].text ?? "",
      parameters: row[.parameters].blob ?? [], trainingState: row[.trainingState].text ?? "")
  }
}

extension Audit {
  /// After the last batch: no row is outside all batches, and open episodes agree with their rows.
  func finish() throws {
    do {
      try recording.checkSchema()
      try recording.checkRun()
      try recording.checkDescription()
      try checkRest()
      try episodes.finish()
      try checkSessions()
    } catch let error as RecordingError where error.kind == .damaged {
      throw Difference(unreadable: nil, error)
    }
  }

  private func checkRest() throws {
    // In a combined query, SQLite would examine every row.
    let below = try recording.value("SELECT min(step) FROM transitions WHERE step < 0")?.int
    if let step = try below ?? recording.firstStep(from: steps) {
      throw Difference(
        at: step, "the batch of the step", expected: "one", found: "none after step \(steps - 1)")
    }
    // Before the first commit, there is only the checkpoint of step 0.
    if batches == 0, let first = try recording.checkpoint(at: 0) {
      try Self.check(first, most: 0)
    }
    var expected = [
      ("batches", batches), ("episodes", episodes.count), ("metrics", numbers.metrics),
      ("checkpoints", batches == 0 ? 1 : numbers.checkpoints),
    ]
    if recording.format.version > 1 {
      expected += [
        ("infos", numbers.infos), ("images", numbers.images), ("scenes", numbers.scenes),
      ]
    }
    for (table, expected) in expected {
      let found = try recording.value("SELECT count(*) FROM \(table)")?.int ?? 0
      guard found == expected else {
        throw Difference(
          "the number of \(table)", expected: "\(expected), as the batches have it",
          found: "\(found)")
      }
    }
    guard try recording.checkpoint(at: 0) != nil || recording.gaps() != nil else {
      throw Difference(
        at: 0, "the checkpoint before the first step", expected: "one", found: "none")
    }
  }

  private func checkSessions() throws {
    var least = 0
    for (index, session) in try recording.sessions().enumerated() {
      let range = least...max(least, index == 0 ? 0 : steps)
      guard range.contains(session.firstStep) else {
        throw Difference(
          "the first step of session \(index + 1)",
          expected: "\(range.lowerBound) to \(range.upperBound)", found: "\(session.firstStep)")
      }
      least = session.firstStep
    }
  }
}

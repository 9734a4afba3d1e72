internal import Rollouts
internal import SQLite

/// What an audit went through, and the first thing that it found.
package struct AuditReport: Sendable, Equatable {
  package var steps = 0
  package var episodes = 0
  /// How many of the episodes have not ended.
  package var openEpisodes = 0
  package var batches = 0
  package var metrics = 0
  package var checkpoints = 0
  /// What is not as it should be; nil where everything is.
  package var difference: Difference?
}

extension Recording {
  /// Reads everything, computes every batch's hash again, and holds the tables to each other. It ends
  /// with the first difference. What is still open is no difference: episodes that run, and the
  /// checkpoint of step 0 before the first commit.
  package func audit(_ progress: (Double) -> Void = { _ in }) throws -> AuditReport {
    try database.transaction(
      .reading,
      { () throws(any Error) in
        do {
          return try audit(Audit(self), progress)
        } catch let error as RecordingError where error.kind == .damaged {
          return AuditReport(difference: Difference(unreadable: nil, error))
        }
      }, orThrow: { RecordingError($0, path: path) })
  }

  /// The first thing that is not as it was written; nil where everything is.
  package func firstDifference() throws -> Difference? { try audit().difference }

  private func audit(_ audit: Audit, _ progress: (Double) -> Void) throws -> AuditReport {
    var report = AuditReport()
    let all = max(1, (try? stepCount()) ?? 1)
    do {
      while try audit.advance() != nil { progress(Double(audit.steps) / Double(all)) }
      try audit.finish()
      try audit.checkPages()
    } catch let difference as Difference {
      report.difference = difference
    }
    report.steps = audit.steps
    report.episodes = audit.books.episodes
    report.openEpisodes = audit.books.open
    report.batches = audit.batches
    report.metrics = audit.metrics
    report.checkpoints = audit.checkpoints
    return report
  }

  func sessionFacts() throws(RecordingError) -> [SessionFacts] {
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

extension Audit {
  /// Behind the last batch: there is nothing that no batch covers, and open episodes are as their rows
  /// tell them.
  func finish() throws {
    do {
      try checkRest()
      try books.finish()
      try checkSessions()
    } catch let error as RecordingError where error.kind == .damaged {
      throw Difference(unreadable: nil, error)
    }
  }

  /// SQLite's own check of the file's pages.
  func checkPages() throws {
    let answer = try recording.rows("PRAGMA integrity_check(1)").first?.first?.text
    guard answer != "ok" else { return }
    throw Difference("SQLite's own check of the file", expected: "ok", found: answer ?? "nothing")
  }

  private func checkRest() throws {
    if let step = try recording.rows(
      "SELECT min(step) FROM transitions WHERE step >= ? OR step < 0", .integer(steps)
    ).first?[0].int {
      throw Difference(
        at: step, "the batch of the step", expected: "one", found: "none after step \(steps - 1)")
    }
    // Before the first commit the checkpoint of step 0 stands alone.
    if batches == 0, let first = try recording.checkpoint(at: 0) {
      try Self.check(first, most: 0)
    }
    let expected = [
      ("episodes", books.episodes), ("metrics", metrics),
      ("checkpoints", batches == 0 ? 1 : checkpoints),
    ]
    for (table, expected) in expected {
      let found = try recording.rows("SELECT count(*) FROM \(table)").first?[0].int ?? 0
      guard found == expected else {
        throw Difference(
          "the number of \(table)", expected: "\(expected), as the batches have it",
          found: "\(found)")
      }
    }
    guard try recording.checkpoint(at: 0) != nil else {
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

internal import SQLite

/// What was saved of a damaged recording, and what was not.
package struct Recovery: Sendable, Equatable {
  /// What the new recording holds.
  package var kept: AuditReport
  /// Why it ends there; nil where nothing was lost.
  package var reason: Difference?
  /// How many steps the damaged one still seems to have, where that can be read.
  package var steps: Int?

  /// Copies what verifies of a recording to a new one, up to the first batch that does not: whole
  /// episodes, and those that are open there as interrupted ones. The damaged file is only read, and the
  /// new one gets its name when it is complete.
  package static func recover(
    _ path: String, to new: String, force: Bool = false, _ progress: (Double) -> Void = { _ in }
  ) throws -> Recovery {
    try RecordingFiles.refuse(new, inPlaceOf: path)
    try RecordingFiles.checkFree(new, force: force)
    let source = try Recording(salvaging: path)
    try RecordingFiles.makeFolder(of: new)
    let place = RecordingFiles.beside(new)
    do {
      let reason = try source.database.transaction(
        .reading,
        { () throws(any Error) in try Salvage(source, place).run(progress) },
        orThrow: { RecordingError($0, path: path) })
      let kept = try Recording(place).audit()
      if let difference = kept.difference {
        throw RecordingError.damaged(path, "what was saved of it does not verify: \(difference)")
      }
      try RecordingFiles.publish(place, as: new, force: force) {}
      return Recovery(kept: kept, reason: reason, steps: source.visibleSteps)
    } catch {
      RecordingFiles.remove(place)
      throw error
    }
  }
}

extension Recording {
  /// How many steps the rows and the batches have, as far as they can be read.
  fileprivate var visibleSteps: Int? {
    let batches = try? value("SELECT max(last_step) FROM batches")?.int
    return [try? stepCount(), batches.map { $0 + 1 }].compactMap(\.self).max()
  }
}

/// The copy of what verifies.
private final class Salvage {
  private let source: Recording
  private let audit: Audit
  private let database: Database
  private let place: String

  init(_ source: Recording, _ place: String) throws {
    self.source = source
    self.place = place
    audit = try Audit(source)
    database = try withRecordingErrors(place) { () throws(SQLiteError) in
      let database = try Database(place, .creating)
      try database.execute("PRAGMA page_size = 4096")
      try database.execute("PRAGMA application_id = \(Format.applicationID)")
      try database.execute("BEGIN IMMEDIATE")
      try database.migrate(Format.migrations)
      return database
    }
  }

  /// Copies everything that verifies; what did not, or nil.
  func run(_ progress: (Double) -> Void) throws -> Difference? {
    try copy(RunColumn.self, "ORDER BY rowid")
    try copy(ActionColumn.self, "ORDER BY rowid")
    try copy(FieldColumn.self, "ORDER BY rowid")
    let reason = try copyBatches(progress)
    if audit.batches == 0 {
      if let reason {
        throw RecordingError.damaged(source.path, "nothing of it can be kept. \(reason)")
      }
      try copy(CheckpointColumn.self)
    }
    try copySessions(isWhole: reason == nil)
    try withRecordingErrors(place) { () throws(SQLiteError) in
      try database.execute("COMMIT")
      try database.close()
    }
    return reason
  }

  private func copyBatches(_ progress: (Double) -> Void) throws -> Difference? {
    let transitions = try withRecordingErrors(place) { () throws(SQLiteError) in
      try AppendingStatements<TransitionColumn>(replacing: false, in: database)
    }
    let all = Double(max(1, (try? source.stepCount()) ?? 1))
    var open: [Row<EpisodeColumn>] = []
    var reason: Difference?
    while reason == nil {
      try execute("SAVEPOINT batch")
      do {
        let link = try audit.advance { rows in
          try withRecordingErrors(place) { () throws(SQLiteError) in
            try transitions.append(rows, isInOrder: true)
          }
        }
        guard let link else { break }
        try copy(link)
        open = link.open
      } catch let difference as Difference {
        // Its rows came before its hash.
        try execute("ROLLBACK TO batch")
        reason = difference
      }
      try execute("RELEASE batch")
      progress(Double(audit.steps) / all)
    }
    try insert(open)
    if reason != nil { return reason }
    do {
      try audit.finish()
      return nil
    } catch let difference as Difference {
      return difference
    }
  }

  private func copy(_ link: Audit.Link) throws {
    try insert(link.ended)
    try copy(
      MetricColumn.self,
      "WHERE rowid > \(link.metrics.lowerBound) AND rowid <= \(link.metrics.upperBound)"
        + " ORDER BY rowid")
    try copy(
      CheckpointColumn.self,
      "ORDER BY step LIMIT \(link.checkpoints.count)"
        + " OFFSET \(link.checkpoints.lowerBound)")
    try insert([link.row])
  }

  /// The sessions that began by then. Where something is lost, the last one did not end.
  private func copySessions(isWhole: Bool) throws {
    var sessions = try source.rows(
      of: SessionColumn.self, only: SessionColumn.allCases.filter { $0 != .writer },
      "WHERE first_step <= ? ORDER BY rowid", .integer(audit.keptSteps))
    if !isWhole, !sessions.isEmpty { sessions[sessions.count - 1][.ended] = .null }
    try insert(sessions)
  }

  private func copy<Column: TableColumn>(_ table: Column.Type, _ clause: String = "") throws {
    try insert(try source.rows(of: table, clause))
  }

  private func execute(_ sql: String) throws(RecordingError) {
    try withRecordingErrors(place) { () throws(SQLiteError) in try database.execute(sql) }
  }

  private func insert<Column: TableColumn>(_ rows: [Row<Column>]) throws {
    guard !rows.isEmpty else { return }
    try withRecordingErrors(place) { () throws(SQLiteError) in
      let statement = try database.prepare("INSERT \(Column.insertion)")
      for row in rows { try statement.run(row.values) }
    }
  }
}

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
  /// new one bears its name when it is whole.
  package static func recover(
    _ path: String, to new: String, force: Bool = false, _ progress: (Double) -> Void = { _ in }
  ) throws -> Recovery {
    try Files.refuse(new, inPlaceOf: path)
    try Files.checkFree(new, force: force)
    let source = try Recording(salvaging: path)
    try Files.makeFolder(of: new)
    let place = Files.beside(new)
    do {
      let reason = try source.database.transaction(
        .reading,
        { () throws(any Error) in try Salvage(source, place).run(progress) },
        orThrow: { RecordingError($0, path: path) })
      let kept = try Recording(place).audit()
      if let difference = kept.difference {
        throw RecordingError.damaged(path, "what was saved of it does not verify: \(difference)")
      }
      try Files.name(place, new, force: force)
      return Recovery(kept: kept, reason: reason, steps: source.visibleSteps)
    } catch {
      Files.remove(place)
      throw error
    }
  }
}

extension Recording {
  /// How many steps the rows and the batches speak of, as far as they can be read.
  fileprivate var visibleSteps: Int? {
    let batches = try? rows("SELECT max(last_step) FROM batches").first?[0].int
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
    database = try naming(place) { () throws(SQLiteError) in
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
    for table in ["run", "actions", "fields"] { try copy(table, "ORDER BY rowid") }
    let reason = try copyBatches(progress)
    if audit.batches == 0 {
      if let reason {
        throw RecordingError.damaged(source.path, "nothing of it can be kept. \(reason)")
      }
      try copy("checkpoints", "")
    }
    try copySessions(isWhole: reason == nil)
    try naming(place) { () throws(SQLiteError) in
      try database.execute("COMMIT")
      try database.close()
    }
    return reason
  }

  private func copyBatches(_ progress: (Double) -> Void) throws -> Difference? {
    let transitions = try naming(place) { () throws(SQLiteError) in
      try AppendingStatements(
        to: "transitions", ["step", "episode", "state", "action", "reward"], replacing: false,
        in: database)
    }
    let all = Double(max(1, (try? source.stepCount()) ?? 1))
    var open: [[SQLiteValue]] = []
    var reason: Difference?
    while reason == nil {
      try execute("SAVEPOINT batch")
      do {
        let link = try audit.advance { rows in
          try naming(place) { () throws(SQLiteError) in
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
    try insert(open, into: "episodes")
    if reason != nil { return reason }
    do {
      try audit.finish()
      return nil
    } catch let difference as Difference {
      return difference
    }
  }

  private func copy(_ link: Audit.Link) throws {
    try insert(link.ended, into: "episodes")
    try copy(
      "metrics",
      "WHERE rowid > \(link.metrics.lowerBound) AND rowid <= \(link.metrics.upperBound)"
        + " ORDER BY rowid")
    try copy(
      "checkpoints",
      "ORDER BY step LIMIT \(link.checkpoints.count)"
        + " OFFSET \(link.checkpoints.lowerBound)")
    try insert([link.row], into: "batches")
  }

  /// The sessions that began by then. Where something is lost, the last one did not end.
  private func copySessions(isWhole: Bool) throws {
    var sessions = try source.rows(
      "SELECT first_step, configuration, versions, started, ended, NULL FROM sessions"
        + " WHERE first_step <= ? ORDER BY rowid", .integer(audit.keptSteps))
    if !isWhole, !sessions.isEmpty { sessions[sessions.count - 1][4] = .null }
    try insert(sessions, into: "sessions")
  }

  private func copy(_ table: String, _ clause: String) throws {
    let columns = Format.tables.first { $0.name == table }?.columns.joined(separator: ", ") ?? "*"
    try insert(try source.rows("SELECT \(columns) FROM \(table) \(clause)"), into: table)
  }

  private func execute(_ sql: String) throws(RecordingError) {
    try naming(place) { () throws(SQLiteError) in try database.execute(sql) }
  }

  private func insert(_ rows: [[SQLiteValue]], into table: String) throws {
    guard let width = rows.first?.count else { return }
    try naming(place) { () throws(SQLiteError) in
      let places = Array(repeating: "?", count: width).joined(separator: ", ")
      let statement = try database.prepare("INSERT INTO \(table) VALUES (\(places))")
      for row in rows {
        try statement.bind(row)
        while try statement.step() {}
      }
    }
  }
}

internal import SQLite

/// Copies a recording batch by batch, up to the first that does not verify: whole episodes, and
/// those open there as interrupted ones.
final class BeginningCopy {
  private let source: Recording
  /// The source's path, for messages.
  private let path: String
  private let audit: Audit
  private let database: Database
  private let place: String

  init(_ source: Recording, _ place: String, of path: String? = nil) throws {
    self.source = source
    self.place = place
    self.path = path ?? source.path
    audit = try Audit(source)
    database = try Recovery.create(place, in: source.format)
  }

  /// Copies everything that verifies; returns what did not, or nil.
  func run(_ progress: (Double) throws -> Void) throws -> Difference? {
    try copy(RunColumn.self, "ORDER BY rowid")
    try copy(ActionColumn.self, "ORDER BY rowid")
    try copy(FieldColumn.self, "ORDER BY rowid")
    let reason = try copyBatches(progress)
    if audit.batches == 0 {
      if let reason {
        throw RecordingError.damaged(path, "nothing can be kept. \(reason)")
      }
      try copy(CheckpointColumn.self)
    }
    try copySessions(isWhole: reason == nil)
    try withRecordingErrors(place) { () throws(SQLiteError) in
      try WholeDescription.update(in: database, source.format)
      try database.execute("COMMIT")
      try database.close()
    }
    return reason
  }

  private func copyBatches(_ progress: (Double) throws -> Void) throws -> Difference? {
    let transitions = try withRecordingErrors(place) { () throws(SQLiteError) in
      try AppendingStatements<TransitionColumn>(replacing: false, in: database, source.format)
    }
    let all = Double(max(1, (try? source.stepCount()) ?? 1))
    var open: [Row<EpisodeColumn>] = []
    var reason: Difference?
    while reason == nil {
      try execute("SAVEPOINT batch")
      do {
        let link = try audit.advance { rows in
          try withRecordingErrors(place) { () throws(SQLiteError) in
            try transitions.append(rows, isInOrder: source.format.version == 1)
          }
        }
        guard let link else { break }
        try copy(link)
        open = link.open
      } catch let difference as Difference {
        // Its rows were copied before its hash was checked.
        try execute("ROLLBACK TO batch")
        reason = difference
      }
      try execute("RELEASE batch")
      try progress(Double(audit.steps) / all)
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
    try copy(MetricColumn.self, link.metrics)
    try copy(InfoColumn.self, link.infos)
    try copy(ImageColumn.self, link.images)
    try copy(SceneColumn.self, link.scenes)
    try copy(
      CheckpointColumn.self,
      "ORDER BY step LIMIT \(link.checkpoints.count)"
        + " OFFSET \(link.checkpoints.lowerBound)")
    try insert([link.row])
  }

  /// Copies rows by their indices in the order of recording.
  private func copy<Column: TableColumn>(_ table: Column.Type, _ places: Range<Int>) throws {
    guard !places.isEmpty else { return }
    try copy(
      table,
      "WHERE rowid > \(places.lowerBound) AND rowid <= \(places.upperBound) ORDER BY rowid")
  }

  /// Copies the sessions that began by then. If something is lost, the last one has no end.
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

  private func insert<Column: TableColumn>(_ rows: [Row<Column>]) throws(RecordingError) {
    try withRecordingErrors(place) { () throws(SQLiteError) in
      try database.insert(rows, in: source.format)
    }
  }
}

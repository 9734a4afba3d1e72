internal import Rollouts
internal import SQLite

extension Recording {
  /// Makes a consistent copy, even while the recording is being written, and a smaller one if
  /// something is left out. The copy gets its name when it is complete. A recording of an older
  /// format is copied to the newest; returns false where that is not possible because it does not
  /// verify.
  @discardableResult
  package func copy(
    to path: String, leavingOut thinning: Thinning = Thinning(), force: Bool = false
  ) throws -> Bool {
    try RecordingFiles.refuse(path, inPlaceOf: self.path)
    try RecordingFiles.checkFree(path, force: force)
    let place = try DraftPlace(beside: path)
    try withRecordingErrors(path) { () throws(SQLiteError) in
      // Read-only, but able to fill another file, which `query_only` forbids.
      let source = try Database(self.path, .reading)
      try source.run("VACUUM INTO ?", .text(place.path))
      try source.close()
    }
    let isNewest = try Upgrade.run(place.path)
    try Thinner(place.path).run(thinning)
    try RecordingFiles.publish(place.path, as: path, force: force) {}
    return isNewest
  }
}

extension Recording {
  /// Computes the hashes of a file's batches again, over its current rows.
  static func seal(_ path: String, _ progress: (Double) throws -> Void = { _ in }) throws {
    var rows: [Row<BatchColumn>] = []
    let format: Format
    do {
      let recording = try Recording(path)
      format = recording.format
      let steps = Double(max(1, try recording.stepCount()))
      try recording.database.transaction(
        .reading,
        { () throws(any Error) in
          let audit = try Audit(recording, isSealing: true)
          while let link = try audit.advance() {
            rows.append(link.row)
            try progress(Double(audit.steps) / steps)
          }
        }, orThrow: { RecordingError($0, path: path) })
    }
    let (sealed, known) = (rows, format)
    try withRecordingErrors(path) { () throws(SQLiteError) in
      let database = try Database(path, .writing)
      // A file without a final name need not survive a crash.
      try database.execute("PRAGMA journal_mode = MEMORY")
      try database.transaction(.writing) { () throws(SQLiteError) in
        try database.execute("DELETE FROM batches")
        try database.insert(sealed, in: known)
      }
      try database.close()
    }
  }
}

/// Removes what a copy leaves out.
private struct Thinner {
  let place: String
  let database: Database
  let format: Format

  init(_ place: String) throws(RecordingError) {
    self.place = place
    format = try Recording(place).format
    database = try withRecordingErrors(place) { () throws(SQLiteError) in
      try Database(place, .writing)
    }
  }

  func run(_ wanted: Thinning) throws {
    // The original's writer does not write the copy.
    try execute("UPDATE sessions SET writer = NULL")
    if wanted != Thinning() {
      let thinning = try combined(wanted)
      try execute("BEGIN IMMEDIATE")
      if thinning.episodes > 1 { try removeSteps(thinning) }
      if thinning.lacksCheckpoints { try removeCheckpoints() }
      try mark(thinning)
      try execute("COMMIT")
      try Recording.seal(place)
      try execute("VACUUM")
    }
    try withRecordingErrors(place) { () throws(SQLiteError) in try database.close() }
  }

  /// What to leave out, including what is missing already, and the episodes that always stay.
  private func combined(_ wanted: Thinning) throws -> Thinning {
    let recording = try Recording(place)
    if let difference = try recording.audit().difference {
      // New hashes would hide the damage.
      throw RecordingError.damaged(
        place, "only a recording that verifies can be thinned, but this one does not: \(difference)"
      )
    }
    if let gaps = try recording.gaps() {
      throw RecordingError(.absent, "only a whole recording can be thinned, but \(gaps)")
    }
    if let before = try recording.thinning() {
      guard before.episodes != 0 else {
        throw RecordingError(.invalid, "\(place) has no steps to leave out")
      }
      guard before.episodes == 1 || wanted.episodes == 1 else {
        throw RecordingError(.invalid, "a thinned copy cannot leave out other episodes")
      }
      var both = before.episodes > 1 ? before : wanted
      both.lacksCheckpoints = before.lacksCheckpoints || wanted.lacksCheckpoints
      if both.episodes > 1, !both.besides.isEmpty { return both }
    }
    var thinning = wanted
    guard wanted.episodes > 1 else { return thinning }
    let best = try recording.counts().episodes > 0 ? recording.episodes(.best(1)).map(\.number) : []
    // The episodes of the last steps, which include all open ones.
    let worlds = try recording.mostWorlds()
    let end = try recording.stepCount()
    let last = try recording.steps(in: max(0, end - worlds)..<end).map(\.episode)
    thinning.besides = Set(best + last).filter { !thinning.keeps(episode: $0) }.sorted()
    return thinning
  }

  private func removeSteps(_ thinning: Thinning) throws {
    let besides = thinning.besides.map(String.init).joined(separator: ", ")
    let lacking =
      "(episode - 1) % \(thinning.episodes) <> 0 AND episode NOT IN (\(besides))"
    guard format.version > 1 else {
      return try execute("DELETE FROM transitions WHERE \(lacking)")
    }
    // Infos belong to steps: they are removed with them and counted again.
    let infos = "SELECT step FROM transitions WHERE \(lacking)"
    try removeRows(of: "infos", where: "step IN (\(infos))")
    try removeRows(of: "images", where: lacking)
    try removeRows(of: "scenes", where: lacking)
    try execute("DELETE FROM transitions WHERE \(lacking)")
  }

  /// Removes rows that the batches count by index, and updates the counts.
  private func removeRows(of table: String, where condition: String) throws {
    try execute(
      """
      CREATE TEMP TABLE kept AS SELECT rowid AS place FROM \(table) WHERE NOT (\(condition));
      UPDATE batches SET \(table) = (SELECT count(*) FROM kept WHERE place <= batches.\(table));
      DELETE FROM \(table) WHERE \(condition);
      CREATE TEMP TABLE moved AS SELECT * FROM \(table) ORDER BY rowid;
      DELETE FROM \(table);
      INSERT INTO \(table) SELECT * FROM moved ORDER BY rowid;
      DROP TABLE kept; DROP TABLE moved;
      """)
  }

  private func removeCheckpoints() throws {
    // Batches count the checkpoints up to them: the first, and at the end the last.
    try execute(
      """
      UPDATE batches SET checkpoints =
        CASE WHEN checkpoints = 0 THEN 0
        WHEN checkpoints = (SELECT count(*) FROM checkpoints) THEN min(checkpoints, 2) ELSE 1 END;
      DELETE FROM checkpoints WHERE step > 0 AND step < (SELECT max(step) FROM checkpoints);
      """)
  }

  private func mark(_ thinning: Thinning) throws {
    try withRecordingErrors(place) { () throws(SQLiteError) in
      try database.run(
        "INSERT OR REPLACE INTO run VALUES ('thinned', ?)", .text(thinning.json.compact))
      try WholeDescription.update(in: database, format)
    }
  }

  private func execute(_ sql: String) throws(RecordingError) {
    try withRecordingErrors(place) { () throws(SQLiteError) in try database.execute(sql) }
  }
}

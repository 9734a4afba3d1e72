internal import Platform
internal import Rollouts
internal import SQLite

extension Recording {
  /// The seconds that SQLite alone takes for this recording's rows. They are inserted into a new
  /// file with a writer's statements and commits, on one thread. Learning, hashing, checking and
  /// reading are not counted, so no recording of these rows can be faster.
  ///
  /// For recordings of one world whose episodes are numbered from 1.
  package func secondsOfBareInserts(into path: String) throws(RecordingError) -> Double {
    let draft = try Draft(description(), path: path, options: RecordingOptions())
    let checkpoint = try checkpoint(at: 0) ?? Checkpoint(step: 0, kind: "", parameters: [])
    let (target, identity) = try draft.publish(checkpoint, durable: false)
    defer { identity.leave() }
    let batches = try rows(of: BatchColumn.self, "ORDER BY rowid")
    return try withRecordingErrors(path) { () throws(SQLiteError) in
      let statements = try CommitStatements(target, format)
      let transitions = try database.gathering(
        TableRows<TransitionColumn>.gathering(in: format) + " WHERE step BETWEEN ? AND ?")
      let episodes = try database.gathering(
        TableRows<EpisodeColumn>.gathering(in: format) + " WHERE episode BETWEEN ? AND ?")
      let most = batches.map { ($0[.lastStep].int ?? 0) - ($0[.firstStep].int ?? 0) + 1 }.max()
      let batch = Batch(rows: max(1, most ?? 1), worlds: 1, in: format)
      batch.setKinds(format.kinds)
      // Includes the episode that is open after each batch, whose row the next batch replaces.
      var (ended, seconds) = (0, 0.0)
      for row in batches {
        guard let numbers = BatchNumbers(row, in: format), numbers.lastStep >= numbers.firstStep
        else { continue }
        try transitions.run(
          into: batch.transitions.columns, .integer(numbers.firstStep), .integer(numbers.lastStep))
        try episodes.run(
          into: batch.episodes.columns, .integer(ended + 1), .integer(numbers.ended + 1))
        batch.numbers = numbers
        let start = monotonicSeconds()
        try statements.commit(batch, to: target)
        seconds += monotonicSeconds() - start
        ended = numbers.ended
        batch.removeAll()
      }
      return seconds
    }
  }
}

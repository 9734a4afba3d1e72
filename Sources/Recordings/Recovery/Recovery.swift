internal import Platform
internal import SQLite

/// What was recovered from a damaged recording, and what was not.
package struct Recovery: Sendable, Equatable {
  /// The contents of the new recording.
  package var kept: AuditReport
  /// How many steps these are; with gaps, fewer than it counts.
  package var steps: Int
  /// The gaps, and what could not be verified; nil where the result is the recording's beginning,
  /// or all of it.
  package var gaps: Gaps?
  /// The first part that was lost; nil where nothing was.
  package var reason: Difference?
  /// How many steps the damaged recording still seems to have, where that can be read.
  package var visibleSteps: Int?

  /// How many of those were not kept.
  package var lostSteps: Int? { visibleSteps.map { max(0, $0 - steps) } }

  /// What to recover from a damaged recording.
  package struct Options: Sendable {
    /// Whether to keep only what precedes the first damage, from where training can continue.
    package var onlyBeginning = false
    /// Whether to keep steps that can be read but not verified.
    package var keepsUnverified = false
    /// Another run of the same command, whose description replaces the lost one.
    package var like: String?
    /// Whether to replace an existing file.
    package var force = false

    /// The default: everything that verifies.
    package init() {}
  }

  /// Copies what verifies in a recording to a new one. The damaged file is only read, and the new
  /// one gets its name when it is complete.
  package static func recover(
    _ path: String, to new: String, _ options: Options = Options(),
    _ progress: (Double) throws -> Void = { _ in }
  ) throws -> Recovery {
    try RecordingFiles.refuse(new, inPlaceOf: path)
    if let like = options.like { try RecordingFiles.refuse(new, inPlaceOf: like) }
    try RecordingFiles.checkFree(new, force: options.force)
    let draft = try DraftPlace(beside: new)
    let (place, rows) = (draft.path, draft.path + "-rows")
    let recovery: Recovery
    switch try copyWhole(path, place, progress) {
    case .success(let whole): recovery = whole
    case .failure(let found):
      RecordingFiles.remove(place)
      do {
        recovery = try copyReadable(path, place, by: rows, options, progress)
      } catch let error as RecordingError {
        // A file without any row of a recording is not a recording.
        throw found.kind == .foreign ? found : error
      }
    }
    try RecordingFiles.publish(place, as: new, force: options.force) {}
    return recovery
  }

  /// A copy of a recording that verifies completely, or why it does not.
  private static func copyWhole(
    _ path: String, _ place: String, _ progress: (Double) throws -> Void
  ) throws -> Result<Recovery, RecordingError> {
    do {
      let source = try Recording(salvaging: path)
      let reason = try source.database.transaction(
        .reading,
        { () throws(any Error) in
          try BeginningCopy(source, place).run { try progress($0 / 2) }
        }, orThrow: { RecordingError($0, path: path) })
      if let reason { return .failure(.damaged(path, "\(reason)")) }
      let kept = try verified(place, path)
      return .success(Recovery(kept: kept, steps: kept.steps, visibleSteps: kept.steps))
    } catch let error as RecordingError {
      // Opening a pipe would wait for ever.
      guard Files.isFile(path) else { throw error }
      switch error.kind {
      // What SQLite cannot or may not read can be read page by page.
      case .damaged, .foreign, .denied, .system, .locked: return .failure(error)
      default: throw error
      }
    }
  }

  /// A copy of what can be read and verified, page by page.
  private static func copyReadable(
    _ path: String, _ place: String, by rows: String, _ options: Options,
    _ progress: (Double) throws -> Void
  ) throws -> Recovery {
    let like = try options.like.map { try Recording($0).format }
    try ReadableRows.gather(path, like: like, into: rows) { try progress(0.5 + $0 / 4) }
    try LostDescription.complete(rows, of: path, like: options.like)
    let source = try Recording(rows)
    let reason = try source.audit { _ in }.difference
    let isThinned = try source.thinning() != nil
    if options.onlyBeginning || isThinned {
      _ = try BeginningCopy(source, place, of: path).run { try progress(0.75 + $0 / 4) }
    } else {
      try ReadableCopy(source, place, of: path, keepsUnverified: options.keepsUnverified).run {
        try progress(0.75 + $0 / 4)
      }
    }
    let kept = try verified(place, path)
    let gaps = try Recording(place).gaps()
    return Recovery(
      kept: kept, steps: kept.steps - (gaps?.count ?? 0), gaps: gaps, reason: reason,
      visibleSteps: source.visibleSteps)
  }

  /// Checks that the recovered recording is as sound as one that a trainer wrote.
  private static func verified(_ place: String, _ path: String) throws -> AuditReport {
    let kept = try Recording(place).audit()
    if let difference = kept.difference {
      throw RecordingError.damaged(path, "the recovered part does not verify: \(difference)")
    }
    return kept
  }

  /// A new file with the tables of a recording, and an open transaction to fill them.
  static func create(
    _ place: String, in format: Format, outlastsCrash: Bool = true
  ) throws(RecordingError) -> Database {
    try withRecordingErrors(place) { () throws(SQLiteError) in
      let database = try Database(place, .creating)
      try database.execute("PRAGMA page_size = 4096")
      if !outlastsCrash { try database.execute("PRAGMA synchronous = OFF") }
      try database.execute("PRAGMA application_id = \(Format.applicationID)")
      try database.execute("BEGIN IMMEDIATE")
      try format.make(in: database)
      return database
    }
  }
}

extension Recording {
  /// How many steps the rows and the batches have, as far as they can be read.
  fileprivate var visibleSteps: Int? {
    let batches = try? value("SELECT max(last_step) FROM batches")?.int
    return [try? stepCount(), batches.map { $0 &+ 1 }].compactMap(\.self).max()
  }
}

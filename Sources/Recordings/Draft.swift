internal import Glibc
internal import Platform
internal import Rollouts
internal import SQLite

/// A recording without its final name: it is built in a hidden folder, and renamed once it can be
/// resumed.
struct Draft {
  let path: String
  let format: Format
  let place: DraftPlace
  let database: Database
  let force: Bool
  let session: SessionFacts

  /// Begins a file for `path`.
  init(
    _ description: RunDescription, path: String, options: RecordingOptions
  ) throws(RecordingError) {
    self.path = path
    force = options.force
    session = SessionFacts(
      firstStep: 0, configuration: description.configuration.compact,
      versions: Self.versions(options).compact, started: options.clock.timestamp,
      worlds: max(1, description.worlds))
    format = Format(
      version: Format.newest,
      kinds: ValueKinds(
        state: description.world.kind(of: "state"), action: description.world.kind(of: "action")))
    try RecordingFiles.checkFree(path, force: force)
    place = try DraftPlace(beside: path)
    let (file, session, format) = (place.path, session, format)
    database = try withRecordingErrors(path) { () throws(SQLiteError) in
      let database = try Database(file, .creating)
      try database.execute("PRAGMA page_size = 4096")
      return database
    }
    // Uses the write-ahead log from the beginning, which waits for the disk less often than a
    // journal.
    try Self.useLog(database, path: path)
    try withRecordingErrors(path) { () throws(SQLiteError) in
      try Self.fill(database, description, session, format)
    }
  }

  /// Completes the file with its first checkpoint, renames it and opens it for writing.
  func publish(
    _ checkpoint: Checkpoint, durable: Bool
  ) throws(RecordingError) -> (Database, WriterIdentity) {
    do throws(RecordingError) {
      guard let writer = WriterIdentity(current: place.path) else {
        throw RecordingError(.system, "\(path) disappeared while it was being made")
      }
      try withRecordingErrors(path) { () throws(SQLiteError) in
        try database.insert(Row<CheckpointColumn>(checkpoint.values), in: format)
        try database.run("UPDATE sessions SET writer = ?", .text(writer.json.compact))
        try database.execute("COMMIT")
      }
      // Closing checkpoints the log and waits for the disk.
      try withRecordingErrors(path) { () throws(SQLiteError) in try database.close() }
      // Opened before another process can take the name: from then on, its writer is alive.
      defer { place.remove() }
      return try RecordingFiles.publish(place.path, as: path, force: force) {
        () throws(RecordingError) in
        writer.enter()
        do throws(RecordingError) {
          return (try Self.open(path, durable: durable), writer)
        } catch {
          writer.leave()
          throw error
        }
      }
    } catch {
      remove()
      throw error
    }
  }

  /// Removes all files.
  func remove() {
    try? database.close()
    place.remove()
  }

  /// Opens a recording for writing.
  static func open(_ path: String, durable: Bool) throws(RecordingError) -> Database {
    let database = try withRecordingErrors(path) { () throws(SQLiteError) in
      // The lock is only held for moments: by another commit, or while a note is changed.
      try Database(path, .writing, busyTimeout: .seconds(30))
    }
    try useLog(database, path: path)
    try withRecordingErrors(path) { () throws(SQLiteError) in
      try database.execute("PRAGMA synchronous = \(durable ? "FULL" : "NORMAL")")
      try database.execute(tuning)
    }
    return database
  }

  /// Measured on two cores, in CPU seconds of the committing thread per million transitions: 0.34
  /// when the log is checkpointed every 4096 pages, 0.39 with SQLite's default of 1000. Pages of 8
  /// or 16 KB instead of 4, batches of 4096 or 16384 rows instead of 8192, and a larger cache
  /// differ by less than one run from the next.
  private static let tuning = """
    PRAGMA wal_autocheckpoint = 4096;
    PRAGMA cache_size = -8192;
    """

  private static func useLog(_ database: Database, path: String) throws(RecordingError) {
    let mode = try withRecordingErrors(path) { () throws(SQLiteError) in
      let mode = try database.first("PRAGMA journal_mode")
      if mode?.first?.text == "wal" { return mode }
      try switchInOneWrite(database)
      return try database.first("PRAGMA journal_mode = WAL")
    }
    guard mode?.first?.text == "wal" else {
      throw RecordingError(
        .system,
        "\(path) cannot have a write-ahead log, because its file system is shared between machines: "
          + "record on a local disk, and copy from there")
    }
  }

  /// Removes the log, or prepares the file for one. That changes the file's first hundred bytes, in
  /// one write that no kill can split. With a journal, the next reader would have to roll it back,
  /// and a reader without write permission could not.
  private static func switchInOneWrite(_ database: Database) throws(SQLiteError) {
    try database.execute("PRAGMA journal_mode = MEMORY")
  }

  /// Turns the recording into a single file, if possible. If another connection prevents this, the
  /// log stays beside the file, and the recording is just as good.
  static func makeOneFile(_ database: Database) {
    database.setBusyTimeout(.milliseconds(200))
    try? database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    try? switchInOneWrite(database)
  }

  private static func fill(
    _ database: Database, _ description: RunDescription, _ session: SessionFacts,
    _ format: Format
  ) throws(SQLiteError) {
    try database.execute("PRAGMA application_id = \(Format.applicationID)")
    try database.execute("BEGIN IMMEDIATE")
    try format.make(in: database)
    try database.insert(description.rows, in: format)
    try database.insert(description.world.actionRows, in: format)
    try database.insert(description.world.fieldRows, in: format)
    try database.insert(session.row(writer: nil), in: format)
    try WholeDescription(of: database, in: format, session).write(to: database, in: format)
  }

  /// The versions of what wrote a session.
  static func versions(_ options: RecordingOptions = RecordingOptions()) -> JSON {
    var system = utsname()
    unsafe uname(&system)
    let (name, machine) = (text(system.sysname), text(system.machine))
    var members: [JSON.Member] = [
      .init("reel", .string(reelVersion)), .init("sqlite", .string(sqliteVersion)),
      .init("platform", .string("\(name) \(machine)")),
    ]
    if let arithmetic = options.arithmetic {
      members.append(.init("arithmetic", .string(arithmetic)))
    }
    return .object(members)
  }

  private static func text<Characters>(_ characters: Characters) -> String {
    unsafe withUnsafeBytes(of: characters) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}

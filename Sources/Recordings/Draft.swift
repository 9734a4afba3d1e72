internal import Glibc
internal import Platform
internal import Rollouts
internal import SQLite

/// A recording that has no name yet: it is built beside its place, and takes its name when it can
/// be resumed.
struct Draft {
  let path: String
  let format: Format
  let place: DraftPlace
  let database: Database
  let force: Bool
  let session: SessionFacts

  /// Begins a file beside `path`.
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
    // The log is there from the beginning: it needs fewer waits for the disk than a journal.
    try Self.useLog(database, path: path)
    try withRecordingErrors(path) { () throws(SQLiteError) in
      try Self.fill(database, description, session, format)
    }
  }

  /// Completes the file with its first checkpoint, gives it its name and opens it for writing.
  func publish(
    _ checkpoint: Checkpoint, durable: Bool
  ) throws(RecordingError) -> (Database, WriterIdentity) {
    do throws(RecordingError) {
      guard let writer = WriterIdentity(current: place.path) else {
        throw RecordingError(.system, "\(path) vanished while it was made")
      }
      try withRecordingErrors(path) { () throws(SQLiteError) in
        try database.insert(Row<CheckpointColumn>(checkpoint.values), in: format)
        try database.run("UPDATE sessions SET writer = ?", .text(writer.json.compact))
        try database.execute("COMMIT")
      }
      // Closing folds the log in and waits for the disk.
      try withRecordingErrors(path) { () throws(SQLiteError) in try database.close() }
      // Opened before anybody else can take the name: from then on its writer lives.
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

  /// Leaves nothing.
  func remove() {
    try? database.close()
    place.remove()
  }

  /// Opens a recording to write on it.
  static func open(_ path: String, durable: Bool) throws(RecordingError) -> Database {
    let database = try withRecordingErrors(path) { () throws(SQLiteError) in
      // The lock is held for moments only: by another commit, or while a note is changed.
      try Database(path, .writing, busyTimeout: .seconds(30))
    }
    try useLog(database, path: path)
    try withRecordingErrors(path) { () throws(SQLiteError) in
      try database.execute("PRAGMA synchronous = \(durable ? "FULL" : "NORMAL")")
      try database.execute(tuning)
    }
    return database
  }

  /// Measured on two cores, as CPU seconds of the committing thread for a million transitions: 0.34
  /// where the log is folded in every 4096 pages, 0.39 at SQLite's 1000. Pages of 8 or 16 KB in
  /// place of 4, batches of 4096 or 16384 rows in place of 8192, and a larger cache differ by less
  /// than one run from the next.
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
        "\(path) cannot have a write-ahead log, as its file system is shared between machines: "
          + "record on this machine's own disk, and copy from there")
    }
  }

  /// Takes the log away, or makes ready for one. That changes the file's first hundred bytes, in one write
  /// which no kill can halve; a journal beside it would be a second file that the next reader had to undo,
  /// and one who may not write could not.
  private static func switchInOneWrite(_ database: Database) throws(SQLiteError) {
    try database.execute("PRAGMA journal_mode = MEMORY")
  }

  /// A file that can be mailed. Another connection may be in the way: then the log beside it stays, and the
  /// recording is as good.
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

  /// What wrote a session.
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

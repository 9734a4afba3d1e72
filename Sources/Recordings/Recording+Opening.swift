internal import Glibc
internal import Platform
internal import Rollouts
internal import SQLite
internal import Synchronization

// Checks before anything is read: a file from elsewhere, or one with a foreign log or journal
// beside it, is refused with a message.

extension Recording {
  /// Opens the file, and again if another has taken its name meanwhile: what the connection reads
  /// and what the path leads to must be the same file.
  static func openUnreplaced(
    _ path: String, _ mode: Database.Mode
  ) throws(RecordingError) -> (Database, Format) {
    var attempts = 0
    while true {
      attempts += 1
      let (outcome, wasReplaced) = Files.watchingForReplacement(of: path) {
        () -> Result<(Database, Format), RecordingError> in
        do throws(RecordingError) {
          try refuseJournal(of: path)
          let database = try open(path, mode)
          let format = try Format(of: database, path)
          try checkTables(of: database, path, format)
          if mode == .reading { try checkLength(of: database, path) }
          if hasLogOfAnother(database, path, in: format) {
            throw RecordingError(
              .damaged,
              "\(path) cannot be read: \(path)-wal belongs to another recording; move it away")
          }
          return .success((database, format))
        } catch {
          return .failure(error)
        }
      }
      if attempts == 100 || !wasReplaced { return try outcome.get() }
    }
  }

  /// Opens the file in the mode that works here.
  private static func open(
    _ path: String, _ mode: Database.Mode
  ) throws(RecordingError) -> Database {
    do {
      return try opened(path, mode)
    } catch  where error.kind == .denied {
      // Reading with a log needs a file for locks. In a folder where none can be created, a
      // recording without a log can still be read, because nobody can be writing it.
      if log(beside: path) != nil {
        throw RecordingError(
          .denied,
          "\(path) cannot be read without permission to write: its last rows are in \(path)-wal;"
            + " reel recover \(path) -o NEW gets them")
      }
      return try opened(path, .immutable)
    }
  }

  private static func opened(
    _ path: String, _ mode: Database.Mode
  ) throws(RecordingError) -> Database {
    let database = try withRecordingErrors(path) { () throws(SQLiteError) in
      try Database(path, mode)
    }
    let real = Files.resolved(path)
    let size = bytes(real)
    // A row is no longer than its file, which may grow. Of all queries, reading the whole view
    // takes the most operations per byte of a file: 1.5, measured on a maze.
    database.bound(valueBytes: 64 << 20 + 4 * size) { operations in
      operations > 50_000_000 && operations > 50_000_000 + 500 * max(size, bytes(real))
    }
    try refuseStrayLog(of: database, path)
    let (id, version) = try withRecordingErrors(path) { () throws(SQLiteError) in
      // Finds a cell that overlaps others before it is followed.
      try database.execute("PRAGMA cell_size_check = ON")
      try database.execute("PRAGMA query_only = ON")
      let id = try database.first("PRAGMA application_id")?.first?.int
      return (id, try database.userVersion())
    }
    guard id == Format.applicationID else {
      let isEmpty = Files.size(path) == 0
      throw RecordingError(
        .foreign,
        "\(path) is not a recording: it is \(isEmpty ? "empty" : "another program's SQLite file")")
    }
    guard version <= Format.newest else {
      throw RecordingError(
        .newer,
        "\(path) has format \(version) of a newer Reel; this one reads formats 1 to \(Format.newest)"
      )
    }
    guard version >= 1 else { throw .damaged(path, "it has no format") }
    return database
  }

  /// The size of a file and its log, in bytes.
  static func bytes(_ real: String) -> Int {
    (Files.size(real) ?? 0) + (Files.size(real + "-wal") ?? 0)
  }

  // MARK: Files beside it

  /// Refuses a file that another program began to change and did not finish: without the journal
  /// that undoes the change, half of it would be read. Reel itself leaves no journal.
  private static func refuseJournal(of path: String) throws(RecordingError) {
    let journal = Files.resolved(path) + "-journal"
    let start = monotonicSeconds()
    // A journal that is no longer valid begins with zeros.
    while let first = (try? Files.start(of: journal, count: 1))?.first, first != 0 {
      guard monotonicSeconds() - start < 0.25 else {
        throw RecordingError(
          .damaged,
          "\(path) cannot be read: \(path)-journal undoes a change that another program did not finish;"
            + " reel recover \(path) -o NEW gets the rows from before it")
      }
      usleep(10_000)
    }
  }

  /// Refuses a log beside a file whose header says that it has none: it belongs to another
  /// recording, and SQLite would read both as one.
  private static func refuseStrayLog(
    of database: Database, _ path: String
  ) throws(RecordingError) {
    // While a writer begins or ends, it looks like this for a moment.
    for attempt in 0..<20 {
      guard log(beside: path) != nil,
        let header = try? database.firstBytes(20), header[18] == 1, log(beside: path) != nil
      else { return }
      if attempt < 19 { usleep(5000) }
    }
    throw RecordingError(
      .damaged, "\(path) cannot be read: \(path)-wal belongs to another file; move it away")
  }

  /// Whether the log beside a file that nobody writes belongs to another recording: with it, the
  /// file's last batch would be missing, or the run would be another.
  static func hasLogOfAnother(
    _ database: Database, _ path: String, in format: Format
  ) -> Bool {
    guard log(beside: path) != nil, let alone = try? Database(path, .immutable),
      let status = try? Recording(reading: database, at: path, in: format).status(),
      status != .writing
    else { return false }
    let description = "SELECT * FROM run WHERE key NOT IN ('tags', 'note', 'rig') ORDER BY key"
    let last =
      "SELECT first_step, hash FROM batches WHERE last_step >= first_step"
      + " ORDER BY rowid DESC LIMIT 1"
    // A file that needs its log cannot always be read without it.
    guard let run = try? alone.all(description), let batches = try? alone.all(last) else {
      return false
    }
    do {
      for batch in batches {
        let found = try database.first(
          "SELECT 1 FROM batches WHERE first_step = ? AND hash = ?", batch[0], batch[1])
        if found == nil { return true }
      }
      return try database.all(description) != run
    } catch {
      return false
    }
  }

  // MARK: What is in it

  /// SQLite reads the missing part of the last page as zeros, but a truncated copy is not whole.
  private static func checkLength(of database: Database, _ path: String) throws(RecordingError) {
    let real = Files.resolved(path)
    // While there is a log, the file itself may still lack its newest pages.
    guard (Files.size(real + "-wal") ?? 0) == 0, let size = Files.size(real) else { return }
    let (pages, page) = try withRecordingErrors(path) { () throws(SQLiteError) in
      (
        try database.first("PRAGMA page_count")?.first?.int,
        try database.first("PRAGMA page_size")?.first?.int
      )
    }
    guard let pages, let page else { return }
    let (whole, overflow) = pages.multipliedReportingOverflow(by: page)
    if overflow || size < whole {
      throw .damaged(path, "it is cut short, with \(size) of \(whole) bytes")
    }
  }

  /// A file from elsewhere may have views, computed columns or other keys in place of its tables.
  private static func checkTables(
    of database: Database, _ path: String, _ format: Format
  ) throws(RecordingError) {
    let model = format.columns
    for table in format.tables {
      // Uses a pragma and the schema itself, whose names no table can take. Views and virtual
      // tables have no root page.
      let (isTable, found) = try withRecordingErrors(path) { () throws(SQLiteError) in
        let row = try database.first(
          "SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = ? AND rootpage > 0",
          .text(table.name))
        return (row != nil, try Format.columns(of: table.name, in: database))
      }
      guard isTable, found == model[table.name] else {
        throw .damaged(path, "its table \(table.name) is not as in format \(format.version)")
      }
    }
  }
}

extension Format {
  /// The format of a file whose header has been checked.
  init(of database: Database, _ path: String) throws(RecordingError) {
    (version, kinds) = try withRecordingErrors(path) { () throws(SQLiteError) in
      let version = try database.userVersion()
      var kinds = ValueKinds()
      for column in try database.all("PRAGMA main.table_xinfo(transitions)")
      where version > 1 && column[2].text == "BLOB" {
        if column[1].text == TransitionColumn.state.label { kinds.state = .bytes }
        if column[1].text == TransitionColumn.action.label { kinds.action = .bytes }
      }
      return (version, kinds)
    }
  }

  /// Each table's columns with their types and keys, as SQLite reports them for a new recording.
  fileprivate var columns: [String: [[SQLiteValue]]] {
    Self.models.withLock { models in
      if let known = models.first(where: { $0.format == self }) { return known.columns }
      guard let model = try? model() else { return [:] }
      let columns = Dictionary(
        uniqueKeysWithValues: tables.map {
          ($0.name, (try? Self.columns(of: $0.name, in: model)) ?? [])
        })
      models.append((self, columns))
      return columns
    }
  }

  /// Made once for each format: there are five.
  private static let models = Mutex<[(format: Format, columns: [String: [[SQLiteValue]]])]>([])

  fileprivate static func columns(
    of table: String, in database: Database
  ) throws(SQLiteError) -> [[SQLiteValue]] {
    // For a column: its name, its type, its position in the key, and whether it is hidden. For the
    // table: whether it has row numbers.
    let columns = try database.all("PRAGMA main.table_xinfo(\(table))").map {
      [$0[1], $0[2], $0[5], $0[6]]
    }
    return columns + [[try database.first("PRAGMA main.table_list(\(table))")?[4] ?? .null]]
  }

  /// An empty database in memory with the tables of the format.
  func model() throws(SQLiteError) -> Database {
    let model = try Database(":memory:", .creating)
    try make(in: model)
    return model
  }
}

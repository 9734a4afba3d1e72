internal import Platform
internal import Rollouts
internal import SQLite

extension RunCatalog {
  /// The result of an update.
  package struct Update: Sendable, Equatable {
    package var added = 0
    package var changed = 0
    package var kept = 0
    /// Recordings whose files are gone.
    package var removed = 0
    /// Recordings that cannot be read, and why.
    package var failures: [String] = []
  }

  /// Updates a catalog with recordings, and creates it if needed. Unchanged recordings are not read
  /// again, and missing ones are removed. Where `progress` returns false, what was read so far is
  /// kept.
  package static func update(
    _ path: String, with recordings: [String], progress: (Double, String) -> Bool
  ) throws -> Update {
    if Files.isTaken(path), !isCatalog(path) {
      throw RecordingError(.exists, "\(path) exists, but is not a catalog")
    }
    try RecordingFiles.makeFolder(of: path)
    return try CatalogWriter(path).update(recordings, progress)
  }
}

private struct CatalogWriter {
  let path: String
  let database: Database

  /// The tables, as people and other programs read them.
  private static let schema = """
    PRAGMA application_id = \(RunCatalog.applicationID);
    PRAGMA user_version = 1;
    CREATE TABLE runs(             -- one for each recording
      run INTEGER PRIMARY KEY, file TEXT NOT NULL UNIQUE, stamp TEXT NOT NULL,
      program TEXT NOT NULL, world TEXT NOT NULL, map_name TEXT NOT NULL, trainer TEXT NOT NULL,
      preset TEXT NOT NULL, purpose TEXT NOT NULL, seed INTEGER, worlds INTEGER NOT NULL,
      tags TEXT NOT NULL, note TEXT NOT NULL, steps INTEGER NOT NULL, episodes INTEGER NOT NULL,
      mean_return_last_100 REAL, max_return REAL, bytes INTEGER NOT NULL, status TEXT NOT NULL
    ) STRICT;
    CREATE TABLE settings(         -- every setting of world and trainer
      run INTEGER NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL, value ANY,
      PRIMARY KEY(run, place)) STRICT, WITHOUT ROWID;
    CREATE TABLE episodes(         -- those that are over
      run INTEGER NOT NULL, episode INTEGER NOT NULL, steps_done INTEGER NOT NULL,
      seconds REAL NOT NULL, return REAL,
      PRIMARY KEY(run, episode)) STRICT, WITHOUT ROWID;
    CREATE TABLE metrics(          -- each value with the episode that it was measured in
      run INTEGER NOT NULL, name TEXT NOT NULL, place INTEGER NOT NULL, episode INTEGER NOT NULL,
      steps_done INTEGER NOT NULL, seconds REAL NOT NULL, value REAL,
      PRIMARY KEY(run, name, place)) STRICT, WITHOUT ROWID;
    """

  init(_ path: String) throws {
    self.path = path
    database = try withRecordingErrors(path) { () throws(SQLiteError) in
      let database = try Database(path, .creating, busyTimeout: .seconds(60))
      try database.execute("PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536")
      try database.transaction(.writing) { () throws(SQLiteError) in
        let isNew = try database.first("SELECT count(*) FROM sqlite_schema")?.first?.int == 0
        if isNew { try database.execute(Self.schema) }
      }
      return database
    }
  }

  func update(
    _ recordings: [String], _ progress: (Double, String) -> Bool
  ) throws -> RunCatalog.Update {
    var update = RunCatalog.Update()
    let rows = try withRecordingErrors(path) { () throws(SQLiteError) in
      try database.all("SELECT file, run, stamp FROM runs")
    }
    let known = Dictionary(
      uniqueKeysWithValues: rows.map {
        ($0[0].text ?? "", (run: $0[1].int ?? 0, stamp: $0[2].text ?? ""))
      })
    // In groups, so that an interrupted update keeps what it has read.
    for first in stride(from: 0, to: recordings.count, by: 64) {
      guard progress(Double(first) / Double(recordings.count), Files.stem(recordings[first])) else {
        return update
      }
      let some = recordings[first..<min(first + 64, recordings.count)]
      do {
        try database.transaction(
          .writing, { () throws(any Error) in try add(some, known, &update) }, orThrow: { $0 })
      } catch let error as SQLiteError {
        throw RecordingError(error, path: path)
      }
    }
    let gone = known.filter { !Files.exists(RunCatalog.place(of: $0.key, in: path)) }.map(
      \.value.run)
    try writing { () throws(SQLiteError) in for run in gone { try remove(run) } }
    update.removed = gone.count
    return update
  }

  private func add(
    _ recordings: ArraySlice<String>, _ known: [String: (run: Int, stamp: String)],
    _ update: inout RunCatalog.Update
  ) throws {
    let inserts = try Inserts(database)
    for recording in recordings {
      let name = RunCatalog.name(of: recording, in: path)
      let (entry, stamp) = (known[name], Self.stamp(recording))
      if entry?.stamp == stamp {
        update.kept += 1
        continue
      }
      let facts: Facts
      do {
        facts = try Facts(of: Recording(recording), name, stamp)
      } catch {
        // One broken file must not hide the others.
        update.failures.append("\(error)")
        continue
      }
      try write(facts, inPlaceOf: entry?.run, inserts)
      if entry == nil { update.added += 1 } else { update.changed += 1 }
    }
  }

  /// Changes whenever a recording does: the sizes and times of its file and its log.
  private static func stamp(_ recording: String) -> String {
    ["", "-wal"].map { ending in
      let file = recording + ending
      return "\(Files.size(file) ?? 0) \(Files.modificationTime(file) ?? 0)"
    }.joined(separator: " ")
  }

  private func writing(_ body: () throws(SQLiteError) -> Void) throws(RecordingError) {
    try withRecordingErrors(path) { () throws(SQLiteError) in
      try database.transaction(.writing, body)
    }
  }

  private struct Inserts {
    let settings: Statement
    let episodes: Statement
    let metrics: Statement

    init(_ database: Database) throws(SQLiteError) {
      settings = try database.prepare("INSERT INTO settings VALUES (?, ?, ?, ?)")
      episodes = try database.prepare("INSERT INTO episodes VALUES (?, ?, ?, ?, ?)")
      metrics = try database.prepare("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?, ?)")
    }
  }

  private func write(_ facts: Facts, inPlaceOf old: Int?, _ inserts: Inserts) throws {
    if let old { try remove(old) }
    let marks = Array(repeating: "?", count: facts.row.count).joined(separator: ", ")
    try database.run("INSERT INTO runs VALUES (NULL, \(marks))", facts.row)
    let run = SQLiteValue.integer(database.lastInsertedRow)
    for (place, setting) in facts.settings.enumerated() {
      try inserts.settings.run(run, .integer(place), .text(setting.key), setting.value.sqlite)
    }
    try facts.episodes.forEach { episode in
      try inserts.episodes.run(
        run, .integer(episode.number), .integer(episode.stepsDone), .real(episode.seconds),
        .real(episode.totalReturn))
    }
    for (name, values) in facts.metrics {
      var place = 0
      try values.forEach { value in
        try inserts.metrics.run(
          run, .text(name), .integer(place), .integer(value.number), .integer(value.stepsDone),
          .real(value.seconds), .real(value.totalReturn))
        place += 1
      }
    }
  }

  private func remove(_ run: Int) throws(SQLiteError) {
    for table in ["runs", "settings", "episodes", "metrics"] {
      try database.run("DELETE FROM \(table) WHERE run = ?", .integer(run))
    }
  }
}

/// What a catalog stores about a recording.
private struct Facts {
  /// The row of the table `runs`, except for its number.
  var row: [SQLiteValue]
  var settings: [JSON.Member] = []
  var episodes: Outcomes
  var metrics: [(name: String, values: Outcomes)]

  init(of recording: Recording, _ name: String, _ stamp: String) throws {
    let run = try recording.description()
    let counts = try recording.counts()
    if case .object(let members) = run.configuration { settings = members }
    // A recording may have many metrics.
    let most = 1 << 14
    episodes = try recording.outcomes(most: most)
    metrics = try recording.metricNames().map {
      ($0, try recording.outcomes(ofMetric: $0, most: most))
    }
    let last = try episodes.last(100).map(\.totalReturn).filter { !$0.isNaN }
    row = [
      .text(name), .text(stamp), .text(run.program), .text(run.world.name),
      .text(run.world.mapName), .text(run.trainer), .text(run.preset), .text(run.purpose.rawValue),
      run.hasSeed ? .integer(Int(run.seed)) : .null, .integer(run.worlds),
      .text(run.tags.joined(separator: " ")), .text(run.note), .integer(counts.steps),
      .integer(counts.episodes),
      last.isEmpty ? .null : .real(last.reduce(0, +) / Double(last.count)),
      try recording.bestReturn().map(SQLiteValue.real) ?? .null, .integer(recording.fileBytes()),
      .text(try recording.status().rawValue),
    ]
  }
}

extension JSON {
  /// A setting's value: a number, or otherwise its text form.
  fileprivate var sqlite: SQLiteValue {
    switch self {
    case .integer(let value): .integer(value)
    case .number(let value): .real(value)
    default: .text(text ?? compact)
    }
  }
}

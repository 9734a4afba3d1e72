internal import Platform
package import Rollouts
internal import SQLite

/// The descriptions, settings, episodes and metrics of many recordings in one SQLite file, so that
/// they need not be opened. Listing and comparing thousands of runs takes as long as dozens without
/// a catalog.
package final class RunCatalog {
  package let path: String
  let database: Database

  /// Identifies a catalog: "REEC".
  static let applicationID = 0x5245_4543

  /// Whether a file is a catalog.
  package static func isCatalog(_ path: String) -> Bool {
    guard Files.isFile(path), let database = try? Database(path, .reading) else { return false }
    return (try? database.first("PRAGMA application_id"))?.first?.int == applicationID
  }

  /// Opens a catalog for reading.
  package init(_ path: String) throws {
    guard Self.isCatalog(path) else {
      throw RecordingError(.foreign, "\(path) is not a catalog; reel catalog makes one")
    }
    self.path = path
    database = try withRecordingErrors(path) { () throws(SQLiteError) in
      try Database(path, .reading)
    }
    database.bound(valueBytes: 64 << 20) { _ in false }
  }

  /// A run in the catalog.
  package struct Run: Sendable {
    package var id: Int
    /// The path of its recording.
    package var path: String
    /// Its description, except for the map and the meanings of actions and states.
    package var description: RunDescription
    package var steps: Int
    package var episodes: Int
    /// The mean return of the last hundred episodes, and the best return; nil where none has ended.
    package var lastMean: Double?
    package var best: Double?
    package var bytes: Int
    package var status: Recording.Status
  }

  /// All runs by their files.
  package func runs() throws -> [Run] {
    var settings: [Int: [JSON.Member]] = [:]
    let rows = try reading { database throws(SQLiteError) in
      let statement = try database.prepare(
        "SELECT run, name, value FROM settings ORDER BY run, place")
      while try statement.step() {
        let row = statement.row
        settings[row[0].int ?? 0, default: []].append(
          JSON.Member(row[1].text ?? "", row[2].setting))
      }
      return try database.all(
        """
        SELECT run, file, program, world, map_name, trainer, preset, purpose, seed, worlds, tags,
          note, steps, episodes, mean_return_last_100, max_return, bytes, status
        FROM runs ORDER BY file
        """)
    }
    return rows.map { row in
      let id = row[0].int ?? 0
      var description = RunDescription(
        world: WorldDescription(
          name: row[3].text ?? "", mapName: row[4].text ?? "", actions: [], fields: []),
        trainer: row[5].text ?? "",
        purpose: row[7].text.flatMap(RunPurpose.init(rawValue:)) ?? .train,
        preset: row[6].text ?? "", seed: UInt64(max(0, row[8].int ?? 0)),
        configuration: .object(settings[id] ?? []))
      description.program = row[2].text ?? ""
      description.hasSeed = row[8] != .null
      description.worlds = row[9].int ?? 1
      description.tags = (row[10].text ?? "").split(separator: " ").map(String.init)
      description.note = row[11].text ?? ""
      return Run(
        id: id, path: Self.place(of: row[1].text ?? "", in: path), description: description,
        steps: row[12].int ?? 0, episodes: row[13].int ?? 0, lastMean: row[14].double,
        best: row[15].double, bytes: row[16].int ?? 0,
        status: row[17].text.flatMap(Recording.Status.init(rawValue:)) ?? .interrupted)
    }
  }

  /// The return of every finished episode of a run; up to `most` are kept in memory.
  package func outcomes(of run: Int, most: Int = Outcomes.usualMost) throws -> Outcomes {
    try outcomes(
      "episodes WHERE run = ? ORDER BY episode", "return", [.integer(run)], most: most)
  }

  /// The values of a metric of a run; none where it was never recorded.
  package func outcomes(
    ofMetric name: String, of run: Int, most: Int = Outcomes.usualMost
  ) throws -> Outcomes {
    try outcomes(
      "metrics WHERE run = ? AND name = ? ORDER BY place", "value", [.integer(run), .text(name)],
      most: most)
  }

  /// The metrics of a run.
  package func metricNames(of run: Int) throws -> [String] {
    try reading { database throws(SQLiteError) in
      try database.all(
        "SELECT DISTINCT name FROM metrics WHERE run = ? ORDER BY name", [.integer(run)])
    }.compactMap { $0.first?.text }
  }

  private func outcomes(
    _ source: String, _ number: String, _ values: [SQLiteValue], most: Int
  ) throws -> Outcomes {
    try Outcomes(most: most) { body in
      let statement = try self.reading { database throws(SQLiteError) in
        let statement = try database.prepare(
          "SELECT episode, steps_done, seconds, \"\(number)\" FROM \(source)")
        try statement.bind(values)
        return statement
      }
      while try self.reading({ _ throws(SQLiteError) in try statement.step() }) {
        try body(
          EpisodeOutcome(
            number: statement.int(at: 0), stepsDone: statement.int(at: 1),
            seconds: statement.double(at: 2), totalReturn: statement.value(at: 3).double ?? .nan))
      }
    }
  }

  private func reading<Product>(
    _ body: (Database) throws(SQLiteError) -> Product
  ) throws(RecordingError) -> Product {
    try withRecordingErrors(path) { () throws(SQLiteError) in try body(database) }
  }

  /// A recording's path as the catalog stores it: relative to the catalog's folder if the recording
  /// is inside, so that both can be moved together.
  static func name(of recording: String, in catalog: String) -> String {
    let folder = Files.resolved(Files.folder(of: catalog))
    let path = Files.resolved(recording)
    return path.hasPrefix(folder + "/") ? String(path.dropFirst(folder.utf8.count + 1)) : path
  }

  /// The path for a name in the catalog.
  static func place(of name: String, in catalog: String) -> String {
    let folder = Files.folder(of: catalog)
    return name.hasPrefix("/") || folder == "." ? name : "\(folder)/\(name)"
  }
}

extension SQLiteValue {
  /// A setting's value.
  fileprivate var setting: JSON {
    switch self {
    case .integer(let value): .integer(value)
    case .real(let value): .number(value)
    case .text(let text): .string(text)
    case .null, .blob: .null
    }
  }
}

internal import SQLite

/// All readable rows of a damaged recording, collected page by page in a separate file; damaged
/// rows are missing.
///
/// No page depends on another that could be lost with it: a row is identified by the contents of
/// its own page.
struct ReadableRows {
  private let pages: DatabasePages
  private let database: Database
  private let format: Format
  private let tables: [(name: String, columns: [String])]
  private var insertions: [String: Statement] = [:]
  private var purposes: [Purpose]

  /// The use of a page, as far as other pages show it.
  private enum Purpose: Equatable {
    case unknown, another
    case table(Int)
  }

  /// Fills a new file at `place` with the readable rows at `path`.
  static func gather(
    _ path: String, like: Format?, into place: String, _ progress: (Double) throws -> Void
  ) throws {
    let isAnothers =
      (try? Database(path, .reading)).flatMap { database in
        (try? Format(of: database, path)).map {
          Recording.hasLogOfAnother(database, path, in: $0)
        }
      } ?? false
    let pages = try DatabasePages(path, withoutLog: isAnothers)
    let format = like ?? Format(of: pages)
    let database = try Recovery.create(place, in: format, outlastsCrash: false)
    var rows = try ReadableRows(path, pages, database, format)
    try rows.gather(progress)
    rows.insertions.removeAll()
    try withRecordingErrors(place) { () throws(SQLiteError) in
      // An index by last step, since every batch asks which episodes ended in it.
      try database.execute(
        "CREATE INDEX ended ON episodes(first_step + (steps - 1) * stride); COMMIT")
    }
  }

  private init(
    _ path: String, _ pages: DatabasePages, _ database: Database, _ format: Format
  ) throws(RecordingError) {
    (self.pages, self.database, self.format) = (pages, database, format)
    tables = format.tables
    purposes = Array(repeating: .unknown, count: pages.count + 1)
    for (name, columns) in tables {
      insertions[name] = try withRecordingErrors(path) { () throws(SQLiteError) in
        let places = columns.map { _ in "?" }.joined(separator: ", ")
        return try database.prepare(
          "INSERT OR IGNORE INTO \(name)(rowid, \(columns.joined(separator: ", ")))"
            + " VALUES (?, \(places))")
      }
    }
  }

  private mutating func gather(_ progress: (Double) throws -> Void) throws {
    markFreePages()
    markTables()
    // Rows on unreachable pages may be older than those on reachable ones, so they come last.
    for isKnown in [true, false] {
      for number in 1..<max(1, purposes.count) {
        if number & 1023 == 0 { try progress(Double(number) / Double(purposes.count)) }
        switch purposes[number] {
        case .table(let table): if isKnown { try take(number, as: table) }
        case .unknown: if !isKnown { try take(number, as: nil) }
        case .another: break
        }
      }
    }
  }

  private func take(_ number: Int, as table: Int?) throws(RecordingError) {
    let page = pages[number]
    guard pages.kind(of: page, number) == .leaf else { return }
    for row in pages.rows(of: page, number) {
      guard let table = table ?? self.table(of: row.values) else { continue }
      try insert(row, into: tables[table].name)
    }
  }

  private func insert(_ row: PageRow, into table: String) throws(RecordingError) {
    guard let statement = insertions[table], !row.values.isEmpty else { return }
    var values = row.values
    // The first column of most tables is their key.
    if values[0] == .null { values[0] = .integer(row.key) }
    do {
      try statement.run([.integer(row.key)] + values)
    } catch {
      statement.reset()
      switch error.reason {
      // A row that its table cannot hold is unknown: another table's row has more or fewer values.
      case .constraint, .other: return
      default: throw RecordingError(error, path: database.path)
      }
    }
  }

  /// Free pages keep their old contents.
  private mutating func markFreePages() {
    let header = pages[1]
    var (trunk, left) = (header.number(at: 32, bytes: 4), pages.count)
    while (1...pages.count).contains(trunk), left > 0, purposes[trunk] == .unknown {
      purposes[trunk] = .another
      let page = pages[trunk]
      for leaf in 0..<min(page.number(at: 4, bytes: 4), page.count / 4 - 2) {
        let number = page.number(at: 8 + 4 * leaf, bytes: 4)
        if purposes.indices.contains(number) { purposes[number] = .another }
      }
      trunk = page.number(at: 0, bytes: 4)
      left -= 1
    }
  }

  /// Follows each table from its root as far as possible.
  private mutating func markTables() {
    for leaf in leaves(of: 1) {
      for row in pages.rows(of: pages[leaf], leaf) where row.values.count == 5 {
        guard let root = row.values[3].int, root > 1 else { continue }
        let table = tables.firstIndex { row.values[1].text == $0.name }
        _ = leaves(of: root, table.map(Purpose.table) ?? .another)
      }
    }
  }

  private mutating func leaves(of root: Int, _ purpose: Purpose = .another) -> [Int] {
    var (waiting, leaves) = ([root], [Int]())
    while let number = waiting.popLast() {
      guard purposes.indices.contains(number), number > 0, purposes[number] == .unknown else {
        continue
      }
      let page = pages[number]
      switch pages.kind(of: page, number) {
      case .interior: waiting += pages.children(of: page, number)
      case .leaf: leaves.append(number)
      case nil: continue
      }
      purposes[number] = purpose
    }
    return leaves
  }

  /// The table of a row, determined by the types of its values.
  private func table(of values: [SQLiteValue]) -> Int? {
    guard let name = format.table(of: values) else { return nil }
    return tables.firstIndex { $0.name == name }
  }
}

extension Format {
  /// The format of a damaged file, from its header or otherwise from most of its rows.
  fileprivate init(of pages: DatabasePages) {
    let header = pages[1]
    var votes: [Format: Int] = [:]
    var kinds: [ValueKinds: Int] = [:]
    for number in 1..<max(1, pages.count + 1) {
      let page = pages[number]
      guard pages.kind(of: page, number) == .leaf else { continue }
      for row in pages.rows(of: page, number).prefix(8) {
        for version in 1...Self.newest {
          switch Format(version: version).table(of: row.values) {
          case BatchColumn.table?, EpisodeColumn.table?, SessionColumn.table?:
            votes[Format(version: version), default: 0] += 1
          case TransitionColumn.table?:
            let found = ValueKinds(
              state: row.values[2].blob == nil ? .integer : .bytes,
              action: row.values[3].blob == nil ? .integer : .bytes)
            kinds[found, default: 0] += 1
          default: continue
          }
        }
      }
    }
    let stated = header.count > 64 ? header.number(at: 60, bytes: 4) : 0
    let version =
      (1...Self.newest).contains(stated)
      ? stated : votes.max { $0.value < $1.value }?.key.version ?? Self.newest
    self.init(version: version)
    if version > 1 { self.kinds = kinds.max { $0.value < $1.value }?.key ?? ValueKinds() }
  }

  /// The table of a row, determined by the types of its values; nil where none fits.
  func table(of values: [SQLiteValue]) -> String? {
    let shapes = version == 1 ? Self.firstShapes : Self.shapes
    return shapes.first { shape in
      shape.types.count == values.count
        && zip(shape.types, values).allSatisfy { $0.contains($1.letter) }
    }?.table
  }

  // The permitted types of each column. A key is NULL, and a real without a fraction is stored as
  // an integer.

  private static let firstShapes: [(table: String, types: [String])] = [
    ("run", ["t", "it"]), ("sessions", ["i", "t", "t", "t", "tN", "tN"]),
    ("actions", ["N", "t", "i", "i"]), ("fields", ["t", "t", "t", "i", "i", "t"]),
    ("episodes", ["N", "i", "i", "i", "i", "ir", "t", "ib"]),
    ("transitions", ["N", "i", "ib", "ib", "ir"]), ("metrics", ["i", "t", "irN"]),
    ("checkpoints", ["N", "t", "b", "t"]), ("batches", ["N", "i", "ir", "i", "i", "b"]),
  ]

  private static let shapes: [(table: String, types: [String])] = [
    ("run", ["t", "tN"]), ("sessions", ["i", "t", "t", "t", "tN", "tN", "i"]),
    ("actions", ["N", "t", "i", "i"]), ("fields", ["t", "t", "t", "i", "i", "t", "tN"]),
    ("episodes", ["N", "iN", "i", "i", "i", "irN", "t", "ib", "tN", "iN", "iN"]),
    ("transitions", ["N", "i", "ib", "ib", "irN"]), ("metrics", ["i", "t", "irN"]),
    ("checkpoints", ["N", "t", "b", "t"]), ("infos", ["i", "t", "irN", "tN"]),
    ("images", ["i", "i", "b", "bN"]), ("scenes", ["i", "i", "t", "b"]),
    (
      "batches",
      ["i", "i", "ir", "i", "i", "b", "i", "i", "i", "iN", "i", "i", "i", "b"]
    ),
    ("description", ["N", "t"]),
  ]
}

extension SQLiteValue {
  /// A letter for the value's type.
  fileprivate var letter: Character {
    switch self {
    case .null: "N"
    case .integer: "i"
    case .real: "r"
    case .text: "t"
    case .blob: "b"
    }
  }
}

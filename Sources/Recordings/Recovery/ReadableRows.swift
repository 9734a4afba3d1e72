internal import SQLite

/// All rows of a damaged recording that can be read, gathered page by page in a file of their own: what was
/// damage there is missing here.
///
/// No page leads to another that could be lost with it: a row is found by what its own page holds.
struct ReadableRows {
  private let pages: DatabasePages
  private let database: Database
  private var insertions: [String: Statement] = [:]
  private var purposes: [Purpose]

  /// What a page is for, as far as other pages say so.
  private enum Purpose: Equatable {
    case unknown, another
    case table(Int)
  }

  /// Fills a new file at `place` with the rows that can be read at `path`.
  static func gather(
    _ path: String, into place: String, _ progress: (Double) throws -> Void
  ) throws {
    let database = try Recovery.create(place, outlastsCrash: false)
    var rows = try ReadableRows(path, database)
    try rows.gather(progress)
    rows.insertions.removeAll()
    try withRecordingErrors(place) { () throws(SQLiteError) in
      // By the last step of each: which episodes ended in a batch is asked for every batch.
      try database.execute(
        "CREATE INDEX ended ON episodes(first_step + (steps - 1) * stride); COMMIT")
    }
  }

  private init(_ path: String, _ database: Database) throws(RecordingError) {
    let isAnothers = (try? Database(path, .reading)).map { Recording.hasLogOfAnother($0, path) }
    pages = try DatabasePages(path, withoutLog: isAnothers ?? false)
    purposes = Array(repeating: .unknown, count: pages.count + 1)
    self.database = database
    for (name, columns) in Format.tables {
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
    // What no page leads to any more may be older than what one leads to, so it comes last.
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
      guard let table = table ?? Self.table(of: row.values) else { continue }
      try insert(row, into: Format.tables[table].name)
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
      // Of a row that its table cannot hold, nothing is known. Another's has more or fewer values.
      case .constraint, .other: return
      default: throw RecordingError(error, path: database.path)
      }
    }
  }

  /// Pages that were given back keep what they held before.
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

  /// Follows each table from its root as far as that leads.
  private mutating func markTables() {
    for leaf in leaves(of: 1) {
      for row in pages.rows(of: pages[leaf], leaf) where row.values.count == 5 {
        guard let root = row.values[3].int, root > 1 else { continue }
        let table = Format.tables.firstIndex { row.values[1].text == $0.name }
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

  /// The table that a row must belong to, by the types of its values.
  private static func table(of values: [SQLiteValue]) -> Int? {
    shapes.firstIndex { shape in
      shape.count == values.count && zip(shape, values).allSatisfy { $0.contains($1.letter) }
    }
  }

  /// What types each column may have, in the order of `Format.tables`. A key is NULL, and a real number without
  /// a fraction is kept as an integer.
  private static let shapes: [[String]] = [
    ["t", "it"], ["i", "t", "t", "t", "tN", "tN"], ["N", "t", "i", "i"],
    ["t", "t", "t", "i", "i", "t"], ["N", "i", "i", "i", "i", "ir", "t", "ib"],
    ["N", "i", "ib", "ib", "ir"], ["i", "t", "irN"], ["N", "t", "b", "t"],
    ["N", "i", "ir", "i", "i", "b"],
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

import Glibc
import SQLite
import Testing

@Suite struct TablePagesTests {
  private final class File {
    let path = "/tmp/reel-pages-\(UInt64.random(in: .min ... .max)).sqlite"
    deinit { for end in ["", "-wal", "-shm", "-journal"] { unlink(path + end) } }
  }

  private static let kinds: [Columns.Kind] = [.integer, .integer, .optional, .real, .bytes, .name]

  /// A file with rows of numbers of every width, some of whose keys are missing.
  private func make(_ file: File, pageSize: Int, rows: Int, longest: Int = 40) throws -> Database {
    let database = try Database(file.path, .creating)
    try database.execute(
      """
      PRAGMA page_size = \(pageSize);
      CREATE TABLE t(k INTEGER PRIMARY KEY, i INTEGER NOT NULL, o INTEGER, r REAL,
        b BLOB NOT NULL, n TEXT NOT NULL, rest TEXT) STRICT
      """)
    let insert = try database.prepare("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)")
    var random = SystemRandomNumberGenerator()
    try database.transaction(.writing) { () throws(SQLiteError) in
      for row in 0..<rows where row % 100 != 7 {
        func integer() -> Int { Int(random.next() >> UInt64.random(in: 1..<64)) }
        let whole = Int.random(in: -2...300)
        let real: SQLiteValue =
          row % 5 == 0
          ? .null : .real(row % 2 == 0 ? Double(whole) : Double.random(in: -1...1))
        try insert.run([
          .integer(row), .integer(row % 3 == 0 ? row % 2 : integer() - integer()),
          row % 7 == 0 ? .null : .integer(integer()), real,
          .blob((0..<Int.random(in: 0...longest)).map { UInt8(truncatingIfNeeded: $0) }),
          .text(["running", "terminated", "strange"][row % 3]), .text("rest"),
        ])
      }
    }
    return database
  }

  private func reading<Result>(
    _ database: Database, _ body: () throws -> Result
  ) throws -> Result {
    try database.transaction(.reading, { () throws(any Error) in try body() }, orThrow: { $0 })
  }

  /// A row's values, with bytes and NaN in a form that can be compared.
  private func words(_ columns: Columns) -> [[SQLiteValue]] {
    (0..<columns.count).map { row in
      (0..<columns.width).map { column in
        let word = columns.column(column)[row]
        return columns.kind(column) == .bytes
          ? .blob(Array(columns.bytes(word))) : .integer(Int(Int64(bitPattern: word)))
      }
    }
  }

  private func columns(_ capacity: Int) -> Columns {
    Columns(Self.kinds, capacity: capacity, names: ["running", "terminated"])
  }

  private static let gathering =
    "SELECT gather(k, i, o, r, b, CASE n WHEN 'terminated' THEN 1 ELSE 0 END) FROM t NOT INDEXED"
    + " WHERE k >= ? AND k < ?"

  @Test(arguments: [512, 1024, 4096, 65536])
  func `rows read from their pages are those that SQL reads`(pageSize: Int) throws {
    let file = File()
    try make(file, pageSize: pageSize, rows: 20_000).close()
    let database = try Database(file.path, .reading)
    try reading(database) {
      let pages = try #require(try? TablePages(of: "t", in: database))
      let (run, decoder) = (pages.makeRun(), RowDecoder())
      let statement = try database.gathering(Self.gathering)
      for range in [0..<20_000, 0..<1, 7..<8, 19_999..<20_001, 5000..<9000, 8000..<8001, 30..<5030]
      {
        let (found, expected) = (columns(20_000), columns(20_000))
        #expect(pages.fetch(range, into: run) && run.decode(range, into: found, by: decoder))
        try statement.run(
          into: expected, .integer(range.lowerBound), .integer(range.upperBound))
        #expect(words(found) == words(expected))
      }
    }
  }

  @Test func `all pages of a table are found, each complete`() throws {
    let file = File()
    let writer = try make(file, pageSize: 1024, rows: 30_000)
    // Fragments of free space within pages count as free space.
    try writer.execute("UPDATE t SET b = x'01' WHERE k % 50 = 3")
    try writer.close()
    let database = try Database(file.path, .reading)
    try reading(database) {
      let pages = try #require(try? TablePages(of: "t", in: database))
      let run = pages.makeRun()
      #expect(pages.fetch(-1..<Int.max, into: run))
      #expect(run.decode(0..<30_000, into: columns(30_000), by: RowDecoder()))
      let whole = Set(run.wholePages)
      var all: [Int] = []
      let isWhole = pages.visitPages(where: whole.contains) { page in
        all.append(page)
        return true
      }
      #expect(isWhole)
      // One that is not complete is noticed.
      let one = try #require(whole.first)
      let misses = pages.visitPages(where: { $0 != one && whole.contains($0) }, { _ in true })
      #expect(!misses)
      let expected = try database.all("SELECT pageno FROM dbstat WHERE name = 't'")
      #expect(Set(all) == Set(expected.compactMap { $0[0].int }))
      #expect(Set(all).count == all.count)
    }
  }

  @Test func `what SQLite alone can read is left to it`() throws {
    let file = File()
    let writer = try make(file, pageSize: 1024, rows: 2000, longest: 3000)
    func pages(_ database: Database) throws -> TablePages? {
      try reading(database) { try TablePages(of: "t", in: database) }
    }
    // A writer may hold pages that are not in the file yet.
    #expect(try pages(writer) == nil)
    let reader = try Database(file.path, .reading)
    #expect(try TablePages(of: "t", in: reader) == nil)
    #expect(try pages(reader) != nil)
    // Rows that continue on other pages.
    try reading(reader) {
      let pages = try #require(try? TablePages(of: "t", in: reader))
      let run = pages.makeRun()
      let found = columns(2000)
      #expect(pages.fetch(0..<2000, into: run))
      #expect(!run.decode(0..<2000, into: found, by: RowDecoder()))
      #expect(found.count == 0)
    }
    // A log beside the file may have newer pages.
    try writer.execute("PRAGMA journal_mode = WAL; UPDATE t SET i = 5")
    #expect(try pages(Database(file.path, .reading)) == nil)
  }

  @Test func `a page with any flipped bit is decoded as SQL reads it, or refused`() throws {
    let file = File()
    try make(file, pageSize: 512, rows: 400).close()
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let handle = open(file.path, O_RDWR)
    defer { close(handle) }
    let length = read(handle, &bytes, bytes.count)
    var same = 0
    for round in 0..<3000 {
      // The path to the pages, which is short, is changed more often than the rest.
      let place = Int.random(in: 512..<(round % 2 == 0 ? 1024 : length))
      let bit = UInt8(1) << UInt8.random(in: 0..<8)
      var changed = bytes[place] ^ bit
      pwrite(handle, &changed, 1, off_t(place))
      defer { pwrite(handle, &bytes[place], 1, off_t(place)) }
      guard let database = try? Database(file.path, .reading) else { continue }
      try? database.execute("PRAGMA cell_size_check = ON")
      try reading(database) {
        guard let pages = try? TablePages(of: "t", in: database) else { return }
        let run = pages.makeRun()
        let (found, expected) = (columns(500), columns(500))
        guard pages.fetch(0..<400, into: run),
          run.decode(0..<400, into: found, by: RowDecoder())
        else { return }
        do {
          try database.gathering(Self.gathering).run(into: expected, .integer(0), .integer(400))
        } catch { return }
        #expect(words(found) == words(expected), "byte \(place), bit \(bit)")
        same += 1
      }
    }
    #expect(same > 500)
  }
}

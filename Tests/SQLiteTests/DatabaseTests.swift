import Glibc
import SQLite
import Testing

@Suite struct DatabaseTests {
  private func memory() throws -> Database { try Database(":memory:", .creating) }

  @Test(arguments: [
    SQLiteValue.null, .integer(.min), .integer(.max), .integer(0), .real(0.1), .real(-.infinity),
    .text(""), .text("a'b\u{0}c ε"), .blob([]), .blob([0, 255, 1]),
  ]) func `a value is read back unchanged`(value: SQLiteValue) throws {
    let database = try memory()
    #expect(try database.first("SELECT ?", value) == [value])
  }

  @Test func `a path may begin with two slashes, and contain characters special to URIs`() throws {
    let name = "/tmp/reel-\(UInt64.random(in: .min ... .max)) %41?a=b#c.sqlite"
    defer { unlink(name) }
    for path in ["/\(name)", name, "//\(name)"] {
      let database = try Database(path, .creating)
      try database.execute("CREATE TABLE IF NOT EXISTS t(x); INSERT INTO t VALUES (1)")
      try database.close()
    }
    #expect(try Database(name, .reading).first("SELECT count(*) FROM t") == [.integer(3)])
  }

  @Test func `a transaction that throws is rolled back`() throws {
    let database = try memory()
    try database.execute("CREATE TABLE t(x UNIQUE)")
    #expect(throws: SQLiteError.self) {
      try database.transaction(.writing) { () throws(SQLiteError) in
        try database.run("INSERT INTO t VALUES (1)")
        try database.run("INSERT INTO t VALUES (1)")
      }
    }
    #expect(try database.first("SELECT count(*) FROM t") == [.integer(0)])
    try database.transaction(.writing) { () throws(SQLiteError) in
      try database.run("INSERT INTO t VALUES (1)")
    }
    #expect(try database.first("SELECT count(*) FROM t") == [.integer(1)])
  }

  @Test func `a query that is too long or has too long a value ends with an error`() throws {
    let database = try memory()
    database.bound(valueBytes: 1000) { $0 > 5_000_000 }
    let endless =
      "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c"
    for sql in [endless, "SELECT length(zeroblob(2000))"] {
      let error = #expect(throws: SQLiteError.self) { try database.first(sql) }
      #expect(error?.reason == .tooLong, "\(sql)")
    }
    // The limit is for each query alone.
    let short =
      "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 200000) SELECT max(x) FROM c"
    for _ in 0..<10 { #expect(try database.first(short) == [.integer(200_000)]) }
  }

  @Test func `an error says what was attempted and what kind it is`() throws {
    let database = try memory()
    let error = #expect(throws: SQLiteError.self) { try database.execute("SELECT absent") }
    #expect(error?.message == "no such column: absent")
    #expect(error?.attempt == "SELECT absent")
    let missing = #expect(throws: SQLiteError.self) {
      try Database("/nowhere/at/all.sqlite", .reading).execute("SELECT 1 FROM sqlite_schema")
    }
    #expect(missing?.reason == .cannotOpen)
  }

  @Test(arguments: ["a?mode=memory", "b#c", "d%20e", "ε λ", "file:x"])
  func `a file's name is never read as URI parameters`(name: String) throws {
    let folder = "/tmp/reel-names-\(getpid())-\(name.utf8.count)-\(name.hashValue)"
    mkdir(folder, 0o755)
    let path = "\(folder)/\(name)"
    let database = try Database(path, .creating)
    try database.execute("CREATE TABLE t(x)")
    try database.close()
    #expect(access(path, F_OK) == 0)
    unlink(path)
    #expect(rmdir(folder) == 0)
  }

  @Test func `a foreign schema cannot run functions`() throws {
    let database = try memory()
    try database.execute("CREATE VIEW v AS SELECT load_extension('x') AS x")
    #expect(throws: SQLiteError.self) { try database.all("SELECT * FROM v") }
  }
}

@Suite struct ColumnsTests {
  private func filled() -> Columns {
    let columns = Columns(
      [.integer, .real, .bytes, .name], capacity: 4, names: ["running", "terminated"])
    for row in 0..<3 {
      columns.column(0)[row] = UInt64(bitPattern: Int64(row - 1))
      columns.column(1)[row] = (Double(row) / 2).bitPattern
      columns.column(2)[row] = columns.append(Array(repeating: UInt8(row), count: row))
      columns.column(3)[row] = UInt64(row % 2)
    }
    columns.count = 3
    return columns
  }

  @Test func `columns are read as a table`() throws {
    let database = try Database(":memory:", .creating)
    let table = ColumnTable(["a", "b", "c", "d"])
    try database.show(table, as: "rows")
    #expect(try database.all("SELECT * FROM rows") == [])
    table.columns = filled()
    table.rows = 0..<3
    #expect(
      try database.all("SELECT * FROM rows") == [
        [.integer(-1), .integer(0), .blob([]), .text("running")],
        [.integer(0), .real(0.5), .blob([1]), .text("terminated")],
        [.integer(1), .integer(1), .blob([2, 2]), .text("running")],
      ], "whole numbers come as integers, as a file keeps them in a column of reals, too")
    table.rows = 2..<3
    #expect(try database.first("SELECT a FROM rows") == [.integer(1)])
    table.rows = 0..<9
    #expect(try database.all("SELECT a FROM rows").isEmpty)
  }

  @Test func `reals arrive unchanged, whole or not`() throws {
    let database = try Database(":memory:", .creating)
    let reals = [
      0, -0.0, 1, -5, 0.1, 1e300, -1e300, 0x1p31, -0x1p31, 0x1p31 - 1, 0x1p47, 0x1p53 + 2, 0x1p63,
      .leastNonzeroMagnitude, .infinity, -.infinity, .nan,
    ]
    let columns = Columns([.real], capacity: reals.count)
    for (row, real) in reals.enumerated() { columns.column(0)[row] = real.bitPattern }
    columns.count = reals.count
    let table = ColumnTable(["r"])
    try database.show(table, as: "rows")
    (table.columns, table.rows) = (columns, 0..<reals.count)
    try database.execute("CREATE TABLE shown(r REAL) STRICT; INSERT INTO shown SELECT r FROM rows")
    try database.execute("CREATE TABLE bound(r REAL) STRICT")
    for real in reals { try database.run("INSERT INTO bound VALUES (?)", .real(real)) }
    #expect(
      try database.all("SELECT r, typeof(r), quote(r) FROM shown ORDER BY rowid")
        == database.all("SELECT r, typeof(r), quote(r) FROM bound ORDER BY rowid"))
  }

  @Test func `rows are gathered from a query`() throws {
    let database = try Database(":memory:", .creating)
    try database.execute("CREATE TABLE t(i INTEGER PRIMARY KEY, r REAL, b BLOB)")
    for row in 0..<5 {
      try database.run(
        "INSERT INTO t VALUES (?, ?, ?)", .integer(row), .real(Double(row) / 4),
        .blob(Array(repeating: 7, count: row)))
    }
    let columns = Columns([.integer, .real, .bytes], capacity: 8)
    let statement = try database.gathering("SELECT gather(i, r, b) FROM t WHERE i >= ?")
    try statement.run(into: columns, .integer(3))
    try statement.run(into: columns, .integer(4))
    #expect(columns.count == 3)
    #expect((0..<3).map { columns.column(0)[$0] } == [3, 4, 4])
    #expect(Double(bitPattern: columns.column(1)[1]) == 1)
    #expect(Array(columns.bytes(columns.column(2)[0])) == [7, 7, 7])
    columns.removeFirst(1)
    #expect(columns.count == 2)
    #expect(Array(columns.bytes(columns.column(2)[1])) == [7, 7, 7, 7])
  }

  @Test(arguments: ["'text'", "x'00'", "1.5", "NULL"])
  func `a value of another type than its column is an error`(value: String) throws {
    let database = try Database(":memory:", .creating)
    let columns = Columns([.integer], capacity: 8)
    let error = #expect(throws: SQLiteError.self) {
      try database.gathering("SELECT gather(\(value))").run(into: columns)
    }
    #expect(error?.reason == .corrupt)
    #expect(columns.count == 0)
  }

  @Test func `more rows than there is room for are an error`() throws {
    let database = try Database(":memory:", .creating)
    let columns = Columns([.integer], capacity: 2)
    #expect(throws: SQLiteError.self) {
      try database.gathering(
        "SELECT gather(column1) FROM (VALUES (1), (2), (3))"
      ).run(into: columns)
    }
    #expect(columns.count == 2)
  }
}

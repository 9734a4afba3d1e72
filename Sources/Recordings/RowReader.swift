internal import SQLite

/// Reads the rows of a table with some keys into memory: from the table's pages where their layout is as SQLite
/// makes it and nobody can change them, else by SQL. Lives inside one `Recording.reading`.
final class RowReader<Column: BulkColumn> {
  private let statement: GatheringStatement
  private let pages: (table: TablePages, run: PageRun, decoder: RowDecoder)?

  /// Fewer keys are asked for by SQL: the way to a page has to pay.
  private static var worthwhile: Int { 512 }

  /// Reads up to `count` keys in all.
  init(
    _ database: Database, through last: Column? = nil, key: Column, count: Int, in format: Format
  ) throws(SQLiteError) {
    let key = key.label
    statement = try database.gathering(
      "\(TableRows.gathering(through: last, in: format)) WHERE \(key) >= ? AND \(key) < ?")
    let table =
      count < Self.worthwhile ? nil : try TablePages(of: Column.table, in: database)
    pages = table.map { ($0, $0.makeRun(), RowDecoder()) }
  }

  /// Puts the rows with some keys behind those that there are; there must be room for all of them.
  func read(_ keys: Range<Int>, into rows: TableRows<Column>) throws(SQLiteError) {
    if let pages, pages.table.fetch(keys, into: pages.run),
      pages.run.decode(keys, into: rows.columns, by: pages.decoder)
    {
      return
    }
    try statement.run(into: rows.columns, .integer(keys.lowerBound), .integer(keys.upperBound))
  }
}

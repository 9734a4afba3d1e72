internal import SQLite

/// Reads the rows of a table with some keys into memory: directly from the table's pages if
/// SQLite's layout is unchanged and nobody can change them, otherwise with SQL. Only valid inside
/// one `Recording.reading`.
final class RowReader<Column: BulkColumn> {
  private let statement: GatheringStatement
  private let pages: (table: TablePages, run: PageRun, decoder: RowDecoder)?

  /// For fewer keys, SQL is faster than finding the page.
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

  /// Adds the rows with some keys; there must be space for all of them.
  func read(_ keys: Range<Int>, into rows: TableRows<Column>) throws(SQLiteError) {
    if let pages, pages.table.fetch(keys, into: pages.run),
      pages.run.decode(keys, into: rows.columns, by: pages.decoder)
    {
      return
    }
    try statement.run(into: rows.columns, .integer(keys.lowerBound), .integer(keys.upperBound))
  }
}

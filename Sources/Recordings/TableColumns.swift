internal import SQLite

/// A column of one of a recording's tables; the type lists the table's columns in order.
///
/// A case has its column's name in Swift's spelling: `firstStep` is `first_step`. Rows are read
/// whole, so a case's number is its index in the row; columns that format 1 lacks read as NULL.
/// `Recording` compares a file's tables with these when it opens it.
protocol TableColumn: CaseIterable, CodingKey, Equatable, RawRepresentable<Int>, Sendable {
  /// The table's name.
  static var table: String { get }
  /// How many columns format 1 has, which are the first ones; 0 where it has no such table.
  static var firstWidth: Int { get }
}

extension TableColumn {
  static var firstWidth: Int { allCases.count }
}

enum RunColumn: Int, TableColumn {
  static let table = "run"
  case key, value
}

enum SessionColumn: Int, TableColumn {
  static let table = "sessions"
  static let firstWidth = 6
  case firstStep, configuration, versions, started, ended, writer, worlds
}

enum ActionColumn: Int, TableColumn {
  static let table = "actions"
  case action, name, dx, dy
}

enum FieldColumn: Int, TableColumn {
  static let table = "fields"
  static let firstWidth = 6
  case subject, name, type, offset, count, description, shape
}

enum EpisodeColumn: Int, TableColumn {
  static let table = "episodes"
  static let firstWidth = 8
  case episode, seed, firstStep, stride, steps, `return`, ending, finalState, options, success,
    ended
}

enum TransitionColumn: Int, TableColumn {
  static let table = "transitions"
  case step, episode, state, action, reward
}

enum MetricColumn: Int, TableColumn {
  static let table = "metrics"
  case step, name, value
}

enum CheckpointColumn: Int, TableColumn {
  static let table = "checkpoints"
  case step, kind, parameters, trainingState
}

enum InfoColumn: Int, TableColumn {
  static let table = "infos"
  static let firstWidth = 0
  case step, name, value, text
}

enum ImageColumn: Int, TableColumn {
  static let table = "images"
  static let firstWidth = 0
  case episode, t, hash, png
}

enum SceneColumn: Int, TableColumn {
  static let table = "scenes"
  static let firstWidth = 0
  case episode, t, kind, data
}

enum BatchColumn: Int, TableColumn {
  static let table = "batches"
  static let firstWidth = 6
  case firstStep, lastStep, elapsed, metrics, checkpoints, hash
  case session, transitions, ended, best, infos, images, scenes, sections
}

enum DescriptionColumn: Int, TableColumn {
  static let table = "description"
  static let firstWidth = 0
  case session, json
}

extension TableColumn {
  /// The column's name in the file.
  var label: String {
    var label: [UInt8] = []
    for letter in stringValue.utf8 {
      if letter < UInt8(ascii: "a") { label.append(UInt8(ascii: "_")) }
      label.append(letter | 0x20)
    }
    return String(decoding: label, as: UTF8.self)
  }

  /// The columns in a format.
  static func columns(in format: Format) -> [Self] {
    format.version == 1 ? Array(allCases.prefix(firstWidth)) : Array(allCases)
  }

  /// A query for whole rows, to be followed by a clause; columns that are not wanted, or that the
  /// format lacks, are NULL.
  static func selection(in format: Format, of wanted: [Self]? = nil) -> String {
    let there = columns(in: format)
    let columns = allCases.map {
      there.contains($0) && wanted?.contains($0) != false ? $0.label : "NULL"
    }
    return "SELECT \(columns.joined(separator: ", ")) FROM \(table)"
  }

  /// The end of a statement that begins with INSERT and takes a whole row.
  static func insertion(in format: Format) -> String {
    let places = columns(in: format).map { _ in "?" }
    return "INTO \(table) VALUES (\(places.joined(separator: ", ")))"
  }
}

/// A row of a table.
struct Row<Column: TableColumn> {
  /// The row's values, in the table's order.
  var values: [SQLiteValue]

  /// A row of values; other columns are NULL.
  init(_ values: [SQLiteValue]) {
    self.values = values + Array(repeating: .null, count: Column.allCases.count - values.count)
  }

  /// The value of a column.
  subscript(column: Column) -> SQLiteValue {
    get { values[column.rawValue] }
    set { values[column.rawValue] = newValue }
  }

  /// The values in a format's table.
  func values(in format: Format) -> [SQLiteValue] {
    Array(values.prefix(Column.columns(in: format).count))
  }
}

extension Database {
  /// The rows of a table that a clause selects.
  func rows<Column: TableColumn>(
    of _: Column.Type, in format: Format, only wanted: [Column]? = nil, _ clause: String = "",
    _ values: [SQLiteValue] = []
  ) throws(SQLiteError) -> [Row<Column>] {
    try all("\(Column.selection(in: format, of: wanted)) \(clause)", values).map(Row.init)
  }

  /// Adds a whole row to its table.
  func insert<Column: TableColumn>(
    _ row: Row<Column>, in format: Format, _ verb: String = "INSERT"
  ) throws(SQLiteError) {
    let statement = try prepare("\(verb) \(Column.insertion(in: format))")
    try statement.run(row.values(in: format))
  }

  /// Adds whole rows to their table.
  func insert<Column: TableColumn>(
    _ rows: [Row<Column>], in format: Format
  ) throws(SQLiteError) {
    guard !rows.isEmpty else { return }
    let statement = try prepare("INSERT \(Column.insertion(in: format))")
    for row in rows { try statement.run(row.values(in: format)) }
  }
}

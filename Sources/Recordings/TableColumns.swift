internal import SQLite

/// A column of one of a recording's tables; the type lists the table's columns in their order.
///
/// A case is its column's name in Swift's spelling: `firstStep` is `first_step`. Rows are read and
/// written whole, or up to a column, so that a case's number is its place in the row. `Recording`
/// compares a file's tables with these when it opens it.
protocol TableColumn: CaseIterable, CodingKey, Equatable, RawRepresentable<Int>, Sendable {
  /// The table's name.
  static var table: String { get }
}

enum RunColumn: Int, TableColumn {
  static let table = "run"
  case key, value
}

enum SessionColumn: Int, TableColumn {
  static let table = "sessions"
  case firstStep, configuration, versions, started, ended, writer
}

enum ActionColumn: Int, TableColumn {
  static let table = "actions"
  case action, name, dx, dy
}

enum FieldColumn: Int, TableColumn {
  static let table = "fields"
  case subject, name, type, offset, count, description
}

enum EpisodeColumn: Int, TableColumn {
  static let table = "episodes"
  case episode, seed, firstStep, stride, steps, `return`, ending, finalState
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

enum BatchColumn: Int, TableColumn {
  static let table = "batches"
  case firstStep, lastStep, elapsed, metrics, checkpoints, hash
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

  /// The names of all columns.
  static var labels: [String] { allCases.map(\.label) }

  /// A query of whole rows, to be followed by a clause; columns that are not wanted are NULL in it.
  static func selection(of wanted: [Self]? = nil) -> String {
    let columns = allCases.map { wanted?.contains($0) == false ? "NULL" : $0.label }
    return "SELECT \(columns.joined(separator: ", ")) FROM \(table)"
  }

  /// The end of a statement that begins with INSERT and takes a whole row.
  static var insertion: String {
    "INTO \(table) VALUES (\(labels.map { _ in "?" }.joined(separator: ", ")))"
  }
}

/// A row of a table.
struct Row<Column: TableColumn> {
  /// The row's values, in the order of the table.
  var values: [SQLiteValue]

  /// The value of a column.
  subscript(column: Column) -> SQLiteValue {
    get { values[column.rawValue] }
    set { values[column.rawValue] = newValue }
  }
}

extension Database {
  /// The rows of a table that a clause selects.
  func rows<Column: TableColumn>(
    of _: Column.Type, only wanted: [Column]? = nil, _ clause: String = "",
    _ values: [SQLiteValue] = []
  ) throws(SQLiteError) -> [Row<Column>] {
    try all("\(Column.selection(of: wanted)) \(clause)", values).map(Row.init)
  }
}

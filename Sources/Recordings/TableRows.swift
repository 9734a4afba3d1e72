internal import Rollouts
internal import SQLite

/// Whether a recording's states and actions are numbers or bytes; all rows have the kinds of the
/// first.
struct ValueKinds: Hashable, Sendable {
  var state = Columns.Kind.integer
  var action = Columns.Kind.integer
}

/// A column of a table whose rows are read and written many at a time.
protocol BulkColumn: TableColumn {
  /// How to read its words.
  func kind(_ values: ValueKinds) -> Columns.Kind
  /// The expression that a query selects for it.
  var expression: String { get }
}

extension TransitionColumn: BulkColumn {
  func kind(_ values: ValueKinds) -> Columns.Kind {
    switch self {
    case .step, .episode: .integer
    case .state: values.state
    case .action: values.action
    case .reward: .real
    }
  }

  var expression: String { label }
}

extension EpisodeColumn: BulkColumn {
  func kind(_ values: ValueKinds) -> Columns.Kind {
    switch self {
    case .episode, .firstStep, .stride, .steps: .integer
    case .seed, .options, .success, .ended: .optional
    case .return: .real
    case .ending: .name
    case .finalState: values.state
    }
  }

  /// An ending is read as the number of `Ending`; anything unknown reads as running.
  var expression: String {
    guard self == .ending else { return label }
    let words = Ending.allCases.map { "WHEN '\($0.name)' THEN \($0.rawValue)" }
    return "CASE \(label) \(words.joined(separator: " ")) ELSE \(Ending.running.rawValue) END"
  }
}

/// Rows of one table in memory, column by column: all columns, or those up to a given one.
struct TableRows<Column: BulkColumn> {
  let columns: Columns

  init(
    _ kinds: ValueKinds = ValueKinds(), through last: Column? = nil, capacity: Int,
    in format: Format
  ) {
    columns = Columns(
      Self.columns(through: last, in: format).map { $0.kind(kinds) }, capacity: capacity,
      names: ["running", "terminated", "truncated", "interrupted"])
  }

  private static func columns(through last: Column?, in format: Format) -> [Column] {
    Column.columns(in: format).filter { $0.rawValue <= last?.rawValue ?? .max }
  }

  /// A query that reads rows into memory, to be followed by a clause. Rows come in key order where
  /// no index is used.
  static func gathering(through last: Column? = nil, in format: Format) -> String {
    let expressions = columns(through: last, in: format).map(\.expression)
      .joined(separator: ", ")
    return "SELECT gather(\(expressions)) FROM \(Column.table) NOT INDEXED"
  }

  var count: Int {
    get { columns.count }
    nonmutating set { columns.count = newValue }
  }

  /// Changes how states and actions are read; there must be no rows.
  func setKinds(_ kinds: ValueKinds) {
    for column in Column.allCases.prefix(columns.width) {
      columns.setKind(column.rawValue, column.kind(kinds))
    }
  }

  func kind(_ column: Column) -> Columns.Kind { columns.kind(column.rawValue) }

  /// Whether a column is present.
  func has(_ column: Column) -> Bool { column.rawValue < columns.width }

  /// The words of a column, for loops.
  @inline(__always)
  func column(_ column: Column) -> UnsafeMutablePointer<UInt64> {
    unsafe columns.column(column.rawValue)
  }

  @inline(__always)
  func int(_ row: Int, _ column: Column) -> Int {
    Int(Int64(bitPattern: unsafe self.column(column)[row]))
  }

  /// The value of a column of the kind `optional`.
  func optional(_ row: Int, _ column: Column) -> Int? {
    let word = unsafe self.column(column)[row]
    return word == Columns.none ? nil : Int(Int64(bitPattern: word))
  }

  @inline(__always)
  func real(_ row: Int, _ column: Column) -> Double {
    Double(bitPattern: unsafe self.column(column)[row])
  }
}

extension Columns {
  /// A state or an action as SQLite stores it.
  func sqliteValue(of word: UInt64, kind: Kind) -> SQLiteValue {
    kind == .bytes ? .blob(unsafe Array(bytes(word))) : .integer(Int(Int64(bitPattern: word)))
  }

  func value(of word: UInt64, kind: Kind) -> Value {
    kind == .bytes ? .bytes(unsafe Array(bytes(word))) : .index(Int(Int64(bitPattern: word)))
  }
}

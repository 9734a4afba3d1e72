/// Columns of text, as wide as they need to be; numbers stand to the right.
struct TextTable {
  private let columns: [String]
  private let rightAligned: Set<Int>
  private var rows: [[String]] = []

  init(_ columns: [String], right: Set<Int> = []) {
    self.columns = columns
    rightAligned = right
  }

  mutating func add(_ row: [String]) {
    rows.append(row.map { $0.showingControls(onOneLine: true) })
  }

  var text: String {
    var layout = TextLayout(columns, right: rightAligned)
    for row in rows { layout.fit(row) }
    return ([columns] + rows).map(layout.line).joined(separator: "\n")
  }
}

/// The lines of a table whose rows nobody keeps: each is shown twice, first to be measured.
struct TextLayout {
  private let rightAligned: Set<Int>
  private var widths: [Int]

  init(_ columns: [String], right: Set<Int> = []) {
    rightAligned = right
    widths = columns.map(\.count)
  }

  /// Makes columns as wide as a row needs.
  mutating func fit(_ row: [String]) {
    for (column, text) in row.enumerated() { widths[column] = max(widths[column], text.count) }
  }

  /// A row's line.
  func line(_ row: [String]) -> String {
    row.indices.map { column in
      let padding = String(repeating: " ", count: max(0, widths[column] - row[column].count))
      return rightAligned.contains(column) ? padding + row[column] : row[column] + padding
    }.joined(separator: "  ").trimmingTrailingSpaces
  }
}

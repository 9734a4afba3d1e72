/// Columns of text, as wide as they need to be; numbers are aligned to the right.
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

/// The lines of a table whose rows are not kept: each row is shown twice, first to measure it.
///
/// In a terminal that is too narrow for a row, the columns that do not fit are printed below.
struct TextLayout {
  private static let margin = "    "
  private let room = Terminal.width() ?? .max
  private let rightAligned: Set<Int>
  private var widths: [Int]

  init(_ columns: [String], right: Set<Int> = []) {
    rightAligned = right
    widths = columns.map(\.count)
  }

  /// Widens the columns to fit a row.
  mutating func fit(_ row: [String]) {
    for (column, text) in row.enumerated() { widths[column] = max(widths[column], text.count) }
  }

  /// A row's line, or its lines.
  func line(_ row: [String]) -> String {
    var lines = [""]
    var used = 0
    for (column, text) in row.enumerated() {
      let padding = String(repeating: " ", count: max(0, widths[column] - text.count))
      let cell = rightAligned.contains(column) ? padding + text : text + padding
      if column == 0 {
        lines[0] = cell
        used = widths[0]
      } else if used + 2 + widths[column] <= room {
        lines[lines.count - 1] += "  " + cell
        used += 2 + widths[column]
      } else {
        lines.append(Self.margin + cell)
        used = Self.margin.count + widths[column]
      }
    }
    return lines.map(\.trimmingTrailingSpaces).joined(separator: "\n")
  }
}

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
    let all = [columns] + rows
    let widths = columns.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      row.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return rightAligned.contains(column) ? padding + row[column] : row[column] + padding
      }.joined(separator: "  ").trimmingTrailingSpaces
    }.joined(separator: "\n")
  }
}

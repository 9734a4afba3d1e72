internal import Platform

/// A table as comma-separated values (RFC 4180), numbers in full precision.
package struct CSV: Sendable {
  /// The text so far.
  package private(set) var text: String

  /// A table with a header.
  package init(_ header: [String]) {
    text = header.map(CSVText.field).joined(separator: ",") + "\n"
  }

  /// Adds a row; a field that holds nothing is left empty.
  package mutating func add(_ fields: [String]) {
    for (index, field) in fields.enumerated() {
      if index > 0 { text += "," }
      text += CSVText.field(field)
    }
    text += "\n"
  }

  /// The text since it was taken last.
  mutating func takeText() -> String {
    defer { text = "" }
    return text
  }

  /// A number such that reading it gives the same number; empty for one that is missing.
  package static func number(_ value: Double?) -> String {
    guard let value, !value.isNaN else { return "" }
    // Whole numbers are written without ".0": spreadsheets and people expect counts so.
    return value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
  }
}

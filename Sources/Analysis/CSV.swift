internal import Platform

/// A table as comma-separated values (RFC 4180), numbers in full precision.
package struct CSV: Sendable {
  /// The text so far.
  package private(set) var text: String

  /// A table with a header.
  package init(_ header: [String]) {
    text = header.map(CSVText.field).joined(separator: ",") + "\n"
  }

  /// Adds a row; a field that is nil is left empty.
  package mutating func add(_ fields: [String]) {
    for (index, field) in fields.enumerated() {
      if index > 0 { text += "," }
      text += CSVText.field(field)
    }
    text += "\n"
  }

  /// The text added since the last call.
  mutating func takeText() -> String {
    defer { text = "" }
    return text
  }

  /// A number with full precision, so that it reads back the same; empty if it is missing.
  package static func number(_ value: Double?) -> String {
    guard let value, !value.isNaN else { return "" }
    // Whole numbers are written without ".0", as is usual for counts.
    return value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
  }
}

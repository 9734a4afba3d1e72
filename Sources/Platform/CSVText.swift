/// Text as comma-separated values: https://www.rfc-editor.org/rfc/rfc4180
package enum CSVText {
  /// A text field, in quotes where it needs them.
  ///
  /// Recordings come from anywhere, and a spreadsheet runs text that begins with one of these signs
  /// as a formula. Such text gets a single quote in front. Numbers stay numbers.
  package static func field(_ text: String) -> String {
    var text = text
    switch text.utf8.first {
    case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"),
      UInt8(ascii: "\t"), UInt8(ascii: "\r"):
      if Double(text) == nil { text = "'" + text }
    default: break
    }
    guard text.utf8.contains(where: ",\"\n\r".utf8.contains) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}

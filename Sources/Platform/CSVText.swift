/// Texts in comma-separated values: https://www.rfc-editor.org/rfc/rfc4180
package enum CSVText {
  /// A field that holds a text, in quotes where it must be.
  ///
  /// Recordings come from anywhere, and a spreadsheet computes what begins with one of these signs: such a
  /// text gets a single quote before it. What is a number stays one.
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

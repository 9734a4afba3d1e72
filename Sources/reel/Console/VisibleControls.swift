extension String {
  /// The text with control characters written out, such as `\u001b` for an escape: recordings come from
  /// anywhere, and a terminal obeys what it is sent. Line breaks and tabs stay, unless one line is wanted.
  func showingControls(onOneLine: Bool = false) -> String {
    func isShown(_ scalar: UInt32) -> Bool {
      Self.isControl(scalar) && (onOneLine || scalar != 0x0A && scalar != 0x09)
    }
    // Most texts have none and are returned as they are.
    guard unicodeScalars.contains(where: { isShown($0.value) }) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      if isShown(scalar.value) {
        let hex = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  /// Controls of the C0 and C1 sets, line separators, and marks that change the direction of writing.
  private static func isControl(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}

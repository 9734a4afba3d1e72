extension String {
  /// The text with controls written out, `\\u001b` for an escape: recordings come from anywhere, and a
  /// terminal obeys what it is sent. Lines and tabs stay, unless all is to be on one line.
  func showingControls(onOneLine: Bool = false) -> String {
    guard utf8.contains(where: { Self.mayBeginControl($0) && (onOneLine || !Self.isLayout($0)) })
    else { return self }
    var text = ""
    for scalar in unicodeScalars {
      if Self.isControl(scalar.value),
        onOneLine || !Self.isLayout(UInt8(truncatingIfNeeded: scalar.value))
      {
        let hex = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  private static func isLayout(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x09 }

  /// Whether a byte of UTF-8 is one of those that controls begin with.
  private static func mayBeginControl(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == 0x7F || byte == 0xC2 || byte == 0xD8 || byte == 0xE2
  }

  /// Controls of the C0 and C1 sets, separators of lines, and marks that turn the direction of writing.
  private static func isControl(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}

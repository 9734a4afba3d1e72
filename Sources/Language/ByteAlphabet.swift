/// The characters with which GPT-2's files represent bytes: printable bytes represent themselves,
/// the others are characters from U+0100 on.
package enum ByteAlphabet {
  private static let scalars: [Unicode.Scalar] = {
    var spare: UInt32 = 256
    return (0...255).map { (byte: UInt32) in
      switch byte {
      case 33...126, 161...172, 174...255: return Unicode.Scalar(UInt8(byte))
      default:
        defer { spare += 1 }
        return Unicode.Scalar(spare) ?? " "
      }
    }
  }()

  private static let bytes = Dictionary(
    uniqueKeysWithValues: zip(scalars, (0...255).map { UInt8($0) }))

  /// The characters for some bytes.
  package static func text(of bytes: some Sequence<UInt8>) -> String {
    String(String.UnicodeScalarView(bytes.map { scalars[Int($0)] }))
  }

  /// The bytes for a text; nil where it has a character that represents none.
  package static func bytes(of text: String) -> [UInt8]? {
    var result: [UInt8] = []
    for scalar in text.unicodeScalars {
      guard let byte = bytes[scalar] else { return nil }
      result.append(byte)
    }
    return result
  }
}

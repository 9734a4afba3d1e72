/// Makes wrong input from valid input: flips bits, and removes, repeats or replaces bytes by extremes
/// or by words with a meaning.
struct Mutator {
  private var state: UInt64
  private let words: [[UInt8]]

  /// The same seed makes the same mistakes.
  init(seed: UInt64, words: [String] = []) {
    state = seed
    self.words = (words + Self.extremes).map { Array($0.utf8) }
  }

  private static let extremes = [
    "0", "-1", "9223372036854775807", "-9223372036854775808", "18446744073709551616", "1e999",
    "-0.0",
    "nan", "NaN", "null", "{}", "[]", "\"", "\\u0000", "\u{0}", "\n", "\r\n", "\u{202E}", "é", "😀",
    "../", "%s%n", "<script>", "1e-320", "4294967296", "65536", "[[[[[[[[[[[[[[[[",
  ]

  mutating func number(_ range: Range<Int>) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    word ^= word >> 31
    return range.lowerBound + Int(word % UInt64(range.count))
  }

  mutating func one<Element>(of elements: [Element]) -> Element {
    elements[number(0..<elements.count)]
  }

  /// A wrong version of one of the valid inputs.
  mutating func wrong(_ seeds: [[UInt8]]) -> [UInt8] {
    var bytes = one(of: seeds)
    for _ in 0..<(1 << number(0..<5)) { change(&bytes, seeds) }
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8], _ seeds: [[UInt8]]) {
    guard !bytes.isEmpty else {
      bytes = one(of: words)
      return
    }
    let place = number(0..<bytes.count)
    let end = min(bytes.count, place + (1 << number(0..<8)))
    switch number(0..<9) {
    case 0: bytes[place] ^= 1 << UInt8(number(0..<8))
    case 1: bytes[place] = UInt8(number(0..<256))
    case 2: bytes[place] = one(of: [0, 0x7F, 0x80, 0xFF])
    case 3: bytes.removeSubrange(place..<end)
    case 4: bytes.insert(contentsOf: bytes[place..<end], at: place)
    case 5: bytes.insert(contentsOf: one(of: words), at: place)
    case 6: bytes.replaceSubrange(place..<min(end, place + 8), with: one(of: words))
    case 7: bytes.removeSubrange(place...)
    default:
      let other = one(of: seeds)
      let start = number(0..<max(1, other.count))
      bytes.replaceSubrange(place..<end, with: other[min(start, other.count)...].prefix(64))
    }
  }
}

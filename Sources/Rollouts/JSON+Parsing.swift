/// Why a text is not JSON, and where.
public struct JSONError: Error, Equatable, CustomStringConvertible {
  /// The offset of the byte at which the text stops being JSON.
  public var offset: Int
  /// What was expected there.
  public var expected: String

  /// A message for people.
  public var description: String { "not JSON at byte \(offset): expected \(expected)" }
}

extension JSON {
  /// Parses a text as a JSON value.
  public init(parsing text: String) throws(JSONError) {
    var parser = JSONParser(bytes: Array(text.utf8))
    self = try parser.document()
  }
}

/// Reads JSON from bytes, with a bound on depth so that hostile input cannot exhaust the stack.
private struct JSONParser {
  private static let deepest = 128
  let bytes: [UInt8]
  var at = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  private var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

  private func failure(_ expected: String) -> JSONError {
    JSONError(offset: at, expected: expected)
  }

  mutating func document() throws(JSONError) -> JSON {
    let value = try value(depth: 0)
    skipSpace()
    guard at == bytes.count else { throw failure("the end") }
    return value
  }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard peek == byte else { return false }
    at += 1
    return true
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSON {
    guard depth < Self.deepest else { throw failure("at most \(Self.deepest) levels") }
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ word: String, _ value: JSON) throws(JSONError) -> JSON {
    guard bytes[at...].starts(with: word.utf8) else { throw failure("a value") }
    at += word.utf8.count
    return value
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSON {
    at += 1
    var elements: [JSON] = []
    if take(UInt8(ascii: "]")) { return .array(elements) }
    repeat { elements.append(try value(depth: depth + 1)) } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw failure(", or ]") }
    return .array(elements)
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSON {
    at += 1
    var members: [JSON.Member] = []
    if take(UInt8(ascii: "}")) { return .object(members) }
    repeat {
      skipSpace()
      guard peek == UInt8(ascii: "\"") else { throw failure("a name in quotes") }
      let key = try string()
      guard take(UInt8(ascii: ":")) else { throw failure(":") }
      members.append(JSON.Member(key, try value(depth: depth + 1)))
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw failure(", or }") }
    return .object(members)
  }

  private mutating func number() throws(JSONError) -> JSON {
    let start = at
    while let byte = peek, byte.isNumberByte { at += 1 }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    let isNumber = bytes[start..<at].isNumber
    if isNumber, let integer = Int(text) { return .integer(integer) }
    guard isNumber, let number = Double(text), number.isFinite else {
      at = start
      throw failure("a value")
    }
    return .number(number)
  }

  private mutating func string() throws(JSONError) -> String {
    at += 1
    var result: [UInt8] = []
    while let byte = peek {
      at += 1
      switch byte {
      case UInt8(ascii: "\""):
        let text = String(decoding: result, as: UTF8.self)
        guard text.isQuicklyCompared else { throw failure("fewer accents on one letter") }
        return text
      case UInt8(ascii: "\\"): result.append(contentsOf: try escape().utf8)
      case 0..<0x20: throw failure("no control characters in a string")
      default: result.append(byte)
      }
    }
    throw failure("a closing quote")
  }

  private mutating func escape() throws(JSONError) -> String {
    guard let byte = peek else { throw failure("an escape") }
    at += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicode()
    default: throw failure("an escape")
    }
  }

  private mutating func unicode() throws(JSONError) -> String {
    var units = [try codeUnit()]
    if UTF16.isLeadSurrogate(units[0]), peek == UInt8(ascii: "\\") {
      at += 1
      guard peek == UInt8(ascii: "u") else { throw failure("the second half of a pair") }
      at += 1
      units.append(try codeUnit())
    }
    return String(decoding: units, as: UTF16.self)
  }

  private mutating func codeUnit() throws(JSONError) -> UInt16 {
    // Swift's own conversion would also accept a sign.
    guard at + 4 <= bytes.count, bytes[at] != UInt8(ascii: "+"), bytes[at] != UInt8(ascii: "-"),
      let unit = UInt16(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16)
    else { throw failure("four hexadecimal digits") }
    at += 4
    return unit
  }
}

extension String {
  private static let mostAccents = 512

  /// Swift's strings are equal if they look alike. The time for that comparison grows with the
  /// square of the number of accents on one letter. Ordinary text has fewer than 30; hostile text
  /// has as many as fit.
  fileprivate var isQuicklyCompared: Bool {
    // Each accent takes at least two bytes.
    guard utf8.count > 2 * Self.mostAccents else { return true }
    var run = 0
    for scalar in unicodeScalars {
      run = scalar.properties.canonicalCombiningClass == .notReordered ? 0 : run + 1
      if run > Self.mostAccents { return false }
    }
    return true
  }
}

extension UInt8 {
  fileprivate var isNumberByte: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
      UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }
}

extension ArraySlice<UInt8> {
  /// Whether the bytes are a number in JSON's syntax: Swift's own conversions accept more.
  fileprivate var isNumber: Bool {
    var rest = self
    if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
    let startsWithZero = rest.first == UInt8(ascii: "0")
    let whole = rest.takeDigits()
    guard whole == 1 || whole > 1 && !startsWithZero else { return false }
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      guard rest.takeDigits() > 0 else { return false }
    }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest.removeFirst()
      if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
      guard rest.takeDigits() > 0 else { return false }
    }
    return rest.isEmpty
  }

  /// Removes the leading digits and returns how many there were.
  private mutating func takeDigits() -> Int {
    let digits = prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
    removeFirst(digits)
    return digits
  }
}

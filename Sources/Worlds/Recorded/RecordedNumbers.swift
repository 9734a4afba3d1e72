package import Rollouts

/// Reads the numbers of recorded states or actions, using only a recording's fields.
///
/// ```swift
/// let numbers = RecordedNumbers(world.fields, of: "state")
/// numbers.names                        // ["x", "x_velocity", "theta", "theta_velocity"]
/// numbers.number("theta", of: value)   // 0.0314
/// ```
///
/// Fields come from a file that anybody may have written. An impossible field is left out, and a
/// value that is too short lacks the numbers beyond its end.
package struct RecordedNumbers: Sendable {
  /// The name of each number, in order: its field's name, with an index where the field has
  /// several.
  package let names: [String]
  /// How many numbers the fields declare; more than `names` where there are very many.
  package let total: Int
  private let parts: [Part]

  /// The position of a number in a value.
  private enum Part {
    /// A digit of an index.
    case digit(offset: Int, count: Int)
    /// Some bytes of a blob.
    case bytes(NumberType, at: Int)
    /// An index without fields.
    case whole
  }

  /// A limit: nobody needs more numbers than this.
  package static let most = 4096

  /// A reader for the fields of a subject, `state` or `action`. For an index without fields, the
  /// only number is the index itself.
  package init(_ fields: [Field], of subject: String) {
    var (names, parts, total) = ([String](), [Part](), 0)
    for field in fields where field.subject == subject && field.count > 0 && field.offset >= 0 {
      guard let type = NumberType(rawValue: field.type) else {
        guard field.offset > 0 else { continue }
        total = total.addingSaturating(1)
        guard parts.count < Self.most else { continue }
        names.append(field.name)
        parts.append(.digit(offset: field.offset, count: field.count))
        continue
      }
      total = total.addingSaturating(field.count)
      for place in 0..<min(field.count, Self.most - parts.count) {
        let (byte, overflow) = field.offset.addingReportingOverflow(place * type.size)
        if overflow { break }
        names.append(field.count == 1 ? field.name : "\(field.name)[\(place)]")
        parts.append(.bytes(type, at: byte))
      }
    }
    if !fields.contains(where: { $0.subject == subject }) {
      (names, parts, total) = ([subject], [.whole], 1)
    }
    (self.names, self.parts, self.total) = (names, parts, total)
  }

  /// How many numbers can be read.
  package var count: Int { parts.count }

  /// Whether a number is one of a few whole numbers: a digit of an index, or the index.
  package func isDigit(_ place: Int) -> Bool {
    guard case .bytes = parts[place] else { return true }
    return false
  }

  /// A number by its index; nil where the value has none there.
  package func number(_ place: Int, of value: Value) -> Double? {
    switch (parts[place], value) {
    case (.digit(let offset, let count), .index(let index)):
      index < 0 ? nil : Double(index / offset % count)
    case (.whole, .index(let index)): Double(index)
    case (.bytes(let type, let byte), .bytes(let bytes)): type.number(in: bytes, at: byte)
    default: nil
    }
  }

  /// A number by its name; nil where there is none with that name, or the value lacks it.
  package func number(_ name: String, of value: Value) -> Double? {
    names.firstIndex(of: name).flatMap { number($0, of: value) }
  }

  /// All numbers in order; NaN for those that the value lacks.
  package func all(of value: Value) -> [Double] {
    parts.indices.map { number($0, of: value) ?? .nan }
  }

  /// The indices of some names. If any is missing, the first indices, provided that the count of
  /// numbers is in `counts`; otherwise nil.
  package func places(of wanted: [String], orFirstOf counts: [Int]) -> [Int]? {
    let found = wanted.compactMap { names.firstIndex(of: $0) }
    if found.count == wanted.count { return found }
    return counts.contains(total) && total == count ? Array(wanted.indices) : nil
  }
}

/// The types of a blob's numbers, as fields name them.
private enum NumberType: String {
  case float16, float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64

  /// How many bytes a number takes.
  var size: Int {
    switch self {
    case .int8, .uint8: 1
    case .float16, .int16, .uint16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64: 8
    }
  }

  /// The little-endian number at a byte offset; nil where it extends beyond the bytes.
  func number(in bytes: [UInt8], at first: Int) -> Double? {
    guard first <= bytes.count - size else { return nil }
    let word = bytes[first..<first + size].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return switch self {
    case .float16: Double(Float16(bitPattern: UInt16(truncatingIfNeeded: word)))
    case .float32: Double(Float(bitPattern: UInt32(truncatingIfNeeded: word)))
    case .float64: Double(bitPattern: word)
    case .int8: Double(Int8(truncatingIfNeeded: word))
    case .int16: Double(Int16(truncatingIfNeeded: word))
    case .int32: Double(Int32(truncatingIfNeeded: word))
    case .int64: Double(Int64(bitPattern: word))
    case .uint8, .uint16, .uint32, .uint64: Double(word)
    }
  }
}

extension Int {
  /// The sum, or the greatest number where the sum overflows.
  fileprivate func addingSaturating(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}

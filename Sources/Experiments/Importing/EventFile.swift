import Platform
import Rollouts

/// The scalars of a TensorBoard event file.
///
/// The file is a sequence of frames: the length of a record as 8 bytes, that length's checksum, the record, its
/// checksum. A record is a Protocol Buffers `Event`, of which few fields matter here. A killed writer leaves
/// half a frame; everything before it counts.
package struct EventFile: Sendable, Equatable {
  /// A named value at one step.
  package struct Scalar: Sendable, Equatable {
    package var step: Int
    package var name: String
    package var value: Double
    /// Seconds since 1970.
    package var time: Double
  }

  /// The scalars in the order of the file.
  package var scalars: [Scalar] = []
  /// The byte from which on the file could not be read; nil if all could, except half a frame at the end.
  package var damage: Int?

  /// Reads a file's bytes. Anything but an event file is refused.
  package init(_ bytes: [UInt8]) throws(RunError) {
    var place = 0
    while place < bytes.count {
      guard let frame = Self.frame(bytes, at: place) else { break }
      guard case .record(let record) = frame else {
        damage = place
        break
      }
      if !read(bytes[record]) {
        damage = place
        break
      }
      place = record.upperBound + 4
    }
    if place == 0 {
      throw .run(
        damage == nil && bytes.isEmpty
          ? "is empty" : "is not a TensorBoard event file: its first record has a wrong checksum")
    }
  }

  private enum Frame {
    case record(Range<Int>)
    case broken
  }

  /// The frame at an offset; nil if the file ends within it.
  private static func frame(_ bytes: [UInt8], at place: Int) -> Frame? {
    guard place + 12 <= bytes.count else { return nil }
    let length = bytes[place..<place + 8].enumerated().reduce(UInt64(0)) {
      $0 | UInt64($1.element) << UInt64(8 * $1.offset)
    }
    guard checksum(bytes[place..<place + 8]) == word(bytes, at: place + 8) else { return .broken }
    // No record is larger than its file.
    guard length <= UInt64(bytes.count), place + 16 + Int(length) <= bytes.count else { return nil }
    let record = place + 12..<place + 12 + Int(length)
    guard checksum(bytes[record]) == word(bytes, at: record.upperBound) else { return .broken }
    return .record(record)
  }

  private static func word(_ bytes: [UInt8], at place: Int) -> UInt32 {
    (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
  }

  // MARK: Checksums

  /// CRC-32C, rotated and shifted as TensorFlow stores it.
  package static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var sum = ~UInt32(0)
    for byte in bytes { sum = sum >> 8 ^ table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] }
    sum = ~sum
    return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0x82F6_3B78 : sum >> 1 }
  }

  // MARK: Records

  /// Takes an event's scalars; returns false if it cannot be read.
  private mutating func read(_ event: ArraySlice<UInt8>) -> Bool {
    var (time, step, summaries) = (0.0, 0, [ArraySlice<UInt8>]())
    var reader = ProtobufReader(event)
    while let field = reader.next() {
      switch (field.number, field.value) {
      case (1, .fixed64(let bits)): time = Double(bitPattern: bits)
      case (2, .varint(let number)): step = Int(Int64(bitPattern: number))
      case (5, .bytes(let summary)): summaries.append(summary)
      default: continue
      }
    }
    guard reader.isSound else { return false }
    for summary in summaries {
      var reader = ProtobufReader(summary)
      while let field = reader.next() {
        guard field.number == 1, case .bytes(let value) = field.value else { continue }
        guard let (name, number) = Self.scalar(value) else { continue }
        guard (0..<1 << 53).contains(step) else { continue }
        scalars.append(Scalar(step: step, name: name, value: number, time: time))
      }
      guard reader.isSound else { return false }
    }
    return true
  }

  /// The name and number of a value; nil if it is a picture, a histogram or the like.
  private static func scalar(_ value: ArraySlice<UInt8>) -> (name: String, value: Double)? {
    var (name, number): (String?, Double?)
    var reader = ProtobufReader(value)
    while let field = reader.next() {
      switch (field.number, field.value) {
      case (1, .bytes(let text)): name = String(validating: text, as: UTF8.self)
      case (2, .fixed32(let bits)): number = Double(Float(bitPattern: bits))
      case (8, .bytes(let tensor)): number = Self.number(tensor)
      default: continue
      }
    }
    guard reader.isSound, let name, let number, !name.isEmpty, !name.hasPrefix("_hparams_") else {
      return nil
    }
    return (name, number)
  }

  /// The number of a tensor that has just one.
  private static func number(_ tensor: ArraySlice<UInt8>) -> Double? {
    var (type, content, numbers) = (UInt64(0), ArraySlice<UInt8>(), [Double]())
    var reader = ProtobufReader(tensor)
    while let field = reader.next() {
      switch (field.number, field.value) {
      case (1, .varint(let number)): type = number
      case (4, .bytes(let bytes)): content = bytes
      case (5, .fixed32(let bits)): numbers.append(Double(Float(bitPattern: bits)))
      case (6, .fixed64(let bits)): numbers.append(Double(bitPattern: bits))
      case (7, .varint(let number)), (10, .varint(let number)):
        numbers.append(Double(Int64(bitPattern: number)))
      case (5, .bytes(let packed)), (6, .bytes(let packed)): content = packed
      default: continue
      }
    }
    guard reader.isSound else { return nil }
    if numbers.count == 1 { return numbers[0] }
    let bytes = Array(content)
    switch (type, bytes.count) {
    case (1, 4): return Double(Float(bitPattern: bytes.integers(UInt32.self)[0]))
    case (2, 8): return Double(bitPattern: bytes.integers(UInt64.self)[0])
    case (3, 4): return Double(Int32(bitPattern: bytes.integers(UInt32.self)[0]))
    case (9, 8): return Double(Int64(bitPattern: bytes.integers(UInt64.self)[0]))
    default: return nil
    }
  }
}

/// Reads the fields of a Protocol Buffers message one by one.
struct ProtobufReader {
  enum Value {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    case bytes(ArraySlice<UInt8>)
  }

  /// Whether everything so far could be read.
  private(set) var isSound = true
  private var rest: ArraySlice<UInt8>

  init(_ message: ArraySlice<UInt8>) { rest = message }

  /// The next field; nil at the end, or if what follows is no field.
  mutating func next() -> (number: Int, value: Value)? {
    guard !rest.isEmpty else { return nil }
    guard let key = varint(), key >> 3 > 0, key >> 3 < 1 << 29 else { return fail() }
    let value: Value
    switch key & 7 {
    case 0:
      guard let number = varint() else { return fail() }
      value = .varint(number)
    case 1:
      guard rest.count >= 8 else { return fail() }
      value = .fixed64(integer(8))
    case 2:
      guard let count = varint(), count <= UInt64(rest.count) else { return fail() }
      value = .bytes(rest.prefix(Int(count)))
      rest = rest.dropFirst(Int(count))
    case 5:
      guard rest.count >= 4 else { return fail() }
      value = .fixed32(UInt32(integer(4)))
    default: return fail()
    }
    return (Int(key >> 3), value)
  }

  private mutating func fail() -> (number: Int, value: Value)? {
    isSound = false
    return nil
  }

  private mutating func integer(_ count: Int) -> UInt64 {
    let number = rest.prefix(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    rest = rest.dropFirst(count)
    return number
  }

  private mutating func varint() -> UInt64? {
    var number: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = rest.popFirst() else { return nil }
      number |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return number }
    }
    return nil
  }
}

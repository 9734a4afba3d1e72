/// What the header of a safetensors file says about its tensors, so that they can be checked before
/// any of them is read.
package struct SafetensorsHeader: Sendable {
  /// A tensor and its position.
  package struct Entry: Sendable {
    /// Its name in the file.
    package let name: String
    /// The type as safetensors names it: F64, F32, U32, …
    package let type: String
    /// Its dimensions; the last one varies fastest.
    package let shape: [Int]
    /// The range of its bytes in the file.
    package let range: Range<Int>
  }

  /// The tensors, in the order of the header.
  package let entries: [Entry]
  /// The end of the last tensor, and so of the file.
  package let end: Int

  /// Enough for a hundred thousand tensors; longer headers are refused.
  private static let greatestLength = 1 << 24

  static let isMissing = SafetensorsError(
    "a safetensors file must begin with the length of its header")

  /// The range of the header in a file that begins with these eight bytes.
  package static func range(_ start: some Collection<UInt8>) throws(SafetensorsError) -> Range<Int>
  {
    guard let length = start.integers(UInt64.self).first else { throw isMissing }
    guard length <= UInt64(greatestLength) else {
      throw SafetensorsError("a header of \(length) bytes is too long")
    }
    return 8..<8 + Int(length)
  }

  /// Decodes the header from all the bytes in its range.
  package init(_ text: some Collection<UInt8>) throws(SafetensorsError) {
    let header: JSON
    do {
      header = try JSON(parsing: String(decoding: text, as: UTF8.self))
    } catch {
      throw SafetensorsError("the header of a safetensors file is \(error)")
    }
    guard case .object(let members) = header else {
      throw SafetensorsError("the header of a safetensors file must be an object")
    }
    var entries: [Entry] = []
    for member in members where member.key != "__metadata__" {
      entries.append(try Self.entry(member, data: 8 + text.count))
    }
    guard Set(entries.map(\.name)).count == entries.count else {
      throw SafetensorsError("two tensors of a safetensors file have the same name")
    }
    self.entries = entries
    end = try Self.end(of: entries, data: 8 + text.count)
  }

  /// As the format requires, every byte belongs to exactly one tensor. A small file therefore
  /// cannot claim to hold much.
  private static func end(of entries: [Entry], data: Int) throws(SafetensorsError) -> Int {
    let ranges = entries.map(\.range).sorted {
      ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound)
    }
    var end = data
    for range in ranges {
      guard range.lowerBound == end else {
        throw SafetensorsError(
          "the tensors of a safetensors file must follow each other without gaps")
      }
      end = range.upperBound
    }
    return end
  }

  private static func entry(
    _ member: JSON.Member, data: Int
  ) throws(SafetensorsError) -> Entry {
    let name = member.key
    guard let type = member.value["dtype"]?.text, let width = widths[type] else {
      throw SafetensorsError("tensor \(name) has an unknown type")
    }
    guard case .array(let dimensions)? = member.value["shape"],
      case .array(let offsets)? = member.value["data_offsets"], offsets.count == 2,
      let from = offsets[0].int, let to = offsets[1].int
    else { throw SafetensorsError("tensor \(name) has no shape or no data_offsets") }
    var size = width
    for dimension in dimensions {
      guard let count = dimension.int, count >= 0 else {
        throw SafetensorsError("tensor \(name) has a shape that is not a list of counts")
      }
      let (product, overflow) = size.multipliedReportingOverflow(by: count)
      guard !overflow else { throw SafetensorsError("tensor \(name) is too large") }
      size = product
    }
    guard from >= 0, to >= from, to - from == size, to <= .max - data else {
      throw SafetensorsError("tensor \(name) does not fill its data_offsets")
    }
    return Entry(
      name: name, type: type, shape: dimensions.compactMap(\.int), range: data + from..<data + to)
  }

  private static let widths = [
    "F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U64": 8,
    "U32": 4, "U16": 2, "U8": 1, "BOOL": 1,
  ]
}

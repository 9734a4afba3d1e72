/// Why bytes are not a safetensors file.
public struct SafetensorsError: Error, Equatable, CustomStringConvertible {
  /// A sentence for people.
  public let description: String

  /// An error with its sentence.
  public init(_ description: String) { self.description = description }
}

/// A named array of numbers, little-endian.
public struct Tensor: Sendable, Equatable {
  /// Its name in the file.
  public var name: String
  /// As safetensors names it: F64, F32, U32, …
  public var type: String
  /// Its dimensions; the last one varies fastest.
  public var shape: [Int]
  /// Its numbers, little-endian.
  public var bytes: [UInt8]

  /// A tensor of doubles.
  public init(_ name: String, doubles: [Double], shape: [Int]) {
    self.init(name, type: "F64", shape: shape, bytes: doubles.littleEndianBytes { $0.bitPattern })
  }

  /// A tensor of floats.
  public init(_ name: String, floats: some Collection<Float>, shape: [Int]) {
    let bytes = Array(floats).littleEndianBytes { $0.bitPattern }
    self.init(name, type: "F32", shape: shape, bytes: bytes)
  }

  /// A tensor of 32-bit words.
  public init(_ name: String, words: [UInt32], shape: [Int]) {
    self.init(name, type: "U32", shape: shape, bytes: words.littleEndianBytes { $0 })
  }

  init(_ name: String, type: String, shape: [Int], bytes: [UInt8]) {
    self.name = name
    self.type = type
    self.shape = shape
    self.bytes = bytes
  }

  /// The numbers of a tensor of doubles.
  public func doubles() throws(SafetensorsError) -> [Double] {
    guard type == "F64" else { throw SafetensorsError("tensor \(name) is \(type), not F64") }
    return bytes.integers(UInt64.self).map(Double.init(bitPattern:))
  }

  /// The numbers of a tensor of floats.
  public func floats() throws(SafetensorsError) -> [Float] {
    guard type == "F32" else { throw SafetensorsError("tensor \(name) is \(type), not F32") }
    return bytes.integers(UInt32.self).map(Float.init(bitPattern:))
  }

  /// The numbers of a tensor of 32-bit words.
  public func words() throws(SafetensorsError) -> [UInt32] {
    guard type == "U32" else { throw SafetensorsError("tensor \(name) is \(type), not U32") }
    return bytes.integers(UInt32.self)
  }
}

/// The file format that parameters are kept in: a JSON header, then the tensors' bytes.
///
/// ```swift
/// let file = Safetensors([Tensor("weight", floats: [1, 2, 3, 4], shape: [2, 2])])
/// let checkpoint = Checkpoint(step: 0, kind: "mine", parameters: file.encoded())
/// try Safetensors(decoding: checkpoint.parameters).tensor("weight").floats()   // [1, 2, 3, 4]
/// ```
///
/// https://github.com/huggingface/safetensors#format
public struct Safetensors: Sendable, Equatable {
  /// The tensors, in the order of the file.
  public var tensors: [Tensor]

  /// A file of these tensors.
  public init(_ tensors: [Tensor]) { self.tensors = tensors }

  /// The tensor of a name.
  public func tensor(_ name: String) throws(SafetensorsError) -> Tensor {
    guard let tensor = tensors.first(where: { $0.name == name }) else {
      throw SafetensorsError("there is no tensor \(name)")
    }
    return tensor
  }

  /// The file's bytes.
  public func encoded() -> [UInt8] {
    var offset = 0
    let header = JSON.object(
      tensors.map { tensor in
        let range = [JSON.integer(offset), .integer(offset + tensor.bytes.count)]
        offset += tensor.bytes.count
        return JSON.Member(
          tensor.name,
          [
            "dtype": .string(tensor.type), "shape": .array(tensor.shape.map(JSON.integer)),
            "data_offsets": .array(range),
          ])
      })
    var text = Array(header.compact.utf8)
    // Data begins at a multiple of eight, so that it can be read in place.
    while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
    var file = UInt64(text.count).bytes + text
    file.reserveCapacity(file.count + offset)
    for tensor in tensors { file += tensor.bytes }
    return file
  }

  /// The tensors in a file's bytes.
  public init(decoding file: [UInt8]) throws(SafetensorsError) {
    guard file.count >= 8, let length = file[..<8].integers(UInt64.self).first,
      length <= UInt64(file.count - 8)
    else { throw SafetensorsError("a safetensors file begins with the length of its header") }
    let data = 8 + Int(length)
    let header: JSON
    do {
      header = try JSON(parsing: String(decoding: file[8..<data], as: UTF8.self))
    } catch {
      throw SafetensorsError("the header of a safetensors file is \(error)")
    }
    guard case .object(let members) = header else {
      throw SafetensorsError("the header of a safetensors file is an object")
    }
    var entries: [Entry] = []
    for member in members where member.key != "__metadata__" {
      entries.append(try Self.entry(member))
    }
    try Self.check(entries, fill: file.count - data)
    tensors = entries.map { entry in
      let bytes = file[(data + entry.place.lowerBound)..<(data + entry.place.upperBound)]
      return Tensor(entry.name, type: entry.type, shape: entry.shape, bytes: Array(bytes))
    }
  }

  /// What the header says of a tensor.
  private struct Entry {
    let name: String
    let type: String
    let shape: [Int]
    let place: Range<Int>
  }

  /// As the format demands: no byte in two tensors, none outside of all. So a small file cannot
  /// claim to hold much.
  private static func check(_ entries: [Entry], fill size: Int) throws(SafetensorsError) {
    let places = entries.map(\.place).sorted {
      ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound)
    }
    var end = 0
    for place in places {
      guard place.lowerBound == end else {
        throw SafetensorsError("the tensors of a safetensors file lie one after the other")
      }
      end = place.upperBound
    }
    guard end == size else {
      throw SafetensorsError("the tensors fill \(end) bytes, but the file has \(size) for them")
    }
    guard Set(entries.map(\.name)).count == entries.count else {
      throw SafetensorsError("two tensors of a safetensors file have one name")
    }
  }

  private static func entry(_ member: JSON.Member) throws(SafetensorsError) -> Entry {
    let name = member.key
    guard let type = member.value["dtype"]?.text, let width = widths[type] else {
      throw SafetensorsError("tensor \(name) has a type that is not known here")
    }
    guard case .array(let dimensions)? = member.value["shape"],
      case .array(let offsets)? = member.value["data_offsets"], offsets.count == 2,
      let from = offsets[0].int, let to = offsets[1].int
    else { throw SafetensorsError("tensor \(name) lacks its shape or its place") }
    var size = width
    for dimension in dimensions {
      guard let count = dimension.int, count >= 0 else {
        throw SafetensorsError("tensor \(name) has a shape that is not a list of counts")
      }
      let (product, overflow) = size.multipliedReportingOverflow(by: count)
      guard !overflow else { throw SafetensorsError("tensor \(name) is too large") }
      size = product
    }
    guard from >= 0, to >= from, to - from == size else {
      throw SafetensorsError("tensor \(name) does not fill its place in the file")
    }
    return Entry(name: name, type: type, shape: dimensions.compactMap(\.int), place: from..<to)
  }

  private static let widths = [
    "F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U64": 8,
    "U32": 4, "U16": 2, "U8": 1, "BOOL": 1,
  ]
}

extension FixedWidthInteger {
  /// Little-endian bytes.
  package var bytes: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }
}

extension Array {
  /// The little-endian bytes of one integer for each element.
  fileprivate func littleEndianBytes<Integer: FixedWidthInteger>(
    _ integer: (Element) -> Integer
  ) -> [UInt8] {
    let width = MemoryLayout<Integer>.size
    return [UInt8](unsafeUninitializedCapacity: count * width) { bytes, filled in
      let raw = UnsafeMutableRawBufferPointer(bytes)
      for index in indices {
        let value = integer(self[index]).littleEndian
        raw.storeBytes(of: value, toByteOffset: index * width, as: Integer.self)
      }
      filled = count * width
    }
  }
}

extension Collection where Element == UInt8 {
  /// The little-endian integers that the bytes spell; bytes that fill no integer are left out.
  package func integers<Integer: FixedWidthInteger>(_ type: Integer.Type) -> [Integer] {
    let width = MemoryLayout<Integer>.size
    return Array(self).withUnsafeBytes { bytes in
      (0..<bytes.count / width).map {
        Integer(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * width, as: Integer.self))
      }
    }
  }
}

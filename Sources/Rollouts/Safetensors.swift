/// Why bytes are not a safetensors file.
public struct SafetensorsError: Error, Equatable, CustomStringConvertible {
  /// A message for people.
  public let description: String

  /// An error with a message.
  public init(_ description: String) { self.description = description.sentence }
}

/// A named array of numbers, little-endian.
public struct Tensor: Sendable, Equatable {
  /// Its name in the file.
  public var name: String
  /// The type as safetensors names it: F64, F32, U32, …
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

  /// A tensor of any type from its bytes.
  package init(_ name: String, type: String, shape: [Int], bytes: [UInt8]) {
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

/// The file format for parameters: a JSON header, then the tensors' bytes.
///
/// ```swift
/// let file = Safetensors([Tensor("weight", floats: [1, 2, 3, 4], shape: [2, 2])])
/// let checkpoint = Checkpoint(step: 0, kind: "mine", parameters: file.encoded())
/// try Safetensors(decoding: checkpoint.parameters).tensor("weight").floats()   // [1, 2, 3, 4]
/// ```
///
/// https://github.com/huggingface/safetensors#format
public struct Safetensors: Sendable, Equatable {
  /// The tensors, in file order.
  public var tensors: [Tensor]

  /// A file of these tensors.
  public init(_ tensors: [Tensor]) { self.tensors = tensors }

  /// The tensor with a name.
  public func tensor(_ name: String) throws(SafetensorsError) -> Tensor {
    guard let tensor = tensors.first(where: { $0.name == name }) else {
      throw SafetensorsError("there is no tensor \(name)")
    }
    return tensor
  }

  /// The file's bytes.
  public func encoded() -> [UInt8] {
    var file = Self.beginning(tensors.map { ($0.name, $0.type, $0.shape, $0.bytes.count) })
    file.reserveCapacity(file.count + tensors.reduce(0) { $0 + $1.bytes.count })
    for tensor in tensors { file += tensor.bytes }
    return file
  }

  /// The part of a file before the tensors' bytes: the header and its length.
  static func beginning(
    _ tensors: [(name: String, type: String, shape: [Int], bytes: Int)]
  ) -> [UInt8] {
    var offset = 0
    let header = JSON.object(
      tensors.map { tensor in
        let range = [JSON.integer(offset), .integer(offset + tensor.bytes)]
        offset += tensor.bytes
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
    return UInt64(text.count).bytes + text
  }

  /// Decodes the tensors in a file's bytes.
  public init(decoding file: [UInt8]) throws(SafetensorsError) {
    let data = try SafetensorsHeader.range(file.prefix(8))
    guard data.upperBound <= file.count else { throw SafetensorsHeader.isMissing }
    let header = try SafetensorsHeader(file[data])
    guard header.end == file.count else {
      throw SafetensorsError(
        "the tensors fill \(header.end - data.upperBound) bytes, but the file has "
          + "\(file.count - data.upperBound)of data")
    }
    tensors = header.entries.map { entry in
      Tensor(entry.name, type: entry.type, shape: entry.shape, bytes: Array(file[entry.range]))
    }
  }
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
  /// The little-endian integers in the bytes; leftover bytes are ignored.
  package func integers<Integer: FixedWidthInteger>(_ type: Integer.Type) -> [Integer] {
    let width = MemoryLayout<Integer>.size
    return Array(self).withUnsafeBytes { bytes in
      (0..<bytes.count / width).map {
        Integer(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * width, as: Integer.self))
      }
    }
  }
}

internal import Neural
internal import Rollouts

/// The files of a model folder as Hugging Face's tools write them: what it is, what it has learned, and how
/// it cuts texts.
package struct ModelFolder {
  /// A folder's files by name, as text or bytes; nil where there is none of that name.
  package typealias Reader = (_ name: String) throws -> [UInt8]?

  private let path: String
  private let read: Reader
  private let configuration: JSON

  /// A folder, which `read` gives the files of.
  package init(_ path: String, _ read: @escaping Reader) throws {
    self.path = path
    self.read = read
    configuration = try Self.json("config.json", path, read)
  }

  /// The architecture, as `model_type` names it.
  package var kind: String { configuration["model_type"]?.text ?? "" }

  func json(_ name: String) throws -> JSON { try Self.json(name, path, read) }

  private static func json(_ name: String, _ path: String, _ read: Reader) throws -> JSON {
    let text = try text(name, path, read)
    do {
      return try JSON(parsing: text)
    } catch {
      throw LanguageError("\(path)/\(name) is \(error)")
    }
  }

  func text(_ name: String) throws -> String { try Self.text(name, path, read) }

  private static func text(_ name: String, _ path: String, _ read: Reader) throws -> String {
    guard let bytes = try read(name) else { throw LanguageError("\(path) has no file \(name)") }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw LanguageError("\(path)/\(name) is not text")
    }
    return text
  }

  func has(_ name: String) throws -> Bool { try read(name) != nil }

  /// The tensors of `model.safetensors`.
  func tensors() throws -> Safetensors {
    guard let bytes = try read("model.safetensors") else {
      throw LanguageError("\(path) has no file model.safetensors")
    }
    do {
      return try Safetensors(decoding: bytes)
    } catch {
      throw LanguageError("\(path)/model.safetensors: \(error)")
    }
  }

  /// A number of the configuration.
  func count(_ name: String) throws(LanguageError) -> Int {
    guard let value = configuration[name]?.int, (1...1 << 20).contains(value) else {
      throw LanguageError("\(path)/config.json has no \(name)")
    }
    return value
  }

  /// A word or number of the configuration, where it is there.
  func setting(_ name: String) -> JSON? { configuration[name] }

  /// An error about one of the folder's files.
  func error(_ sentence: String) -> LanguageError { LanguageError("\(path): \(sentence)") }

  /// Fills a layout's parameters from a file's tensors; `source` names those that one of ours is made of,
  /// put together one below the other, and whether they stand transposed.
  func parameters(
    _ layout: ParameterLayout, from file: Safetensors,
    _ source: (_ name: String) -> (names: [String], isTurned: Bool)
  ) throws(LanguageError) -> Parameters {
    var parameters = Parameters(zeros: layout)
    let tensors = Dictionary(
      file.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for entry in layout.entries {
      let (names, isTurned) = source(entry.name)
      var shape = entry.shape
      shape[0] /= names.count
      let wanted = isTurned ? Array(shape.reversed()) : shape
      var numbers: [Float] = []
      for name in names {
        guard let tensor = tensors[name] else {
          throw error("model.safetensors has no tensor \(name)")
        }
        guard tensor.shape == wanted else {
          throw error("tensor \(name) has the shape \(tensor.shape), but \(wanted) is wanted")
        }
        guard let floats = try? tensor.anyFloats(), floats.allSatisfy(\.isFinite) else {
          throw error("tensor \(name) holds something that is not a number")
        }
        numbers += isTurned ? Self.turned(floats, rows: wanted[0], columns: wanted[1]) : floats
      }
      parameters[entry.name] = numbers
    }
    return parameters
  }

  private static func turned(_ numbers: [Float], rows: Int, columns: Int) -> [Float] {
    var result = [Float](repeating: 0, count: numbers.count)
    for row in 0..<rows {
      for column in 0..<columns { result[column * rows + row] = numbers[row * columns + column] }
    }
    return result
  }
}

extension Tensor {
  /// The numbers of a tensor of floats of 32 or 16 bits.
  fileprivate func anyFloats() throws(SafetensorsError) -> [Float] {
    switch type {
    case "BF16": bytes.integers(UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
    case "F16": bytes.integers(UInt16.self).map(Self.half)
    default: try floats()
    }
  }

  /// A number of sixteen bits: one of sign, five of exponent, ten of fraction.
  private static func half(_ bits: UInt16) -> Float {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let (exponent, fraction) = (Int(bits >> 10 & 31), Float(bits & 1023))
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default:
      return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
    }
  }
}

internal import Neural
internal import Rollouts

/// The files of a model folder as Hugging Face's tools write them: configuration, weights and
/// tokenizer.
package struct ModelFolder {
  /// Reads some bytes of one of a folder's files, fewer where it ends earlier; nil where there is
  /// no such file.
  package typealias Reader = (_ name: String, _ part: Range<Int>) throws -> [UInt8]?

  /// Configurations and vocabularies have a few megabytes at most. Parsing them takes many times as
  /// much memory.
  private static let mostText = 1 << 24
  private static let tensorFile = "model.safetensors"

  private let path: String
  private let read: Reader
  private let configuration: JSON

  /// A folder whose files `read` reads.
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
    guard let bytes = try read(name, 0..<mostText + 1) else {
      throw LanguageError("\(path) has no file \(name)")
    }
    guard bytes.count <= mostText else {
      throw LanguageError("\(path)/\(name) is larger than \(mostText >> 20) MiB")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw LanguageError("\(path)/\(name) is not text")
    }
    return text
  }

  func has(_ name: String) throws -> Bool { try read(name, 0..<0) != nil }

  /// The header of `model.safetensors`.
  func tensors() throws -> SafetensorsHeader {
    do {
      let range = try SafetensorsHeader.range(try bytes(0..<8))
      return try SafetensorsHeader(try bytes(range))
    } catch let failure as SafetensorsError {
      throw LanguageError("\(path)/\(Self.tensorFile): \(failure)")
    }
  }

  private func bytes(_ range: Range<Int>) throws -> [UInt8] {
    guard let bytes = try read(Self.tensorFile, range) else {
      throw LanguageError("\(path) has no file \(Self.tensorFile)")
    }
    guard bytes.count == range.count else {
      throw LanguageError(
        "\(path)/\(Self.tensorFile) ends before the last tensor that its header names")
    }
    return bytes
  }

  /// A number in the configuration. With the default bounds, products of several do not overflow.
  func count(_ name: String, atMost most: Int = 1 << 20) throws(LanguageError) -> Int {
    guard let value = configuration[name] else {
      throw LanguageError("\(path)/config.json has no \(name)")
    }
    guard let count = value.int, (1...most).contains(count) else {
      throw LanguageError(
        "\(path)/config.json: \(name) must be a whole number from 1 to \(most), not \(value.compact)"
      )
    }
    return count
  }

  /// The number of layers, or the length of the context.
  func layers(_ name: String) throws(LanguageError) -> Int {
    try count(name, atMost: LanguageModel.mostLayers)
  }

  func context(_ name: String) throws(LanguageError) -> Int {
    try count(name, atMost: LanguageModel.mostContext)
  }

  /// The heads of each layer, and the width that they divide.
  func heads(_ name: String, sharing width: String) throws -> (heads: Int, width: Int) {
    let (heads, width) = (try count(name), try count(width))
    guard width % heads == 0 else {
      throw error("\(heads) heads do not divide a width of \(width)")
    }
    return (heads, width)
  }

  /// Puts pieces at the indices that the vocabulary gives, which must be those of the model's
  /// tokens.
  func pieces(
    _ numbers: [(piece: String, number: JSON)], vocabulary: String = "vocab_size"
  ) throws -> [String] {
    let most = try count(vocabulary)
    var pieces: [String?] = []
    for (piece, number) in numbers {
      guard let place = number.int, (0..<most).contains(place) else {
        throw error(
          "the vocabulary gives '\(piece)' the number \(number.compact), but the model's tokens have 0 to "
            + "\(most - 1)")
      }
      pieces += repeatElement(nil, count: max(0, place + 1 - pieces.count))
      guard pieces[place] == nil || pieces[place] == piece else {
        throw error("the vocabulary gives two pieces the same number \(place)")
      }
      pieces[place] = piece
    }
    return pieces.map { $0 ?? "" }
  }

  /// A setting in the configuration, if it is there.
  func setting(_ name: String) -> JSON? { configuration[name] }

  /// An error about one of the folder's files.
  func error(_ sentence: String) -> LanguageError { LanguageError("\(path): \(sentence)") }

  /// Fills a layout's parameters from the tensors of `model.safetensors`. `source` names the file's
  /// tensors that are stacked to make one of ours, and whether they are transposed.
  ///
  /// All names and shapes are checked before memory is allocated.
  func parameters(
    _ layout: ParameterLayout, from file: SafetensorsHeader,
    _ source: (_ name: String) -> (names: [String], isTurned: Bool)
  ) throws -> Parameters {
    let known = Dictionary(
      file.entries.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let parts = try layout.entries.map { entry in
      let (names, isTurned) = source(entry.name)
      var shape = entry.shape
      shape[0] /= names.count
      let wanted = isTurned ? Array(shape.reversed()) : shape
      let tensors = try names.map { name in
        guard let tensor = known[name] else {
          throw error("\(Self.tensorFile) has no tensor \(name)")
        }
        guard tensor.shape == wanted else {
          throw error("tensor \(name) has the shape \(tensor.shape), but must have \(wanted)")
        }
        return tensor
      }
      return (tensors: tensors, isTurned: isTurned)
    }
    // A file that ends too soon has less data than its header claims.
    _ = try bytes(file.end - 1..<file.end)
    var parameters = Parameters(zeros: layout)
    for (entry, (tensors, isTurned)) in zip(layout.entries, parts) {
      parameters[entry.name] = try tensors.flatMap { tensor in
        let floats = try floats(of: tensor)
        return isTurned
          ? Self.turned(floats, rows: tensor.shape[0], columns: tensor.shape[1]) : floats
      }
    }
    return parameters
  }

  private func floats(of entry: SafetensorsHeader.Entry) throws -> [Float] {
    let tensor = Tensor(
      entry.name, type: entry.type, shape: entry.shape, bytes: try bytes(entry.range))
    guard let floats = try? tensor.anyFloats(), floats.allSatisfy(\.isFinite) else {
      throw error("tensor \(entry.name) contains NaN or infinity")
    }
    return floats
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
  /// The numbers of a tensor of 32-bit or 16-bit floats.
  fileprivate func anyFloats() throws(SafetensorsError) -> [Float] {
    switch type {
    case "BF16": bytes.integers(UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
    case "F16": bytes.integers(UInt16.self).map(Self.half)
    default: try floats()
    }
  }

  /// A 16-bit float: one bit of sign, five of exponent, ten of fraction.
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

/// A Q-table's checkpoint that holds only what was learned: of a large table most is as it was.
///
/// Of the dense form every bit can be made again.
enum SparseTable {
  /// The kind of such checkpoints.
  static let kind = "qtable-sparse"
  /// Smaller tables stay dense, so that any program reads them.
  static let leastValues = 1 << 16

  /// The parameters of a dense checkpoint in sparse form; nil where that is not much smaller.
  static func pack(_ dense: [UInt8]) -> [UInt8]? {
    guard let file = try? Safetensors(decoding: dense), file.tensors.count == 2,
      let q = try? file.tensor("q"), q.shape.count == 2, let values = try? q.doubles(),
      let visits = try? file.tensor("visits").words(), values.count == visits.count,
      values.count >= leastValues, values.count <= Int32.max
    else { return nil }
    let illegal = (-Double.infinity).bitPattern
    var bits = [UInt8](repeating: 0, count: (values.count + 7) / 8)
    var (index, learned, counts) = ([UInt32](), [Double](), [UInt32]())
    for place in values.indices {
      let word = values[place].bitPattern
      if word == illegal, visits[place] == 0 {
        bits[place >> 3] |= 1 << UInt8(place & 7)
      } else if word != 0 || visits[place] != 0 {
        index.append(UInt32(place))
        learned.append(values[place])
        counts.append(visits[place])
      }
    }
    guard 16 * index.count + bits.count < dense.count / 2 else { return nil }
    if bits.allSatisfy({ $0 == 0 }) { bits = [] }
    let sparse = Safetensors([
      Tensor("shape", words: q.shape.map { UInt32($0) }, shape: [2]),
      Tensor("illegal", type: "U8", shape: [bits.count], bytes: bits),
      Tensor("index", words: index, shape: [index.count]),
      Tensor("q", doubles: learned, shape: [index.count]),
      Tensor("visits", words: counts, shape: [index.count]),
    ]).encoded()
    return (try? unpack(sparse)) == dense ? sparse : nil
  }

  /// The parameters of a sparse checkpoint in dense form.
  static func unpack(_ sparse: [UInt8]) throws(SafetensorsError) -> [UInt8] {
    let file = try Safetensors(decoding: sparse)
    let shape = try file.tensor("shape").words().map(Int.init)
    let illegal = try file.tensor("illegal")
    let index = try file.tensor("index").words()
    let (learned, counts) = (try file.tensor("q").doubles(), try file.tensor("visits").words())
    guard shape.count == 2, case let size = shape[0] * shape[1], size > 0, size <= Int32.max,
      illegal.type == "U8", [0, (size + 7) / 8].contains(illegal.bytes.count),
      learned.count == index.count, counts.count == index.count,
      index.allSatisfy({ $0 < size })
    else { throw SafetensorsError("a sparse table's tensors do not fit each other") }
    var (values, visits) = (
      [Double](repeating: 0, count: size), [UInt32](repeating: 0, count: size)
    )
    for (byte, bits) in illegal.bytes.enumerated() where bits != 0 {
      for bit in 0..<8 where bits >> UInt8(bit) & 1 == 1 && 8 * byte + bit < size {
        values[8 * byte + bit] = -.infinity
      }
    }
    for (place, entry) in index.enumerated() {
      values[Int(entry)] = learned[place]
      visits[Int(entry)] = counts[place]
    }
    return Safetensors([
      Tensor("q", doubles: values, shape: shape), Tensor("visits", words: visits, shape: shape),
    ]).encoded()
  }
}

extension Checkpoint {
  /// As recordings store it: a large table without what is as it was.
  package var packed: Checkpoint {
    guard kind == QTable.checkpointKind, let sparse = SparseTable.pack(parameters) else {
      return self
    }
    var packed = self
    (packed.kind, packed.parameters) = (SparseTable.kind, sparse)
    return packed
  }

  /// As trainers make it, whatever its stored form.
  package func unpacked() throws(SafetensorsError) -> Checkpoint {
    guard kind == SparseTable.kind else { return self }
    var whole = self
    whole.parameters = try SparseTable.unpack(parameters)
    whole.kind = QTable.checkpointKind
    return whole
  }
}

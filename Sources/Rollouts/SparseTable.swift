/// A Q-table's checkpoint that holds only what was learned, since most of a large table never
/// changes.
///
/// The dense form can be rebuilt bit for bit.
enum SparseTable {
  /// The kind of such checkpoints.
  static let kind = "qtable-sparse"
  /// Smaller tables stay dense, so that any program can read them.
  static let leastValues = 1 << 16

  /// The parameters of a dense checkpoint in sparse form; nil where that is not much smaller.
  static func pack(_ dense: [UInt8]) -> [UInt8]? {
    guard let file = try? Safetensors(decoding: dense), file.tensors.count == 2,
      let q = try? file.tensor("q"), q.shape.count == 2, let values = try? q.doubles(),
      let visits = try? file.tensor("visits").words(), values.count == visits.count,
      let sparse = pack(values, visits, shape: q.shape), (try? unpack(sparse)) == dense
    else { return nil }
    return sparse
  }

  /// A table in sparse form, made directly rather than from a dense checkpoint; nil where it is not
  /// much smaller.
  static func pack(_ values: [Double], _ visits: [UInt32], shape: [Int]) -> [UInt8]? {
    guard values.count >= leastValues, values.count <= Int32.max else { return nil }
    let illegal = (-Double.infinity).bitPattern
    var bits = [UInt8](repeating: 0, count: (values.count + 7) / 8)
    var (index, learned, counts) = ([UInt32](), [Double](), [UInt32]())
    let most = denseBytes(shape) / 2
    for place in values.indices {
      let word = values[place].bitPattern
      if word == illegal, visits[place] == 0 {
        bits[place >> 3] |= 1 << UInt8(place & 7)
      } else if word != 0 || visits[place] != 0 {
        guard 16 * (index.count + 1) + bits.count < most else { return nil }
        index.append(UInt32(place))
        learned.append(values[place])
        counts.append(visits[place])
      }
    }
    guard bits.count < most else { return nil }
    if bits.allSatisfy({ $0 == 0 }) { bits = [] }
    return Safetensors([
      Tensor("shape", words: shape.map { UInt32($0) }, shape: [2]),
      Tensor("illegal", type: "U8", shape: [bits.count], bytes: bits),
      Tensor("index", words: index, shape: [index.count]),
      Tensor("q", doubles: learned, shape: [index.count]),
      Tensor("visits", words: counts, shape: [index.count]),
    ]).encoded()
  }

  /// The size in bytes of a dense checkpoint's parameters.
  static func denseBytes(_ shape: [Int]) -> Int {
    let count = shape[0] * shape[1]
    return Safetensors.beginning([
      ("q", "F64", shape, 8 * count), ("visits", "U32", shape, 4 * count),
    ]).count + 12 * count
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
    else { throw SafetensorsError("a sparse table's tensors do not match each other") }
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

extension QTable {
  /// The table as recordings store it: without unchanged entries, where that is much smaller.
  package func packedCheckpoint(step: Int) -> Checkpoint {
    guard let sparse = SparseTable.pack(values, visits, shape: [states, actions]) else {
      return checkpoint(step: step)
    }
    return Checkpoint(step: step, kind: SparseTable.kind, parameters: sparse)
  }
}

extension Checkpoint {
  /// The checkpoint as recordings store it: a large table without its unchanged entries.
  package var packed: Checkpoint {
    guard kind == QTable.checkpointKind, let sparse = SparseTable.pack(parameters) else {
      return self
    }
    var packed = self
    (packed.kind, packed.parameters) = (SparseTable.kind, sparse)
    return packed
  }

  /// The kind and size of the checkpoint with the whole table, whatever its stored form.
  package var whole: (kind: String, bytes: Int) {
    guard kind == SparseTable.kind,
      let shape = try? Safetensors(decoding: parameters).tensor("shape").words().map(Int.init),
      shape.count == 2
    else { return (kind, parameters.count) }
    return (QTable.checkpointKind, SparseTable.denseBytes(shape))
  }

  /// The checkpoint with the whole table, whatever its stored form.
  package func unpacked() throws(SafetensorsError) -> Checkpoint {
    guard kind == SparseTable.kind else { return self }
    var whole = self
    whole.parameters = try SparseTable.unpack(parameters)
    whole.kind = QTable.checkpointKind
    return whole
  }
}

import Glibc
internal import Rollouts

/// How a parameter's first numbers are drawn.
package enum Initializer: Sendable, Equatable {
  case constant(Float)
  /// Evenly between −bound and bound.
  case uniform(bound: Double)
  /// From the bell curve about 0.
  case normal(deviation: Double)
  /// A matrix whose rows, or columns where they are fewer, stand at right angles and have the length
  /// `gain` (Saxe and others, https://arxiv.org/abs/1312.6120).
  case orthogonal(gain: Double)
  /// Each row a sum of vectors from the bell curve, the same for all rows, weighted by its features:
  /// rows of like features begin alike.
  case features([[Float]], deviation: Double)

  /// Nothing but zeros.
  package static let zeros = constant(0)

  /// What PyTorch gives a linear layer: weights and biases alike within 1 / √inputs.
  package static func linear(inputs: Int) -> Initializer {
    .uniform(bound: 1 / Double(inputs).squareRoot())
  }

  /// The numbers of a tensor, in row-major order; all follow from the stream's key.
  func draw(_ shape: [Int], from stream: inout Stream) -> [Float] {
    let count = shape.reduce(1, *)
    switch self {
    case .constant(let value):
      return [Float](repeating: value, count: count)
    case .uniform(let bound):
      return (0..<count).map { _ in Float((2 * stream.fraction() - 1) * bound) }
    case .normal(let deviation):
      return stream.normals(count).map { Float($0 * deviation) }
    case .orthogonal(let gain):
      let rows = shape.first ?? 1
      return orthogonalMatrix(rows: rows, columns: count / max(rows, 1), from: &stream)
        .map { Float($0 * gain) }
    case .features(let rows, let deviation):
      let width = count / max(1, rows.count)
      let vectors = (0..<(rows.first?.count ?? 0)).map { _ in
        stream.normals(width).map { Float($0 * deviation) }
      }
      return rows.flatMap { row in
        (0..<width).map { column in
          zip(row, vectors).reduce(0) { $0 + $1.0 * $1.1[column] }
        }
      }
    }
  }
}

extension Stream {
  /// A number in 0 ..< 1, all of its 53 bits drawn.
  fileprivate mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Numbers from the bell curve, by pairs (Box and Muller).
  fileprivate mutating func normals(_ count: Int) -> [Double] {
    var numbers: [Double] = []
    numbers.reserveCapacity(count + 1)
    while numbers.count < count {
      // 1 − x lies above 0, where there is a logarithm.
      let radius = (-2 * log(1 - fraction())).squareRoot()
      let angle = 2 * Double.pi * fraction()
      numbers.append(radius * cos(angle))
      numbers.append(radius * sin(angle))
    }
    return Array(numbers.prefix(count))
  }
}

/// Random directions made orthogonal one after the other: evenly distributed, because each keeps the
/// sign that it was drawn with.
private func orthogonalMatrix(rows: Int, columns: Int, from stream: inout Stream) -> [Double] {
  let (count, length) = (min(rows, columns), max(rows, columns))
  var vectors: [[Double]] = []
  for _ in 0..<count {
    var vector = stream.normals(length)
    // Twice, because one pass leaves what rounding left.
    for _ in 0..<2 {
      for other in vectors {
        let share = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
        for index in 0..<length { vector[index] -= share * other[index] }
      }
    }
    let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    vectors.append(vector.map { $0 / norm })
  }
  if rows <= columns { return vectors.flatMap { $0 } }
  return (0..<rows).flatMap { row in vectors.map { $0[row] } }
}

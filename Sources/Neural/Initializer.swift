import Glibc
internal import Rollouts

/// How a parameter's initial numbers are drawn.
package enum Initializer: Sendable, Equatable {
  case constant(Float)
  /// Uniform between −bound and bound.
  case uniform(bound: Double)
  /// From a normal distribution around 0.
  case normal(deviation: Double)
  /// A matrix whose rows, or columns if there are fewer, are orthogonal and have the length `gain`
  /// (Saxe and others, https://arxiv.org/abs/1312.6120).
  case orthogonal(gain: Double)
  /// Each row is a sum of normally distributed vectors, the same for all rows, weighted by its
  /// features: rows with similar features start similar.
  case features([[Float]], deviation: Double)

  /// All zeros.
  package static let zeros = constant(0)

  /// PyTorch's default for a linear layer: weights and biases within 1 / √inputs.
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

  /// Normally distributed numbers, in pairs (Box and Muller).
  fileprivate mutating func normals(_ count: Int) -> [Double] {
    var numbers: [Double] = []
    numbers.reserveCapacity(count + 1)
    while numbers.count < count {
      // 1 − x is above 0, so it has a logarithm.
      let radius = (-2 * log(1 - fraction())).squareRoot()
      let angle = 2 * Double.pi * fraction()
      numbers.append(radius * cos(angle))
      numbers.append(radius * sin(angle))
    }
    return Array(numbers.prefix(count))
  }
}

/// Random directions made orthogonal one after another. They are uniformly distributed, because
/// each keeps the sign with which it was drawn.
private func orthogonalMatrix(rows: Int, columns: Int, from stream: inout Stream) -> [Double] {
  let (count, length) = (min(rows, columns), max(rows, columns))
  var vectors: [[Double]] = []
  for _ in 0..<count {
    var vector = stream.normals(length)
    // Twice, because one pass leaves rounding errors.
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

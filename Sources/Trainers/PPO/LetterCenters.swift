package import Rollouts

/// Computes where the letters of a frame are: the mean column and the mean line of each.
package struct LetterCenters: Sendable, Equatable {
  /// The column and the line of each letter position of a frame, and 1.
  private let positions: [SIMD3<Float>]
  /// The letter of each symbol.
  private let letters: [Int]
  private let last: SIMD3<Float>

  /// The centers for frames with this arrangement of letters.
  package init(_ sequence: LetterSequence) {
    let across = sequence.across
    let lines = sequence.each / sequence.columns
    positions = (0..<sequence.places * sequence.each).map { index in
      let (place, spot) = index.quotientAndRemainder(dividingBy: sequence.each)
      return SIMD3(
        Float(place % across * sequence.columns + spot % sequence.columns),
        Float(place / across * lines + spot / sequence.columns), 1)
    }
    letters = (0..<sequence.symbols).map { $0 % sequence.alphabet.count }
    let down = (sequence.places + across - 1) / across
    last = SIMD3(Float(max(1, across * sequence.columns - 1)), Float(max(1, down * lines - 1)), 1)
  }

  /// Writes for each letter its mean column and line on the frame at `start`, both from −1 to 1, and
  /// its count; column and line are NaN where the count is 0.
  package func compute(_ symbols: [Int], from start: Int, into centers: inout [SIMD3<Float>]) {
    for letter in centers.indices { centers[letter] = .zero }
    for index in positions.indices where symbols[start + index] >= 0 {
      centers[letters[symbols[start + index]]] += positions[index]
    }
    for letter in centers.indices {
      let count = centers[letter].z
      centers[letter] = 2 * centers[letter] / (count * last) - 1
      centers[letter].z = count
    }
  }
}

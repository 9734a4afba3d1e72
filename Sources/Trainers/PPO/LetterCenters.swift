package import Rollouts

/// Computes where the letters of a frame are: the mean column and the mean line of each.
package struct LetterCenters: Sendable, Equatable {
  /// Of each place of a frame's letters, its column, its line, and 1.
  private let positions: [SIMD3<Float>]
  /// Of each symbol, which letter it is.
  private let letters: [Int]
  private let last: SIMD3<Float>

  /// For frames that are read in this way.
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

  /// Writes for each letter its column and its line on the frame that begins at `start`, both from −1 to 1, and
  /// how often it is there; column and line are NaN where it is not.
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

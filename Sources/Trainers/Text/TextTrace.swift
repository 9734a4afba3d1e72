/// One batch that a language model learned from.
package struct TextTrace: Sendable, Equatable {
  /// Where each sequence begins in the training part.
  package var starts: [Int]
  /// The tokens of each sequence, and the one that follows them.
  package var sequences: [[Int]]
  /// The mean loss before the update.
  package var loss: Double
  /// The length of the gradient, before it was clipped.
  package var gradientNorm: Double
  /// How large AdamW's step was.
  package var learningRate: Double
}

/// One batch of a language model's training.
package struct TextTrace: Sendable, Equatable {
  /// The start of each sequence in the training part.
  package var starts: [Int]
  /// The tokens of each sequence, and the next one.
  package var sequences: [[Int]]
  /// The mean loss before the update.
  package var loss: Double
  /// The norm of the gradient before clipping.
  package var gradientNorm: Double
  /// AdamW's learning rate.
  package var learningRate: Double
}

package import Rollouts

/// A text as tokens, for training and validating a language model.
package struct Corpus: Sendable {
  package let tokenizer: Tokenizer
  /// The part for training.
  package let training: [Int32]
  /// The end of the text, which is not used for training.
  package let validation: [Int32]

  /// A text and a tokenizer; a share at the end is for validation. Both parts are longer than
  /// `context`.
  package init(
    _ text: String, _ tokenizer: Tokenizer, validation share: Double, context: Int
  ) throws(LanguageError) {
    let tokens = try tokenizer.tokens(of: text).map { Int32($0) }
    let split = Int(Double(tokens.count) * (1 - share))
    self.tokenizer = tokenizer
    training = Array(tokens[..<split])
    validation = Array(tokens[split...])
    guard min(training.count, validation.count) > context else {
      throw LanguageError(
        "the text has \(tokens.count) tokens: too few for a context of \(context) and a "
          + "validation part of \(validation.count)")
    }
  }

  /// The starts of a step's sequences in the training part, all positions equally likely.
  package func starts(
    _ count: Int, step: Int, context: Int, _ generator: Generator
  ) -> [Int] {
    let draws = generator.draws(for: .replay, episode: 0, t: step)
    return (0..<count).map { draws.pick($0, below: training.count - context) }
  }

  /// The starts of some sequences, spread evenly over a part.
  package static func spread(_ count: Int, over part: [Int32], context: Int) -> [Int] {
    let last = part.count - context - 1
    return (0..<count).map { count == 1 ? 0 : last * $0 / (count - 1) }
  }
}

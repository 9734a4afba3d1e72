package import Language
import Rollouts

/// A text while it is written. Each draw follows from the seed, the episode and the token's index, so a text that
/// was left continues as if it had not been.
package struct TextDraft: Sendable {
  /// The writer, which can be kept to continue later.
  package private(set) var writer: TextWriter
  private let opening: Int
  private let most: Int
  private let sampler: Sampler
  private let generator: Generator
  private let episode: Int
  /// Whether the model ended the text.
  package private(set) var hasEnded: Bool

  init(
    _ writer: TextWriter, opening: Int, tokens: Int, _ sampler: Sampler, seed: UInt64,
    episode: Int
  ) {
    (self.writer, self.opening, most) = (writer, opening, tokens)
    (self.sampler, self.episode) = (sampler, episode)
    generator = Generator(seed: seed)
    let end = writer.trained.tokenizer.end
    hasEnded = end != nil && writer.tokens.count > opening && writer.tokens.last == end
  }

  /// The prompt and everything written.
  package var tokens: [Int] { writer.tokens }

  /// How many tokens were written.
  package var count: Int { writer.tokens.count - opening }

  /// Whether the model ended the text, or it has the requested number of tokens.
  package var isOver: Bool { hasEnded || count >= most }

  /// Writes the next token; nil if the text is over.
  package mutating func next() -> TextWriter.Addition? {
    guard !isOver else { return nil }
    let draws = generator.draws(for: .policy, episode: episode, t: count)
    let addition = writer.write(sampler, draws)
    hasEnded = addition.isEnd
    return addition
  }
}

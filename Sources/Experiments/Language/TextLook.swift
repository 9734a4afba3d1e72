import Glibc
package import Language
import Neural
package import Platform

/// What a model computed at a place of a text: what could have come there, and what it attended to.
package struct TextLook: Sendable {
  /// A token that could have come.
  package struct Candidate: Sendable, Equatable {
    package var token: Int
    package var name: String
    /// The model's own probability.
    package var share: Double
    /// The probability after temperature, top-k and top-p.
    package var chance: Double
    package var isChosen: Bool
  }

  /// The likeliest tokens, the likeliest first, and the one that came.
  package var candidates: [Candidate]
  /// How many tokens are likelier than the one that came; nil if none has come yet.
  package var likelier: Int?
  /// The entropy of the next token in bits: how unsure the model was.
  package var bits: Double
  /// Where in the text the model's context begins.
  package var first: Int
  /// The attention from the newest token to each token of the context, by layer and head.
  package var attention: [[[Float]]]

  /// The usual number of candidates.
  package static let usualCount = 10

  /// The model's view before the token at a place came; `prompt` is the number of tokens in the prompt.
  package init(
    by trained: TrainedModel, _ tokens: [Int], prompt: Int, at place: Int, _ sampler: Sampler,
    pool: ThreadPool? = nil
  ) {
    precondition((1...tokens.count).contains(place), "something comes before the place")
    let written = max(0, place - prompt)
    first =
      TextWriter.reading(
        prompt: place - written, written: written, context: trained.model.shape.context
      ).first
    // The whole context is read at once, which is much faster than token by token.
    var writer = TextWriter(trained, prompt: Array(tokens[first..<place]), room: 0, pool: pool)
    let token = place < tokens.count ? tokens[place] : nil
    let logits = writer.logits()
    candidates = trained.candidates(logits, choosing: token, by: sampler)
    let shares = Softmax.shares(of: logits)
    likelier = token.map { token in shares.count { $0 > shares[token] } }
    bits = shares.reduce(0) { $1 > 0 ? $0 - Double($1) * log2(Double($1)) : $0 }
    attention = writer.attention()
  }
}

extension TrainedModel {
  /// The likeliest tokens, the likeliest first; a chosen token that is not among them replaces the last.
  package func candidates(
    _ logits: [Float], choosing token: Int?, by sampler: Sampler,
    most: Int = TextLook.usualCount
  ) -> [TextLook.Candidate] {
    let (shares, chances) = (Softmax.shares(of: logits), sampler.shares(of: logits))
    let known = shares.indices.prefix(tokenizer.count)
    var likely = Array(known.sorted { (shares[$0], -$0) > (shares[$1], -$1) }.prefix(most))
    if let token, shares.indices.contains(token), !likely.contains(token), !likely.isEmpty {
      likely[likely.count - 1] = token
    }
    return likely.map {
      TextLook.Candidate(
        token: $0, name: tokenizer.name(of: $0), share: Double(shares[$0]),
        chance: Double(chances[$0]), isChosen: $0 == token)
    }
  }
}

extension TextWriter {
  /// The attention from the newest token to each token of the context: the mean over all layers and heads.
  package mutating func meanAttention() -> [Double] {
    let heads = attention().flatMap(\.self)
    return (0..<seen).map { place in
      heads.reduce(0) { $0 + Double($1[place]) } / Double(heads.count)
    }
  }
}

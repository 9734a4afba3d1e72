import Glibc
package import Language
import Neural
package import Platform

/// What a model thought at a place of a text: what could have come there, and what it looked at.
package struct TextLook: Sendable {
  /// A token that could have come.
  package struct Candidate: Sendable, Equatable {
    package var token: Int
    package var name: String
    /// The share that the model gave it.
    package var share: Double
    /// With which share it is chosen, after temperature, top-k and top-p.
    package var chance: Double
    package var isChosen: Bool
  }

  /// The likeliest tokens, the likeliest first, and the one that came.
  package var candidates: [Candidate]
  /// How many tokens are likelier than the one that came; nil where none has come yet.
  package var likelier: Int?
  /// How many bits the next token is worth: how unsure the model was.
  package var bits: Double
  /// Where in the text the part begins that the model saw.
  package var first: Int
  /// How much the newest token looked at each of that part, by layer and head.
  package var attention: [[[Float]]]

  /// How many candidates there usually are.
  package static let usualCount = 10

  /// What a model thought before the token at a place came; `prompt` is how many tokens the prompt has.
  package init(
    by trained: TrainedModel, _ tokens: [Int], prompt: Int, at place: Int, _ sampler: Sampler,
    pool: ThreadPool? = nil
  ) {
    precondition((1...tokens.count).contains(place), "something stands before the place")
    let written = max(0, place - prompt)
    first =
      TextWriter.reading(
        prompt: place - written, written: written, context: trained.model.shape.context
      ).first
    // All that it saw is read at once: that is much faster than token by token.
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
  /// The likeliest tokens, the likeliest first; one that came and is not among them stands in the last's place.
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
  /// How much the newest token looked at each that the model sees: the mean over all layers and heads.
  package mutating func meanAttention() -> [Double] {
    let heads = attention().flatMap(\.self)
    return (0..<seen).map { place in
      heads.reduce(0) { $0 + Double($1[place]) } / Double(heads.count)
    }
  }
}

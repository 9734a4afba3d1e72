/// What a model computed when it chose a token.
package struct TextInsight: Sendable, Equatable {
  /// A token that could have come.
  package struct Candidate: Sendable, Equatable {
    package var name: String
    /// The model's own probability.
    package var share: Double
    package var isChosen: Bool

    /// A candidate.
    package init(name: String, share: Double, isChosen: Bool = false) {
      self.name = name
      self.share = share
      self.isChosen = isChosen
    }
  }

  /// An earlier token of the text, and the attention to it.
  package struct Glance: Sendable, Equatable {
    package var name: String
    package var share: Double

    /// An attended token.
    package init(name: String, share: Double) {
      self.name = name
      self.share = share
    }
  }

  /// The likeliest tokens, the likeliest first, and the chosen one.
  package var candidates: [Candidate]
  /// The newest tokens, the newest last.
  package var glances: [Glance]

  /// The probabilities and the attention.
  package init(candidates: [Candidate], glances: [Glance]) {
    self.candidates = candidates
    self.glances = glances
  }
}

/// Reads a text again with the model that wrote it.
package protocol TextReader: Sendable {
  /// Starts to read at an episode's prompt, which a number of tokens follow.
  func begin(_ prompt: [UInt8], tokens: Int)
  /// The model's prediction of the next token, and the chosen one, if there is one.
  func insight(choosing token: Int?) -> TextInsight
  /// Reads the next token; false if it is not one of the model's.
  func append(_ token: Int) -> Bool
}

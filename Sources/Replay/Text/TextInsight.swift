/// What a model thought when it chose a token.
package struct TextInsight: Sendable, Equatable {
  /// A token that could have come.
  package struct Candidate: Sendable, Equatable {
    package var name: String
    /// The share that the model gave it.
    package var share: Double
    package var isChosen: Bool

    /// A candidate.
    package init(name: String, share: Double, isChosen: Bool = false) {
      self.name = name
      self.share = share
      self.isChosen = isChosen
    }
  }

  /// A token of the text before, and how much the model looked at it.
  package struct Glance: Sendable, Equatable {
    package var name: String
    package var share: Double

    /// A glance at a token.
    package init(name: String, share: Double) {
      self.name = name
      self.share = share
    }
  }

  /// The likeliest tokens, the likeliest first, and the chosen one.
  package var candidates: [Candidate]
  /// The newest tokens, the newest last.
  package var glances: [Glance]

  /// What a model thought.
  package init(candidates: [Candidate], glances: [Glance]) {
    self.candidates = candidates
    self.glances = glances
  }
}

/// Reads a text again by the model that wrote it.
package protocol TextReader: Sendable {
  /// Begins to read at an episode's prompt, which a number of tokens follow.
  func begin(_ prompt: [UInt8], tokens: Int)
  /// What the model thinks comes next, and which token was chosen, if one was.
  func insight(choosing token: Int?) -> TextInsight
  /// Reads on; false where that is no token of the model's.
  func append(_ token: Int) -> Bool
}

package import Rollouts

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

/// Someone who knows the model that wrote a text, and tells what it thought.
package protocol TextReader: Sendable {
  /// Begins to read at an episode's prompt.
  func begin(_ prompt: [UInt8])
  /// What the model thinks comes next, and which token was chosen, if one was.
  func insight(choosing token: Int?) -> TextInsight
  /// Reads on; false where that is no token of the model's.
  func append(_ token: Int) -> Bool
}

/// All that one frame of a growing text shows.
package struct TextScene: Sendable, Equatable {
  /// The episode's number in the recording.
  package var episode: Int
  /// How many tokens were added; 0 in the first frame.
  package var t: Int
  /// How many tokens the episode has.
  package var steps: Int
  /// The bytes of the prompt, of what was added since, and of that those of the newest token.
  package var prompt: [UInt8] = []
  package var added: [UInt8] = []
  package var newest = 0
  /// The newest token, and its logarithm of probability; nil in the first frame.
  package var token: Int?
  package var reward: Double?
  /// The sum of all logarithms.
  package var totalReturn = 0.0
  /// How the episode stands.
  package var ending = Ending.running
  /// What the model thought, where it is known.
  package var insight: TextInsight?
}

/// Turns the transitions of a generated text into scenes.
package struct TextStage: Stage {
  /// What is to be seen now.
  package private(set) var scene = TextScene(episode: 0, t: 0, steps: 0)

  private let reader: (any TextReader)?
  /// So many bytes are more than a picture has room for.
  private static let mostBytes = 16_384

  /// A stage for texts; a reader tells what the model thought.
  package init(reader: (any TextReader)?) { self.reader = reader }

  /// Sets the scene for an episode's first frame.
  package mutating func begin(_ episode: ReplayEpisode, first: Transition?) throws(ReplayError) {
    scene = TextScene(episode: episode.number, t: 0, steps: episode.steps)
    guard let first else { return }
    scene.prompt = try bytes(first.state)
    reader?.begin(scene.prompt)
    scene.insight = reader?.insight(choosing: nil)
  }

  /// Goes on to what is seen after a transition.
  package mutating func advance(_ transition: Transition) throws(ReplayError) {
    guard case .index(let token) = transition.action, token >= 0 else {
      throw .foreignAction(episode: scene.episode, step: scene.t)
    }
    let bytes = try bytes(transition.next)
    scene.insight = reader?.insight(choosing: token)
    guard reader?.append(token) ?? true else {
      throw .foreignAction(episode: scene.episode, step: scene.t)
    }
    scene.added += bytes
    scene.added.removeFirst(max(0, scene.added.count - Self.mostBytes))
    scene.newest = bytes.count
    scene.token = token
    scene.reward = transition.reward
    scene.totalReturn += transition.reward
    scene.ending = transition.ending
    scene.t += 1
  }

  private func bytes(_ value: Value) throws(ReplayError) -> [UInt8] {
    guard case .bytes(let bytes) = value else {
      throw .foreignState(episode: scene.episode, step: scene.t)
    }
    return bytes
  }
}

package import Recordings
package import Rollouts

/// The content of one frame of a growing text: a state is the bytes that the last token added, at first
/// those of the prompt, and a reward is the logarithm of its probability.
package typealias TextScene = Scene<[UInt8], Int, TextDetails>

/// What texts show besides their newest token.
package struct TextDetails: Equatable, Sendable {
  /// The bytes of the prompt.
  package var prompt: [UInt8]
  /// The bytes that were added since.
  package var added: [UInt8] = []
  /// The model's probabilities and attention, if known.
  package var insight: TextInsight?
}

/// Turns the transitions of a generated text into scenes.
package struct TextScenes: SceneBuilder {
  private let reader: (any TextReader)?
  /// More bytes than fit into a picture.
  private static let mostBytes = 16_384

  /// Scenes of texts; a reader adds the model's probabilities and attention.
  package init(reader: (any TextReader)?) { self.reader = reader }

  package func state(_ value: Value) -> [UInt8]? {
    guard case .bytes(let bytes) = value else { return nil }
    return bytes
  }

  package func action(_ value: Value) -> Int? { value.index(below: .max) }

  package func details(_ prompt: [UInt8], of episode: Episode) -> TextDetails {
    reader?.begin(prompt, tokens: episode.steps)
    return TextDetails(prompt: prompt, insight: reader?.insight(choosing: nil))
  }

  package func update(_ scene: inout TextScene) throws(ReplayError) {
    guard let token = scene.action else { return }
    scene.details.insight = reader?.insight(choosing: token)
    guard reader?.append(token) ?? true else {
      throw .foreignAction(episode: scene.episode, step: scene.t - 1)
    }
    scene.details.added += scene.state
    scene.details.added.removeFirst(max(0, scene.details.added.count - Self.mostBytes))
  }
}

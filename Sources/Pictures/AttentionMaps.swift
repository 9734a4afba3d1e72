import Experiments
import Language
import Neural
package import Raster
package import Recordings
package import Replay
import Rollouts

/// The attention of every token of a generated text to each before it, by layer and head.
package struct AttentionMaps {
  /// Its name among the subjects of heat maps.
  package static let word = "attention"

  /// More shares than GPT-2 has for a full context.
  private static let most = 1 << 27

  private let layers: [[AttentionPicture.Map]]
  private let names: [String]
  private let heading: String
  private let subtitle: String

  /// The maps of an episode (nil: the first) after some of its steps (nil: all).
  package init(of recording: Recording, episode number: Int? = nil, after tokens: Int? = nil) throws
  {
    let run = try recording.description()
    guard run.isOfText, run.purpose == .evaluate else {
      throw RunError.run(
        "\(recording.path) holds no generated text, which attention is shown for", .generateText)
    }
    guard let trained = try recording.writingModel() else {
      throw RunError.run("the model that wrote \(recording.path) is no longer where it was")
    }
    let episode =
      try number.map { try recording.episode($0) } ?? recording.episodes(.first)[0]
    guard (0...episode.steps).contains(tokens ?? 0) else {
      throw RunError.request("episode \(episode.number) has only \(episode.steps) tokens")
    }
    let steps = tokens ?? episode.steps
    let transitions = try recording.steps(of: episode)
    guard case .bytes(let prompt)? = transitions.first?.state else {
      throw RunError.damaged(recording.path, "episode \(episode.number) has no text")
    }
    var text = try trained.opening(of: String(decoding: prompt, as: UTF8.self))
    for step in transitions.prefix(steps) {
      guard case .index(let token) = step.action, trained.knows(token) else {
        throw RunError.damaged(
          recording.path, "step \(step.step) adds text that is no token of its model")
      }
      text.append(token)
    }
    // The model's last context; of a long text the newest part.
    var writer = TextWriter(trained, prompt: text, room: 0)
    guard writer.attentionCount <= Self.most else {
      throw RunError.run(
        "the attention of \(writer.seen) tokens in \(trained.model.shape.layers) layers of "
          + "\(trained.model.shape.heads) heads is too much for a picture: choose an earlier moment"
      )
    }
    layers = writer.attentionMaps()
    names = text.suffix(writer.seen).map(trained.tokenizer.name(of:))
    heading = "attention of \(run.trainer) · seed \(run.seed) · episode \(episode.number)"
    subtitle = "each of \(writer.seen) tokens (down) looking at itself and those before it (right)"
  }

  /// A map for each layer and head.
  package func picture(title: String?, size: Int?, theme: Theme) -> AttentionPicture {
    AttentionPicture(
      layers: layers, tokens: names, title: title ?? heading, subtitle: subtitle,
      size: size ?? 960, theme: theme)
  }

  /// One line for each share above zero.
  package var csv: String {
    var text = "layer,head,query,place,share\n"
    for (layer, heads) in layers.enumerated() {
      for (head, map) in heads.enumerated() {
        for (query, shares) in map.enumerated() {
          for (place, share) in shares.prefix(query + 1).enumerated() {
            text += "\(layer + 1),\(head + 1),\(query),\(place),\(share)\n"
          }
        }
      }
    }
    return text
  }
}

import Language
import Neural
import Raster
import Recordings
import Replay
import Rollouts

/// How much every token of a generated text looked at each before it, by layer and head.
struct AttentionMaps {
  /// What `--of` calls it.
  static let word = "attention"

  private let layers: [[AttentionPicture.Map]]
  private let names: [String]
  private let heading: String
  private let subtitle: String

  /// The maps of an episode as its model saw it after some of its steps; nil for all.
  init(of recording: Recording, episode number: Int?, at text: String?) throws {
    let run = try recording.description()
    guard run.world.name == TextPlan.worldName, run.purpose == .evaluate else {
      throw Failure.failed(
        "\(recording.path) holds no generated text, of which there is attention",
        "reel generate FILE -o RECORDING makes one")
    }
    guard let trained = try recordedModel(recording) else {
      throw Failure.failed("the model that wrote \(recording.path) is no longer where it was")
    }
    let episode =
      try number.map { try recording.episode($0) } ?? recording.episodes(.first)[0]
    var steps = episode.steps
    if let text, text != "end", text != "last" {
      guard let asked = Int(text), (0...episode.steps).contains(asked) else {
        throw Failure.usage(
          "--at takes a number of tokens up to \(episode.steps), or end, not '\(text)'")
      }
      steps = asked
    }
    let transitions = try recording.steps(of: episode)
    guard case .bytes(let prompt)? = transitions.first?.state else {
      throw Failure.failed("\(recording.path) is damaged: episode \(episode.number) has no text")
    }
    var tokens = try TextGeneration.opening(String(decoding: prompt, as: UTF8.self), of: trained)
    for step in transitions.prefix(steps) {
      guard case .index(let token) = step.action, trained.knows(token) else {
        throw Failure.failed(
          "\(recording.path) is damaged: step \(step.step) adds what is no token of its model")
      }
      tokens.append(token)
    }
    // What the model saw at last; of a long text the newest part.
    var writer = TextWriter(trained, prompt: tokens, room: 0)
    layers = writer.attentionMaps()
    names = tokens.suffix(writer.seen).map(trained.tokenizer.name(of:))
    heading = "attention of \(run.trainer) · seed \(run.seed) · episode \(episode.number)"
    subtitle = "each of \(writer.seen) tokens (down) looking at itself and those before it (right)"
  }

  /// A map for each layer and head.
  func picture(title: String?, size: Int?, theme: Theme) -> AttentionPicture {
    AttentionPicture(
      layers: layers, tokens: names, title: title ?? heading, subtitle: subtitle,
      size: size ?? 960, theme: theme)
  }

  /// A line for each share above nothing.
  var csv: String {
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

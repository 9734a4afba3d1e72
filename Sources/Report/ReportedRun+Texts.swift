import Analysis
import Experiments
import Glibc
import Pictures
import Raster
import Recordings
import Rollouts

/// The texts of a language model, and its training.
extension ReportedRun {
  /// A model's training losses, as a curve for comparison and as drawn for a single run.
  func readLosses(_ report: inout RunReport) throws {
    report.losses = try LossCurve(of: recording)
    let name = "losses/validation"
    let values = try recording.outcomes(ofMetric: name, most: options.points)
    report.curve = try Curve(values, by: .steps, of: .metric(name))
    report.score = try Self.score(values.last(1).map(\.totalReturn))
  }

  /// The chosen texts, as far as the page has space.
  func texts() throws -> [RunReport.Text] {
    var room = options.bytes
    var texts: [RunReport.Text] = []
    for (episode, label) in try chosen() {
      let text = try text(of: episode, label)
      room -= text.prompt.utf8.count + text.text.utf8.count
      guard room >= 0 else { break }
      texts.append(text)
    }
    return texts
  }

  private func text(of episode: Episode, _ label: String) throws -> RunReport.Text {
    var (prompt, added) = ([UInt8](), [UInt8]())
    for step in try recording.steps(of: episode) {
      guard case .bytes(let state) = step.state, case .bytes(let next) = step.next else {
        throw RunError.damaged(recording.path, "episode \(episode.number) has no text")
      }
      if step.t == 0 { prompt = state }
      // The end token is not part of the text.
      if step.ending != .terminated { added += next }
    }
    let mean = (episode.return) / Double(max(1, episode.steps))
    return RunReport.Text(
      heading: "\(label): \(NumberText.grouped(episode.steps)) tokens, perplexity "
        + NumberText.short(exp(-mean)),
      prompt: String(decoding: prompt, as: UTF8.self), text: String(decoding: added, as: UTF8.self))
  }

  /// The most important facts of a model's training, or of its texts.
  func textFacts() throws -> [(String, String)] {
    guard run.purpose == .train else {
      let counts = try recording.counts()
      return [
        ("Texts", NumberText.grouped(counts.episodes)),
        ("Tokens", NumberText.grouped(counts.steps)),
      ]
    }
    let losses = try LossCurve(of: recording).rows
    let best = losses.map(\.validation).min()
    return [
      ("Text", run.world.mapName),
      ("Characters", NumberText.grouped(run.world.map.unicodeScalars.count)),
      ("Batches", NumberText.grouped(try recording.stepCount())),
      ("Training loss", losses.last.map { NumberText.fixed($0.training, decimals: 3) } ?? ""),
      ("Validation loss", losses.last.map { NumberText.fixed($0.validation, decimals: 3) } ?? ""),
      ("Lowest", best.map { NumberText.fixed($0, decimals: 3) } ?? ""),
    ]
  }
}

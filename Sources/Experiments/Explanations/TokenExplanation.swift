import Language
import Neural
import Platform
import Recordings
import Rollouts

/// One token written by a language model: what the model expected, what it attended to, and how it was drawn.
package struct TokenExplanation: ExplanationContent {
  package let place: ExplainedStep
  package let expectation: Expectation
  /// The probability of the token after temperature, top-k and top-p.
  package let sampledShare: Float
  package let draw: Double
  package let temperature: Double
  /// The logarithm of the model's own probability, as it was recorded.
  package let logProbability: Double

  init(_ recording: Recording, _ step: Int) throws {
    let run = try recording.description()
    guard let trained = try recording.writingModel() else {
      throw RunError.run("the model that wrote \(recording.path) is no longer where it was")
    }
    let row = try recording.transition(step)
    let rows = try recording.steps(of: recording.episode(row.episode)).prefix(row.t + 1)
    guard case .bytes(let prompt)? = rows.first?.state else {
      throw RunError.damaged(recording.path, "episode \(row.episode) has no text")
    }
    var tokens = try trained.opening(of: String(decoding: prompt, as: UTF8.self))
    var written: [Int] = []
    for row in rows {
      guard case .index(let token) = row.action, trained.knows(token) else {
        throw RunError.damaged(
          recording.path, "step \(row.step) adds text that is no token of its model")
      }
      written.append(token)
    }
    let token = written.removeLast()
    // When its context is full, the model continues from the newer half, so it sees what it saw then.
    var writer = TextWriter(trained, prompt: tokens, room: written.count)
    for token in written { writer.append(token) }
    tokens += written
    place = ExplainedStep("token", row, run)
    expectation = Expectation(trained, behind: Array(tokens.suffix(writer.seen)), token: token)
    let configuration = run.configuration
    let sampler = Sampler(
      temperature: configuration["temperature"]?.double ?? 1,
      topCount: configuration["top_k"]?.int, topShare: configuration["top_p"]?.double ?? 1)
    sampledShare = sampler.shares(of: writer.logits())[token]
    temperature = sampler.temperature
    draw =
      Double(Generator(seed: run.seed).draws(for: .policy, episode: row.episode, t: row.t).word(0))
      * 0x1p-32
    logProbability = row.reward
  }

  package var parts: [ExplanationPart] {
    [
      ExplanationPart(
        "expected",
        ["after \(expectation.ending), of which the model sees \(expectation.seen.count) tokens:"],
        expectation.expectedTable),
      ExplanationPart(
        "choice",
        [
          "\(expectation.token.quoted): the model gave it \(expectation.share.percent), ln p = "
            + "\(NumberFormat.decimal(logProbability, 4)); \(expectation.likelierText)",
          "with temperature \(NumberFormat.decimal(temperature, 2)) its chance was "
            + "\(sampledShare.percent), and the draw was \(NumberFormat.decimal(draw, 4))",
        ]),
      ExplanationPart(
        "attention", ["the last place looked at"], expectation.attentionTable),
    ]
  }

  var summary: [String] { parts.first { $0.title == "choice" }.map(\.lines) ?? [] }

  var members: [JSON.Member] {
    expectation.members + [
      .init("log_probability", .number(logProbability)),
      .init("sampled_chance", .number(Double(sampledShare))), .init("draw", .number(draw)),
      .init("temperature", .number(temperature)),
    ]
  }
}

import Language
import Rollouts

/// A text that a page requests: the model, the prompt, the settings.
struct WriteRequest {
  let model: String
  /// The training step of the model; nil is the one with the lowest loss.
  let step: Int?
  let prompt: String
  /// The most tokens after the prompt.
  let tokens: Int
  let sampler: Sampler
  let seed: UInt64
  /// The tokens that exist already.
  let written: [Int]

  /// The most bytes of a prompt or a text, and the most tokens.
  static let (mostBytes, mostTokens) = (20_000, 5000)

  /// Parses what was posted.
  init(_ json: JSON) throws(Refusal) {
    model = try json.word("model", atMost: 64)
    step =
      json["step"] == nil || json["step"] == .null ? nil : try json.whole("step", in: 0...1 << 53)
    prompt = try json.word("prompt", atMost: Self.mostBytes)
    tokens = try json.whole("tokens", in: 1...Self.mostTokens, usual: 500)
    let count = try json.whole("top_k", in: Sampler.topCounts, usual: 200)
    sampler = Sampler(
      temperature: try json.real("temperature", in: Sampler.temperatures, usual: 0.8),
      topCount: count == 0 ? nil : count,
      topShare: try json.real("top_p", in: Sampler.topShares, usual: 1))
    seed = UInt64(try json.whole("seed", in: 0...1 << 53, usual: 1337))
    guard case .array(let written) = json["written"] ?? [] else {
      throw .invalid("'written' is an array of tokens")
    }
    self.written = written.compactMap(\.int)
    guard self.written.count == written.count, written.count <= Self.mostTokens else {
      throw .invalid("'written' is an array of at most \(Self.mostTokens) tokens")
    }
  }

  /// The same, after checking that all tokens belong to the model.
  func checked(for trained: TrainedModel) throws(Refusal) -> WriteRequest {
    guard written.allSatisfy(trained.knows) else {
      throw .invalid("'written' has a token that the model does not know")
    }
    return self
  }
}

extension JSON {
  /// A text of limited length.
  func word(_ name: String, atMost most: Int) throws(Refusal) -> String {
    guard let text = self[name]?.text else { throw .invalid("'\(name)' is a text") }
    guard text.utf8.count <= most else {
      throw .invalid("'\(name)' has \(text.utf8.count) bytes, and the studio takes \(most)")
    }
    return text
  }

  /// A whole number in a range; `usual` if it is missing.
  func whole(_ name: String, in range: ClosedRange<Int>, usual: Int? = nil) throws(Refusal) -> Int {
    let value = self[name] ?? usual.map(JSON.integer)
    guard let number = value?.int, range.contains(number) else {
      throw Self.outside(name, "whole number", "\(range.lowerBound)", "\(range.upperBound)", value)
    }
    return number
  }

  /// A number in a range; `usual` if it is missing.
  func real(_ name: String, in range: ClosedRange<Double>, usual: Double) throws(Refusal) -> Double
  {
    let value = self[name] ?? .number(usual)
    guard let number = value.double, range.contains(number) else {
      throw Self.outside(name, "number", "\(range.lowerBound)", "\(range.upperBound)", value)
    }
    return number
  }

  private static func outside(
    _ name: String, _ kind: String, _ low: String, _ high: String, _ value: JSON?
  ) -> Refusal {
    guard let value else { return .invalid("'\(name)' is missing") }
    let given = value.compact
    let shown = given.count > 40 ? given.prefix(40) + "…" : given
    return .invalid("'\(name)' is a \(kind) from \(low) to \(high), not \(shown)")
  }
}

internal import Neural
package import Rollouts

/// How the next token is chosen from a model's logits.
package struct Sampler: Sendable, Equatable {
  /// The divisor of the logits: below 1, likely tokens become likelier; 0 takes the likeliest.
  package var temperature: Double
  /// How many of the likeliest tokens to choose from (top-k); nil for all.
  package var topCount: Int?
  /// Choose from the likeliest tokens that together reach this share (top-p); 1 for all.
  package var topShare: Double

  /// The ranges that people may choose from; a top-k of 0 means all.
  package static let (temperatures, topCounts) = (0.0...100.0, 0...1_000_000)
  package static let topShares = 0.000001...1.0

  /// nanoGPT's settings by default.
  package init(temperature: Double = 0.8, topCount: Int? = 200, topShare: Double = 1) {
    precondition(temperature >= 0 && topShare > 0, "some token can be chosen")
    self.temperature = temperature
    self.topCount = topCount
    self.topShare = topShare
  }

  /// The probability of each token.
  package func shares(of logits: [Float]) -> [Float] {
    let greatest = logits.max() ?? 0
    guard temperature > 0 else {
      let first = logits.firstIndex(of: greatest)
      return logits.indices.map { $0 == first ? 1 : 0 }
    }
    var logits = logits.map { ($0 - greatest) / Float(temperature) }
    if let topCount, topCount < logits.count {
      let least = logits.sorted(by: >)[topCount - 1]
      for index in logits.indices where logits[index] < least { logits[index] = -.infinity }
    }
    let shares = Softmax.shares(of: logits)
    return topShare < 1 ? nucleus(shares) : shares
  }

  /// The likeliest tokens that together reach the share, including the one that crosses it
  /// (Holtzman and others, https://arxiv.org/abs/1904.09751).
  private func nucleus(_ shares: [Float]) -> [Float] {
    var kept = [Float](repeating: 0, count: shares.count)
    var sum: Float = 0
    for index in shares.indices.sorted(by: { (shares[$0], -$0) > (shares[$1], -$1) }) {
      kept[index] = shares[index]
      sum += shares[index]
      if Double(sum) >= topShare { break }
    }
    return kept.map { $0 / sum }
  }

  /// The token that a draw selects with these probabilities.
  package func pick(_ shares: [Float], _ draws: Draws) -> Int {
    var rest = Double(draws.word(0)) * 0x1p-32 * Double(shares.reduce(0, +))
    var last = 0
    for (token, share) in shares.enumerated() where share > 0 {
      rest -= Double(share)
      last = token
      if rest < 0 { break }
    }
    return last
  }
}

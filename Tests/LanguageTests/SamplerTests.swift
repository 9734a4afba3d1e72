import Language
import Neural
import Platform
import Rollouts
import Testing

struct SamplerTests {
  private let logits: [Float] = [1, 3, 2, -1, 2.5]

  @Test func `without limits the shares are those of softmax`() {
    let shares = Sampler(temperature: 1, topCount: nil).shares(of: logits)
    expectClose(shares, Softmax.shares(of: logits), within: 1e-6)
    let warm = Sampler(temperature: 2, topCount: nil).shares(of: logits)
    expectClose(warm, Softmax.shares(of: logits.map { $0 / 2 }), within: 1e-6)
  }

  @Test func `the k likeliest tokens are kept, or as many as have a share together`() {
    let two = Sampler(temperature: 1, topCount: 2).shares(of: logits)
    #expect(two.map { $0 > 0 } == [false, true, false, false, true])
    #expect(abs(two.reduce(0, +) - 1) < 1e-6)
    // By themselves 3 and 2.5 have about .45 and .27, 2 another .17.
    let most = Sampler(temperature: 1, topCount: nil, topShare: 0.8).shares(of: logits)
    #expect(most.map { $0 > 0 } == [false, true, true, false, true])
    let cold = Sampler(temperature: 0).shares(of: logits)
    #expect(cold == [0, 1, 0, 0, 0])
  }

  @Test func `tokens are drawn in proportion to their shares, and the same for the same key`() {
    let sampler = Sampler(temperature: 1, topCount: nil)
    let shares = sampler.shares(of: logits)
    let generator = Generator(seed: 9)
    func draw(_ t: Int) -> Int {
      sampler.pick(shares, generator.draws(for: .policy, episode: 1, t: t))
    }
    var counts = [Float](repeating: 0, count: 5)
    for t in 0..<20_000 { counts[draw(t)] += 1 / 20_000 }
    for (count, share) in zip(counts, shares) { #expect(abs(count - share) < 0.012) }
    #expect((0..<50).map(draw) == (0..<50).map(draw))
  }
}

struct TextWriterTests {
  private static let alphabet = "abcdefgh "

  private func model(context: Int) throws -> TrainedModel {
    let model = LanguageModel(
      GPTShape(
        vocabulary: 9, context: context, layers: 2, heads: 2, width: 16, hasBias: false))
    return try TrainedModel(
      model, .characters(CharacterTokenizer(of: Self.alphabet)), Parameters(model.layout, seed: 4))
  }

  @Test(arguments: [nil, 2])
  func `token by token is the same as all at once, also with several threads`(threads: Int?) throws
  {
    let trained = try model(context: 24)
    let text = (0..<24).map { ($0 * $0 + 3) % 9 }
    var one = TextWriter(trained, prompt: [text[0]], pool: threads.map(ThreadPool.init(threads:)))
    for token in text.dropFirst() { one.append(token) }
    var all = TextWriter(trained, prompt: text)
    expectClose(one.logits(), all.logits(), within: 1e-5)
    for (heads, others) in zip(one.attention(), all.attention()) {
      for (shares, known) in zip(heads, others) { expectClose(shares, known, within: 1e-5) }
    }
  }

  @Test func `a text that outgrows the context continues from its newer half`() throws {
    let trained = try model(context: 8)
    var writer = TextWriter(trained, prompt: [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(writer.seen == 8)
    writer.append(0)
    #expect(writer.seen == 4 && writer.tokens.count == 9)
    var fresh = TextWriter(trained, prompt: [6, 7, 8, 0])
    expectClose(writer.logits(), fresh.logits(), within: 1e-6)
    for token in [1, 2, 3, 4] { writer.append(token) }
    #expect(writer.seen == 8)
    // Of a prompt that is too long, only the end is seen.
    var long = TextWriter(trained, prompt: Array(repeating: 5, count: 30) + [1])
    #expect(long.seen == 8 && long.logits().allSatisfy(\.isFinite))
  }
}

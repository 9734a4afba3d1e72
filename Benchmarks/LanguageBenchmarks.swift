import Language
import Neural
import Platform
import Rollouts
import Trainers

extension Benchmark {
  /// Language models: learning and writing.
  static let language: [Benchmark] = [
    learning("small", TextConfiguration(), atLeast: 8000, batches: 20),
    learning("small", TextConfiguration(), .bf16, atLeast: 8000, batches: 20),
    learning("original", .original, atLeast: 1500, batches: 1),
    learning("original", .original, .bf16, atLeast: 1500, batches: 1),
    writing("small", TextConfiguration(), atLeast: 5000),
    writing("original", .original, atLeast: 200),
  ]

  private static let text: String = {
    let letters = (0..<100_000).map { (place: Int) -> UInt8 in
      let number = place * place / 7 + place / 13
      return UInt8(32 + number % 95)
    }
    return String(decoding: letters, as: UTF8.self)
  }()

  private static func learning(
    _ preset: String, _ settings: TextConfiguration, _ precision: Precision = .fp32,
    atLeast limit: Double, batches: Int
  ) -> Benchmark {
    var settings = settings
    settings.precision = precision
    let name = "nanoGPT \(preset), learning" + (precision == .bf16 ? ", bf16" : "")
    return rate(name, "tokens/s", atLeast: limit, repetitions: 3) { [settings] in
      var trainer = try TextTrainer(text, seed: 1, settings: settings)
      func learn() throws {
        let starts = trainer.corpus.starts(
          settings.sequences, step: 0, context: settings.context, Generator(seed: 1))
        _ = try trainer.learn(from: starts, rate: 1e-3)
      }
      try learn()
      let start = monotonicSeconds()
      for _ in 0..<batches { try learn() }
      return Double(batches * settings.sequences * settings.context) / (monotonicSeconds() - start)
    }.against(.python("PyTorch", "text-\(preset)")).promising(.timesPeer(1))
      .using(.arithmetic(operations(of: settings)))
  }

  /// The cost of training on a token: six operations for each weight, forward and back, and those of
  /// attention, which looks at half the context on average.
  private static func operations(of settings: TextConfiguration) -> Double {
    let weights = 12 * settings.layers * settings.width * settings.width
    let attention = 2 * settings.layers * settings.width * settings.context
    return Double(6 * weights + 3 * attention)
  }

  private static func writing(
    _ preset: String, _ settings: TextConfiguration, atLeast limit: Double
  ) -> Benchmark {
    rate("nanoGPT \(preset), writing", "tokens/s", atLeast: limit) {
      let tokenizer = Tokenizer.characters(CharacterTokenizer(of: text))
      let model = settings.model(vocabulary: tokenizer.count)
      let trained = try TrainedModel(model, tokenizer, Parameters(model.layout, seed: 1))
      let generator = Generator(seed: 1)
      var writer = TextWriter(
        trained, prompt: [0], room: 500, pool: ThreadPool(threads: ThreadPool.processorCount))
      let start = monotonicSeconds()
      for t in 0..<500 {
        _ = writer.write(Sampler(), generator.draws(for: .policy, episode: 1, t: t))
      }
      return 500 / (monotonicSeconds() - start)
    }.against(.python("PyTorch", "write-\(preset)")).promising(.timesPeer(5))
      // Each token reads all weights.
      .using(.memory(Double(4 * 12 * settings.layers * settings.width * settings.width)))
  }
}

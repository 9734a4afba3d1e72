import Glibc
import Language
import Neural
import Rollouts
import TestSupport
import Testing
import Trainers

/// What PyTorch computed (Tests/Reference/text_reference.py), and the numbers that both sides make.
private enum Peer {
  static func load() throws -> JSON {
    try JSON(parsing: Repository.text("Tests/Reference/text.json"))
  }

  static let text: String = {
    let alphabet = Array("abcdefghij\n")
    let letters = (0..<400).map { (i: Int) -> Character in
      let number = i * i * 7 + i * 3 + i / 13
      return alphabet[number % 11]
    }
    return String(letters)
  }()

  static var settings: TextConfiguration {
    var settings = TextConfiguration()
    (settings.layers, settings.heads, settings.width, settings.context) = (2, 2, 16, 8)
    (settings.steps, settings.warmup, settings.batch) = (10, 3, 4)
    (settings.learningRate, settings.lastRate) = (2e-2, 2e-3)
    (settings.evaluateEvery, settings.snapshotEvery) = (5, 5)
    return settings
  }

  /// A trainer whose parameters start as noise.
  static func trainer() throws -> TextTrainer {
    let fresh = try TextTrainer(text, seed: 1, settings: settings)
    var parameters = fresh.parameters
    for (part, entry) in fresh.model.layout.entries.sorted(by: { $0.name < $1.name }).enumerated() {
      parameters[entry.name] = (0..<entry.count).map { i in
        let x = Double(i)
        let noise = Float(0.08 * sin(0.7 + 1.3 * x + 0.11 * x * x + Double(part)))
        return entry.shape.count == 1 ? noise + 1 : noise
      }
    }
    var start = fresh.initialCheckpoint
    start.parameters = parameters.encoded()
    var trainer = try TextTrainer(text, seed: 1, settings: settings)
    try trainer.resume(from: start) { _ in [] }
    return trainer
  }
}

struct TextTrainerTests {
  @Test func `ten steps have PyTorch's losses and gradients`() throws {
    let known = try Peer.load()
    var trainer = try Peer.trainer()
    #expect(trainer.corpus.tokenizer.count == known["vocabulary"]?.int)
    for step in 0..<10 {
      let starts = (0..<4).map { (step * 31 + $0 * 57) % (trainer.corpus.training.count - 8) }
      let (loss, norm) = try trainer.learn(from: starts, rate: Peer.settings.rate(step: step))
      let (expected, length) = (
        try known.number("losses", step), try known.number("norms", step)
      )
      #expect(abs(loss - expected) < 2e-5, "loss \(step): \(loss), not \(expected)")
      #expect(abs(norm - length) < 1e-4 * length, "norm \(step): \(norm), not \(length)")
    }
  }

  @Test(arguments: [("small", 4.2126, 804_096), ("original", 4.2637, 10_745_088)])
  func `the presets have nanoGPT's shapes, and begin as if every character were equally likely`(
    preset: String, loss: Double, count: Int
  ) throws {
    let settings = preset == "small" ? TextConfiguration() : TextConfiguration.original
    let model = settings.model(vocabulary: 65)
    let known = try #require(try Peer.load()["shapes"]?[preset])
    #expect(model.layout.count == count)
    for entry in model.layout.entries {
      #expect(known[entry.name]?.ints == entry.shape, "\(entry.name)")
    }
    guard preset == "small" else { return }
    let alphabet = (40..<105).map { (code: UInt8) in Unicode.Scalar(code) }
    let letters = (0..<4000).map { (i: Int) -> Unicode.Scalar in
      let number = i * i * 7 + i
      return alphabet[number % 65]
    }
    let text = String(String.UnicodeScalarView(letters))
    let trainer = try TextTrainer(
      text + String(String.UnicodeScalarView(alphabet)), seed: 1, settings: settings)
    #expect(abs(trainer.meanLoss(trainer.corpus.training) - log(65)) < 0.1)
  }

  private static let poem = String(
    repeating: "the cat sat on the mat and the dog sat on the log. ", count: 40)

  private static var quick: TextConfiguration {
    var settings = TextConfiguration.nano
    (settings.steps, settings.batch, settings.evaluationBatches) = (24, 6, 2)
    (settings.evaluateEvery, settings.snapshotEvery, settings.dropout) = (6, 12, 0.1)
    (settings.shards, settings.accumulation) = (3, 2)
    return settings
  }

  @Test func `the number of threads changes nothing, and neither does a pause`() throws {
    func finish(threads: Int, pausing: Bool) throws -> [Checkpoint] {
      var sink = MemorySink()
      var trainer = try TextTrainer(Self.poem, seed: 7, settings: Self.quick, threads: threads)
      if pausing {
        try trainer.train(into: &sink, goOn: { $0.step < 17 })
        let last = try #require(sink.checkpoints.last)
        trainer = try TextTrainer(Self.poem, seed: 7, settings: Self.quick, threads: threads)
        try trainer.resume(from: last) { _ in [] }
      }
      try trainer.train(into: &sink)
      return sink.checkpoints
    }
    let one = try finish(threads: 1, pausing: false)
    #expect(one.map(\.step) == [12, 24])
    #expect(try finish(threads: 3, pausing: false) == one)
    #expect(try finish(threads: 2, pausing: true).last == one.last)
  }

  @Test func `a model learns as well with rounded products`() throws {
    func losses(_ precision: Precision) throws -> (training: Double, validation: Double) {
      var settings = TextConfiguration.nano
      (settings.steps, settings.precision) = (150, precision)
      var trainer = try TextTrainer(Self.poem, seed: 3, settings: settings)
      var sink = NullSink()
      try trainer.train(into: &sink)
      return trainer.loss
    }
    let (exact, rounded) = (try losses(.fp32), try losses(.bf16))
    #expect(exact != rounded, "they were rounded")
    #expect(abs(exact.validation - rounded.validation) < 0.03, "\(exact) \(rounded)")
  }

  @Test(arguments: [TokenKind.characters, .pairs])
  func `a model learns a poem, and continues it`(kind: TokenKind) throws {
    var settings = TextConfiguration.nano
    (settings.steps, settings.tokens, settings.pieces) = (300, kind, 280)
    settings.context = 24
    settings.validation = 0.2
    var trainer = try TextTrainer(Self.poem, seed: 1, settings: settings)
    var sink = MemorySink()
    try trainer.train(into: &sink)
    #expect(trainer.loss.validation < 0.35, "\(trainer.loss)")
    #expect(sink.transitions.isEmpty)
    let trained = try TrainedModel(try #require(sink.checkpoints.last))
    var writer = TextWriter(trained, prompt: try trained.tokenizer.tokens(of: "the cat sat"))
    let generator = Generator(seed: 1)
    for t in 0..<80 {
      _ = writer.write(
        Sampler(temperature: 0), generator.draws(for: .policy, episode: 1, t: t))
    }
    let text = trained.tokenizer.text(of: writer.tokens)
    #expect(text.hasPrefix("the cat sat on the mat and the dog sat on the log. the cat"), "\(text)")
  }
}

extension JSON {
  fileprivate func number(_ key: String, _ index: Int) throws -> Double {
    guard case .array(let elements)? = self[key] else { throw TrainingError("no \(key)") }
    return try #require(elements[index].double)
  }
}

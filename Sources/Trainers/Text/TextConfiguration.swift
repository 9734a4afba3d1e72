package import Language
package import Neural
package import Rollouts

/// What a text is cut into.
package enum TokenKind: String, Sendable, CaseIterable {
  case characters
  /// Pieces of bytes that often stand side by side, learned from the text.
  case pairs
}

/// The settings of a language model's training, nanoGPT's by default.
package struct TextConfiguration: Configuration, Equatable {
  /// How many batches are learned from.
  package var steps = 2000
  /// What the text is cut into.
  package var tokens = TokenKind.characters
  /// How many pieces there are, where it is cut into pairs.
  package var pieces = 512
  /// The layers, heads and width of the model, and how many tokens it sees at once.
  package var layers = 4
  package var heads = 4
  package var width = 128
  package var context = 64
  /// Whether linear layers and norms have biases.
  package var hasBias = false
  /// In what numbers matrices are multiplied.
  package var precision = Precision.fp32
  /// The share of activations that is dropped while learning (p).
  package var dropout = 0.0
  /// How many sequences are learned from at once.
  package var batch = 12
  /// Over how many batches gradients are added up before a step.
  package var accumulation = 1
  /// In how many parts a batch's gradient is computed, possibly at the same time. Part of the arithmetic:
  /// another number rounds otherwise.
  package var shards = 2
  /// How large AdamW's steps are at most (α).
  package var learningRate = 1e-3
  /// What they fall to, along half a wave of the cosine.
  package var lastRate = 1e-4
  /// In how many steps they grow to the most.
  package var warmup = 100
  /// AdamW's decays of the mean gradient and the mean square (β₁, β₂).
  package var beta1 = 0.9
  package var beta2 = 0.99
  /// The share that matrices lose each step, times the rate (λ).
  package var decay = 0.1
  /// The greatest length of a gradient; 0 for any.
  package var gradientNorm = 1.0
  /// The share of the text, its end, that is kept for validation.
  package var validation = 0.1
  /// How many steps lie between evaluations.
  package var evaluateEvery = 250
  /// How many batches of either part an evaluation takes.
  package var evaluationBatches = 20
  /// How many steps lie between checkpoints.
  package var snapshotEvery = 500

  /// The settings of nanoGPT's page for a computer without a graphics card.
  package init() {}

  /// Every setting by name.
  package static let settings: [Setting<Self>] = [
    .count("steps", \.steps, in: 1...1_000_000_000, "stop after N batches"),
    .choice("tokens", \.tokens, "what the text is cut into"),
    .count("pieces", \.pieces, in: 256...65_536, "how many, where it is cut into pairs of bytes"),
    .count("layers", \.layers, in: 1...48, "layers of the model"),
    .count("heads", \.heads, in: 1...64, "heads of each, which share its width"),
    .count("width", \.width, in: 1...4096, "numbers that the model keeps of each place"),
    .count("context", \.context, in: 1...4096, "how far it looks back, in tokens"),
    .flag("bias", \.hasBias, "linear layers and norms have biases"),
    .choice("precision", \.precision, "numbers that matrices are multiplied in"),
    .number("dropout", \.dropout, in: 0...0.9, "share of activations that is dropped (p)"),
    .count("batch", \.batch, in: 1...4096, "sequences learned from at once"),
    .count("accumulation", \.accumulation, in: 1...1024, "batches whose gradients are added up"),
    .count("shards", \.shards, in: 1...64, "parts that a batch is computed in"),
    .number("learning_rate", \.learningRate, in: 0...100, "how large AdamW's steps are (α)"),
    .number("last_rate", \.lastRate, in: 0...100, "what the rate falls to"),
    .count("warmup", \.warmup, in: 0...1_000_000, "steps in which the rate grows"),
    .number("beta1", \.beta1, in: 0...0.999999, "AdamW's decay of the mean gradient (β₁)"),
    .number("beta2", \.beta2, in: 0...0.999999, "AdamW's decay of the mean square (β₂)"),
    .number("decay", \.decay, in: 0...10, "weight decay of matrices (λ)"),
    .number("gradient_norm", \.gradientNorm, in: 0...1e9, "greatest length of a gradient; 0: any"),
    .number("validation", \.validation, in: 0.001...0.9, "share of the text for validation"),
    .count("evaluate_every", \.evaluateEvery, in: 1...1_000_000_000, "steps between trials"),
    .count("evaluation_batches", \.evaluationBatches, in: 1...100_000, "batches of a trial"),
    .count("snapshot_every", \.snapshotEvery, in: 1...1_000_000_000, "steps between snapshots"),
  ]

  /// Refuses settings that are each allowed, but not together.
  package func validate() throws(SettingError) {
    if width % heads != 0 { throw SettingError("heads share the width evenly") }
    if lastRate > learningRate { throw SettingError("last_rate is at most learning_rate") }
    if batch * evaluationBatches > 10_000_000 {
      throw SettingError("evaluation_batches times batch is at most 10000000")
    }
    if shards > sequences { throw SettingError("shards is at most batch times accumulation") }
  }

  /// How many sequences a step learns from.
  package var sequences: Int { batch * accumulation }

  /// The model of these settings for a vocabulary of this size.
  package func model(vocabulary: Int) -> LanguageModel {
    LanguageModel(
      GPTShape(
        vocabulary: vocabulary, context: context, layers: layers, heads: heads, width: width,
        hasBias: hasBias, precision: precision))
  }

  /// How large AdamW's step is after a number of steps: it grows evenly, then falls along half a wave.
  package func rate(step: Int) -> Double {
    if step < warmup { return learningRate * Double(step + 1) / Double(warmup + 1) }
    let rest = Schedule.cosine(from: learningRate, to: lastRate, half: max(1, steps - warmup))
    return rest.value(episode: min(step, steps) - warmup + 1, of: steps)
  }
}

extension TextConfiguration {
  /// A model so small that it is done in seconds.
  package static let nano: TextConfiguration = {
    var settings = TextConfiguration()
    (settings.layers, settings.heads, settings.width, settings.context) = (2, 2, 32, 32)
    (settings.steps, settings.batch, settings.warmup) = (500, 16, 20)
    (settings.learningRate, settings.lastRate) = (4e-3, 4e-4)
    (settings.evaluateEvery, settings.snapshotEvery) = (100, 250)
    return settings
  }()

  /// nanoGPT's character model: 10.65 million parameters, minutes on a graphics card and hours without.
  package static let original: TextConfiguration = {
    var settings = TextConfiguration()
    (settings.layers, settings.heads, settings.width, settings.context) = (6, 6, 384, 256)
    (settings.steps, settings.batch, settings.dropout) = (5000, 64, 0.2)
    (settings.evaluationBatches, settings.snapshotEvery) = (200, 1000)
    return settings
  }()
}

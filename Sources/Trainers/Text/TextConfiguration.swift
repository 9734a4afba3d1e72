package import Language
package import Neural
package import Rollouts

/// The kinds of token.
package enum TokenKind: String, Sendable, CaseIterable {
  case characters
  /// Pieces of bytes that often occur together, learned from the text.
  case pairs
}

/// The settings of a language model's training, nanoGPT's by default.
package struct TextConfiguration: Configuration, Equatable {
  /// How many batches to train on.
  package var steps = 2000
  /// The kind of token.
  package var tokens = TokenKind.characters
  /// How many pieces there are, for tokens of byte pairs.
  package var pieces = 512
  /// The layers, heads and width of the model, and the tokens in its context.
  package var layers = 4
  package var heads = 4
  package var width = 128
  package var context = 64
  /// Whether linear layers and norms have biases.
  package var hasBias = false
  /// The precision of matrix products.
  package var precision = Precision.fp32
  /// The share of activations that dropout removes in training (p).
  package var dropout = 0.0
  /// The sequences in a batch.
  package var batch = 12
  /// How many batches' gradients are added before a step.
  package var accumulation = 1
  /// Into how many parts the gradient of a batch is divided; they may be computed concurrently.
  /// This affects rounding: another number gives other bits.
  package var shards = 2
  /// AdamW's greatest learning rate (α).
  package var learningRate = 1e-3
  /// The final learning rate, after half a period of a cosine.
  package var lastRate = 1e-4
  /// The number of steps in which the rate grows.
  package var warmup = 100
  /// AdamW's decays of the mean gradient and the mean square (β₁, β₂).
  package var beta1 = 0.9
  package var beta2 = 0.99
  /// The share that matrices lose each step, times the rate (λ).
  package var decay = 0.1
  /// The greatest norm of a gradient; 0 for no limit.
  package var gradientNorm = 1.0
  /// The share at the end of the text that is used for validation.
  package var validation = 0.1
  /// How many steps between evaluations.
  package var evaluateEvery = 250
  /// How many batches of either part an evaluation takes.
  package var evaluationBatches = 20
  /// How many steps between checkpoints.
  package var snapshotEvery = 500

  /// The settings on nanoGPT's page for a computer without a graphics card.
  package init() {}

  /// Every setting by name.
  package static let settings: [Setting<Self>] = [
    .count("steps", \.steps, in: 1...1_000_000_000, "stop after N batches"),
    .choice("tokens", \.tokens, "kind of token"),
    .count("pieces", \.pieces, in: 256...65_536, "number of pieces, for tokens of byte pairs"),
    .count("layers", \.layers, in: 1...48, "layers of the model"),
    .count("heads", \.heads, in: 1...64, "attention heads of each layer"),
    .count("width", \.width, in: 1...4096, "width of the model"),
    .count("context", \.context, in: 1...4096, "length of the context in tokens"),
    .flag("bias", \.hasBias, "linear layers and norms have biases"),
    .choice("precision", \.precision, "precision of matrix products"),
    .number("dropout", \.dropout, in: 0...0.9, "dropout rate (p)"),
    .count("batch", \.batch, in: 1...4096, "sequences in a batch"),
    .count("accumulation", \.accumulation, in: 1...1024, "batches whose gradients are added"),
    .count("shards", \.shards, in: 1...64, "parts of a batch, computed in parallel"),
    .number("learning_rate", \.learningRate, in: 0...100, "AdamW's learning rate (α)"),
    .number("last_rate", \.lastRate, in: 0...100, "final learning rate"),
    .count("warmup", \.warmup, in: 0...1_000_000, "steps in which the learning rate grows"),
    .number("beta1", \.beta1, in: 0...0.999999, "AdamW's decay of the mean gradient (β₁)"),
    .number("beta2", \.beta2, in: 0...0.999999, "AdamW's decay of the mean square (β₂)"),
    .number("decay", \.decay, in: 0...10, "weight decay of matrices (λ)"),
    .number(
      "gradient_norm", \.gradientNorm, in: 0...1e9, "greatest norm of a gradient; 0: no limit"),
    .number("validation", \.validation, in: 0.001...0.9, "share of the text for validation"),
    .count("evaluate_every", \.evaluateEvery, in: 1...1_000_000_000, "steps between evaluations"),
    .count("evaluation_batches", \.evaluationBatches, in: 1...100_000, "batches of an evaluation"),
    .count("snapshot_every", \.snapshotEvery, in: 1...1_000_000_000, "steps between checkpoints"),
  ]

  /// Throws for settings that are each valid, but not together.
  package func validate() throws(SettingError) {
    if width % heads != 0 { throw SettingError("width must be a multiple of heads") }
    if lastRate > learningRate { throw SettingError("last_rate must be at most learning_rate") }
    if batch * evaluationBatches > 10_000_000 {
      throw SettingError("evaluation_batches times batch must be at most 10000000")
    }
    if shards > sequences { throw SettingError("shards must be at most batch times accumulation") }
  }

  /// The sequences in a step.
  package var sequences: Int { batch * accumulation }

  /// The model of these settings for a vocabulary of a given size.
  package func model(vocabulary: Int) -> LanguageModel {
    LanguageModel(
      GPTShape(
        vocabulary: vocabulary, context: context, layers: layers, heads: heads, width: width,
        hasBias: hasBias, precision: precision))
  }

  /// AdamW's learning rate after a number of steps: it grows linearly, then falls along half a
  /// cosine.
  package func rate(step: Int) -> Double {
    if step < warmup { return learningRate * Double(step + 1) / Double(warmup + 1) }
    let rest = Schedule.cosine(from: learningRate, to: lastRate, half: max(1, steps - warmup))
    return rest.value(episode: min(step, steps) - warmup + 1, of: steps)
  }
}

extension TextConfiguration {
  /// A model so small that it trains in seconds.
  package static let nano: TextConfiguration = {
    var settings = TextConfiguration()
    (settings.layers, settings.heads, settings.width, settings.context) = (2, 2, 32, 32)
    (settings.steps, settings.batch, settings.warmup) = (500, 16, 20)
    (settings.learningRate, settings.lastRate) = (4e-3, 4e-4)
    (settings.evaluateEvery, settings.snapshotEvery) = (100, 250)
    return settings
  }()

  /// nanoGPT's character model: 10.65 million parameters, which take minutes on a graphics card and
  /// hours without.
  package static let original: TextConfiguration = {
    var settings = TextConfiguration()
    (settings.layers, settings.heads, settings.width, settings.context) = (6, 6, 384, 256)
    (settings.steps, settings.batch, settings.dropout) = (5000, 64, 0.2)
    (settings.evaluationBatches, settings.snapshotEvery) = (200, 1000)
    return settings
  }()
}

package import Language
package import Neural
package import Platform
package import Rollouts

/// Trains a language model on a text, and records metrics and checkpoints. There are no
/// transitions, since nothing is played. Its steps are batches.
package struct TextTrainer: Trainer, Sendable {
  package let settings: TextConfiguration
  package let model: LanguageModel
  package let corpus: Corpus
  /// What the model has learned.
  package internal(set) var parameters: Parameters
  package internal(set) var adam: Adam
  /// Batches so far.
  package internal(set) var step = 0
  package var stopStep = Int.max
  /// The mean loss of the validation part at the last evaluation, and of the training part.
  package internal(set) var loss = (training: Double.nan, validation: Double.nan)

  private let generator: Generator
  /// The shards of this process, and the processes that have the others.
  private var shards: [TextShard]
  private var ranks: Ranks?
  package private(set) var rows = RowCount()
  /// The threads that compute; their number changes no result.
  private let pool: ThreadPool

  /// An untrained trainer for a text.
  package init(
    _ text: String, seed: UInt64, settings: TextConfiguration,
    threads: Int = ThreadPool.processorCount
  ) throws {
    try settings.validate()
    let tokenizer: Tokenizer =
      switch settings.tokens {
      case .characters: .characters(CharacterTokenizer(of: text))
      case .pairs: .bytePairs(try BytePairTokenizer(of: text, pieces: settings.pieces))
      }
    corpus = try Corpus(
      text, tokenizer, validation: settings.validation, context: settings.context)
    let model = settings.model(vocabulary: tokenizer.count)
    self.settings = settings
    self.model = model
    generator = Generator(seed: seed)
    parameters = Parameters(model.layout, seed: seed)
    adam = Adam(
      model.layout, beta1: settings.beta1, beta2: settings.beta2, decay: settings.decay)
    pool = ThreadPool(threads: max(1, min(threads, settings.shards)))
    shards = (0..<settings.shards).map { _ in TextShard(model) }
  }

  /// Computes some of the shards; every process does everything else.
  package mutating func share(with ranks: Ranks) throws {
    try ranks.check(shards: settings.shards)
    self.ranks = ranks
    shards.removeLast(shards.count - settings.shards / ranks.count)
  }

  /// A text has no episodes.
  package var episodes: Int { 0 }

  /// Whether all batches are done.
  package var isComplete: Bool { step >= min(settings.steps, stopStep) }

  /// The untrained model, with which a recording begins.
  package var initialCheckpoint: Checkpoint { checkpoint }

  package mutating func train<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, now: () -> Double, callbacks: TrainingCallbacks,
    goOn: (TrainingProgress) -> Bool
  ) throws {
    let ranks = ranks
    callbacks.trainingStarted?(TrainingEvent.Training(self))
    if step == 0 { try evaluate(into: &sink, callbacks) }
    var clock = (step: step, time: now())
    while !isComplete {
      let rate = settings.rate(step: step)
      callbacks.updateStarted?(TrainingEvent.Update(step: step, number: step + 1))
      let starts = corpus.starts(
        settings.sequences, step: step, context: settings.context, generator)
      let (loss, norm) = try learn(from: starts, rate: rate)
      if let tracing = callbacks.tracing, tracing.steps.contains(step) {
        tracing.onUpdate(step, .text(trace(of: starts, loss: loss, norm: norm, rate: rate)))
      }
      step += 1
      var metrics: [Metric] {
        [
          Metric(step: step, name: "losses/batch", value: loss),
          Metric(step: step, name: "losses/gradient_norm", value: norm),
          Metric(step: step, name: "charts/learning_rate", value: rate),
        ]
      }
      let isEvaluated = step % settings.evaluateEvery == 0 || isComplete
      let isReported = step % Self.reportEvery == 0 || isEvaluated
      if isReported {
        var metrics = metrics
        let time = now()
        if time > clock.time {
          let tokens = (step - clock.step) * settings.sequences * settings.context
          let speed = Double(tokens) / (time - clock.time)
          metrics.append(Metric(step: step, name: "charts/tokens_per_second", value: speed))
        }
        try sink.record(metrics, callbacks)
      }
      callbacks.updateEnded?(TrainingEvent.Update(step: step, number: step, metrics: metrics))
      if isEvaluated { try evaluate(into: &sink, callbacks) }
      if isReported { clock = (step, now()) }
      if step % settings.snapshotEvery == 0 || isComplete {
        try ranks.compare(parameters, step: step)
        try sink.record(checkpoint, callbacks)
      }
      if !ranks.agree({ goOn(progress(loss)) }) { break }
    }
    callbacks.trainingEnded?(TrainingEvent.Training(self))
  }

  /// How often the losses of single batches are recorded.
  private static let reportEvery = 10

  private func progress(_ loss: Double) -> TrainingProgress {
    TrainingProgress(
      step: step, episodes: 0, share: Double(step) / Double(settings.steps), lastReturn: 0,
      loss: loss)
  }

  // MARK: Learning

  private func trace(of starts: [Int], loss: Double, norm: Double, rate: Double) -> TextTrace {
    TextTrace(
      starts: starts,
      sequences: starts.map { start in
        corpus.training[start...start + settings.context].map { Int($0) }
      }, loss: loss, gradientNorm: norm, learningRate: rate)
  }

  /// Learns from sequences that begin at some positions of the training part; returns their loss
  /// before the update, and the norm of its gradient.
  package mutating func learn(
    from starts: [Int], rate: Double
  ) throws -> (loss: Double, norm: Double) {
    let batch = TextShard.Batch(
      starts: starts, context: settings.context, step: step,
      dropout: settings.dropout, generator: generator)
    let (shards, parameters, part) = (shards, parameters, corpus.training)
    rows.backward += forEachShard(of: batch) {
      shards[$0].computeGradients($1, of: part, batch, parameters)
    }
    forEachPair(of: shards.count) { shards[$0].gradients.add(shards[$1].gradients) }
    if let ranks {
      let all = 0..<parameters.values.count
      ranks.addUp(&shards[0].gradients.values, in: all, among: ranks.count)
    }
    let loss = sumOfLosses() / Double(starts.count * settings.context)
    let most = settings.gradientNorm > 0 ? settings.gradientNorm : .infinity
    let norm = shards[0].gradients.clip(toNorm: most)
    for (name, value) in [("losses/batch", loss), ("losses/gradient_norm", norm)]
    where !value.isFinite {
      throw TrainingError.notFinite(
        step: step, metric: name, value: value, lookAt: "learning_rate (\(rate))")
    }
    adam.step(&self.parameters, shards[0].gradients, rate: rate)
    return (loss, norm)
  }

  /// The mean loss of both parts over sequences spread evenly, at last of the validation part.
  private mutating func evaluate<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, _ callbacks: TrainingCallbacks
  ) throws {
    callbacks.evaluationStarted?(TrainingEvent.Evaluation(step: step))
    let (training, validation) = (evaluate(corpus.training), evaluate(corpus.validation))
    loss = (training.loss, validation.loss)
    rows.forward += training.rows + validation.rows
    let metrics = [
      Metric(step: step, name: "losses/train", value: loss.training),
      Metric(step: step, name: "losses/validation", value: loss.validation),
    ]
    try sink.record(metrics, callbacks)
    callbacks.evaluationEnded?(TrainingEvent.Evaluation(step: step, metrics: metrics))
  }

  /// The mean loss of a part of the text, without learning.
  package func meanLoss(_ part: [Int32]) -> Double { evaluate(part).loss }

  private func evaluate(_ part: [Int32]) -> (loss: Double, rows: Int) {
    let context = settings.context
    let starts = Corpus.spread(
      settings.evaluationBatches * settings.batch, over: part, context: context)
    let batch = TextShard.Batch(
      starts: starts, context: context, step: step, dropout: 0, generator: generator)
    let (shards, parameters) = (shards, parameters)
    let rows = forEachShard(of: batch) {
      shards[$0].computeLoss($1, of: part, batch, parameters)
    }
    return (sumOfLosses() / Double(starts.count * context), rows)
  }

  // MARK: Shards

  /// Runs a closure for each shard of this process, with its part of the sequences; returns how
  /// many rows these have.
  private func forEachShard(
    of batch: TextShard.Batch, _ work: @escaping @Sendable (Int, Range<Int>) -> Void
  ) -> Int {
    let (own, all) = (ranks.share(of: settings.shards), settings.shards)
    pool.run(own.count) { work($0, batch.share(own.lowerBound + $0, of: all)) }
    return own.reduce(0) { $0 + batch.share($1, of: all).count } * batch.context
  }

  /// The sum of the losses of all shards.
  private func sumOfLosses() -> Double {
    var losses = shards.map(\.loss)
    forEachPair(of: losses.count) { losses[$0] += losses[$1] }
    if let ranks { ranks.addUp(&losses[0], among: ranks.count, +=) }
    return losses[0]
  }
}

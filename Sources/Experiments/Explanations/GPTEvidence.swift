import Glibc
import Language
import Neural
import Platform
import Recordings
import Rollouts
import Trainers

/// What a recording shows of each part of a language model's training, or of a text that one wrote.
struct GPTEvidence {
  /// Lines of text, by the name of the part.
  let lines: [String: [String]]

  init(_ recording: Recording, in catalog: Catalog) throws {
    let run = try recording.description()
    guard run.isOfText else {
      throw RunError.run(
        "this needs a recording of a language model, and \(run.trainer) made this one")
    }
    guard run.purpose == .train else {
      lines = try Self.lines(ofText: recording, run)
      return
    }
    guard let settings = try catalog.plan(of: run).settings as? TextConfiguration else {
      throw RunError.damaged(recording.path, "it is of a text, but no trainer of texts made it")
    }
    lines = try Self.lines(ofTraining: recording, run, settings)
  }

  private static func lines(
    ofTraining recording: Recording, _ run: RunDescription, _ settings: TextConfiguration
  ) throws -> [String: [String]] {
    guard let checkpoint = try recording.finalCheckpoint() else {
      throw RunError.damaged(recording.path, "it has no checkpoint")
    }
    let trained = try TrainedModel(checkpoint)
    let corpus = try Corpus(
      run.world.map, trained.tokenizer, validation: settings.validation,
      context: settings.context)
    let (steps, context) = (try recording.stepCount(), settings.context)
    let (learned, kept) = (corpus.training.count, corpus.validation.count)
    var lines: [String: [String]] = [:]
    lines["text"] = [
      "\(run.world.mapName): \(NumberFormat.count(learned + kept)) tokens, V = \(trained.tokenizer.count) "
        + "different ones; \(NumberFormat.count(learned)) to learn from, \(NumberFormat.count(kept)) kept",
      "B = \(settings.sequences), T = \(context): \(NumberFormat.count(settings.sequences * context)) "
        + "predictions in a batch, \(NumberFormat.count(steps)) batches",
    ]
    if steps > 0 {
      let starts = corpus.starts(
        settings.sequences, step: steps - 1, context: context, Generator(seed: run.seed))
      let first = corpus.training[starts[0]..<starts[0] + context].map { Int($0) }
      lines["text"]?.append(
        "batch \(steps - 1) begins with \(trained.tokenizer.text(of: first.prefix(shown)).quoted)")
    }
    let read = corpus.validation.prefix(context).map { Int($0) }
    let expectation = Expectation(trained, behind: read, token: Int(corpus.validation[context]))
    lines["model"] = [shape(of: trained)] + attention(of: expectation)
    lines["loss"] =
      [
        likeliest(of: expectation),
        "\(expectation.token.quoted) follows: a loss of −ln \(NumberFormat.exact(Double(expectation.share))) = "
          + NumberFormat.exact(-log(Double(expectation.share))),
        "ln V = \(NumberFormat.exact(log(Double(trained.tokenizer.count))))",
      ] + (try recording.points(of: "losses/batch"))
    lines["backward"] = try recording.points(of: "losses/gradient_norm")
    lines["adam"] =
      [
        "α up to \(settings.learningRate) after \(settings.warmup) steps, down to \(settings.lastRate); "
          + "λ = \(settings.decay)"
      ] + (try recording.points(of: "charts/learning_rate"))
    lines["save"] =
      (try recording.points(of: "losses/train")) + (try recording.points(of: "losses/validation"))
      + (try lowest(of: recording)) + [try recording.checkpointsText(checkpoint)]
    return lines
  }

  private static func lines(
    ofText recording: Recording, _ run: RunDescription
  ) throws -> [String: [String]] {
    let (steps, texts) = (try recording.stepCount(), try recording.counts().episodes)
    var origin = ""
    if let parent = run.parent {
      origin =
        ", written by the model of \(parent.file) after \(NumberFormat.count(parent.step)) batches"
    }
    var lines = [
      "text": [
        "\(texts) \(texts == 1 ? "text" : "texts"), \(NumberFormat.count(steps)) tokens\(origin)"
      ]
    ]
    guard steps > 0, let trained = try recording.writingModel() else { return lines }
    let last = try TokenExplanation(recording, steps - 1)
    lines["model"] = [shape(of: trained)] + attention(of: last.expectation)
    lines["loss"] = [
      likeliest(of: last.expectation),
      "\(last.expectation.token.quoted) was written: ln p = \(NumberFormat.exact(last.logProbability))",
    ]
    return lines
  }

  /// How many tokens of a batch are shown, and how many heads of a layer or expected tokens.
  private static let shown = 20
  private static let few = 4

  private static func shape(of trained: TrainedModel) -> String {
    let shape = trained.model.shape
    return
      "\(shape.layers) layers, \(shape.heads) heads, C = \(shape.width), T = \(shape.context): "
      + "\(NumberFormat.count(trained.model.layout.count)) parameters"
  }

  /// What the last layer's heads attended to most.
  private static func attention(of expectation: Expectation) -> [String] {
    let rows = expectation.attentionTable.rows
    let heads = rows.filter { $0[0] == rows.last?[0] }.prefix(few)
    guard let layer = heads.first?[0] else { return [] }
    return [
      "after \(expectation.ending), layer \(layer) looks most: "
        + heads.map { "head \($0[1]) at \($0[2])" }.joined(separator: ", ")
    ]
  }

  private static func likeliest(of expectation: Expectation) -> String {
    "there it expects "
      + expectation.likeliest.prefix(few).map { "\($0.name.quoted) \($0.share.percent)" }
      .joined(separator: ", ")
  }

  /// The lowest validation loss, and when it was reached.
  private static func lowest(of recording: Recording) throws -> [String] {
    let losses = try recording.metric("losses/validation")
    guard let best = zip(losses.steps, losses.values).min(by: { $0.1 < $1.1 }) else { return [] }
    return [
      "the lowest loss of the kept part is \(NumberFormat.exact(best.1)), after "
        + "\(NumberFormat.count(best.0)) batches"
    ]
  }
}

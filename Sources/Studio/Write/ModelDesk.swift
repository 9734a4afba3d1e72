import Experiments
import Language
import Neural
import Platform
import Recordings
import Rollouts
import Synchronization

/// A loaded model.
final class ModelDesk: Sendable {
  /// What the model does.
  enum Model: Sendable {
    /// Continues texts, with the parameters of a training step.
    case writer(TrainedModel, step: Int?)
    case classifier(TextClassifier)
  }

  /// The recording or folder of the model.
  let path: String
  let model: Model
  /// The state of the last text, so that it can be continued.
  let left = Mutex<TextWriter?>(nil)
  /// Threads for one request at a time.
  private let pool = Mutex(ThreadPool(threads: ThreadPool.processorCount))

  init(_ path: String, _ model: Model) { (self.path, self.model) = (path, model) }

  /// The language model, if it is one.
  func writer() throws(Refusal) -> TrainedModel {
    guard case .writer(let trained, _) = model else {
      throw .invalid("this model classifies texts, and writes none")
    }
    return trained
  }

  // MARK: Facts

  /// The facts of the model, and the training steps at which it is available.
  func facts() throws -> JSON {
    var facts: [JSON.Member] = [
      .init("file", .string(path)), .init("name", .string(Files.stem(path))),
    ]
    switch model {
    case .writer(let trained, let step):
      let shape = trained.model.shape
      let steps = try step.map { _ in try Recording(path).checkpointSteps() } ?? []
      let count = trained.parameters.values.count
      facts += [
        .init("kind", "writer"), .init("parameters", .integer(count)),
        .init("bytes", .integer(count * MemoryLayout<Float>.size)),
        .init("vocabulary", .integer(trained.tokenizer.count)),
        .init("context", .integer(shape.context)), .init("layers", .integer(shape.layers)),
        .init("heads", .integer(shape.heads)), .init("step", step.map(JSON.integer) ?? .null),
        .init("steps", .array(steps.map(JSON.integer))),
      ]
    case .classifier(let classifier):
      facts += [
        .init("kind", "classifier"), .init("context", .integer(classifier.context)),
        .init("labels", .array(classifier.labels.map(JSON.string))),
      ]
    }
    return .object(facts)
  }

  // MARK: Insight

  /// The candidates at a place of a text, and what the model attended to.
  func look(_ wanted: WriteRequest, at place: Int?) throws -> JSON {
    let trained = try writer()
    let opening = try trained.opening(of: wanted.prompt)
    let tokens = opening + wanted.written
    let place = try checked(place, in: tokens)
    let look = pool.withLock { pool in
      TextLook(
        by: trained, tokens, prompt: opening.count, at: place, wanted.sampler, pool: pool)
    }
    return [
      "place": .integer(place), "first": .integer(look.first), "bits": .number(look.bits),
      "likelier": look.likelier.map(JSON.integer) ?? .null,
      "candidates": .array(
        look.candidates.map {
          [
            "token": .integer($0.token), "name": .string($0.name), "share": .number($0.share),
            "chance": .number($0.chance), "chosen": .bool($0.isChosen),
          ]
        }), "attention": Self.json(look.attention),
    ]
  }

  /// A place that has something before it; nil is the place after the text.
  func checked(_ place: Int?, in tokens: [Int]) throws(Refusal) -> Int {
    let place = place ?? tokens.count
    guard (1...tokens.count).contains(place) else {
      throw .invalid("a place must be a number from 1 to \(tokens.count), not \(place)")
    }
    return place
  }

  /// How well each label fits a text, and what the classification token attended to.
  func classify(_ text: String) throws -> JSON {
    guard case .classifier(let classifier) = model else {
      throw Refusal.invalid("this model writes texts, and classifies none")
    }
    let verdict = pool.withLock { classifier.classify(text, pool: $0) }
    return [
      "labels": .array(
        zip(classifier.labels, verdict.shares).map {
          ["name": .string($0), "share": .number(Double($1))]
        }), "pieces": .array(verdict.pieces.map(JSON.string)), "cut": .bool(verdict.isCut),
      "attention": Self.json(verdict.attention),
    ]
  }

  /// Shares by layer, head and place, in ten-thousandths: short, and finer than any shade. Numbers that are not
  /// finite, from a damaged model, become 0.
  private static func json(_ attention: [[[Float]]]) -> JSON {
    .array(
      attention.map { heads in
        .array(
          heads.map { .array($0.map { .integer($0.isFinite ? Int(($0 * 10_000).rounded()) : 0) }) })
      })
  }
}

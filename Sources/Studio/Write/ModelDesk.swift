import Experiments
import Language
import Neural
import Platform
import Recordings
import Rollouts
import Synchronization

/// A model that was loaded.
final class ModelDesk: Sendable {
  /// What it does.
  enum Model: Sendable {
    /// Goes on with texts, as it had learned by a step of its training.
    case writer(TrainedModel, step: Int?)
    case classifier(TextClassifier)
  }

  /// The recording or folder that it comes from.
  let path: String
  let model: Model
  /// Where the text was left that was written last, to be gone on with.
  let left = Mutex<TextWriter?>(nil)
  /// Threads for one question at a time.
  private let pool = Mutex(ThreadPool(threads: ThreadPool.processorCount))

  init(_ path: String, _ model: Model) { (self.path, self.model) = (path, model) }

  /// The model, where it writes.
  func writer() throws(Refusal) -> TrainedModel {
    guard case .writer(let trained, _) = model else {
      throw .invalid("this model classifies texts, and writes none")
    }
    return trained
  }

  // MARK: What it is

  /// What it is, and by which steps of its training it can be had.
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

  // MARK: What it thought

  /// What could have come at a place of a text, and what the model looked at.
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

  /// A place that has something before it; nil is the one behind all.
  func checked(_ place: Int?, in tokens: [Int]) throws(Refusal) -> Int {
    let place = place ?? tokens.count
    guard (1...tokens.count).contains(place) else {
      throw .invalid("a place is a number from 1 to \(tokens.count), not \(place)")
    }
    return place
  }

  /// How well each label fits a text, and what the classification token looked at.
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

  /// Shares by layer, head and place, in ten-thousandths: short, and finer than any shade. What a damaged model
  /// makes of its numbers is none.
  private static func json(_ attention: [[[Float]]]) -> JSON {
    .array(
      attention.map { heads in
        .array(
          heads.map { .array($0.map { .integer($0.isFinite ? Int(($0 * 10_000).rounded()) : 0) }) })
      })
  }
}

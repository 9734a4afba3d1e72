import Language
import Neural
import Rollouts

/// A part of each batch: its own activations and gradients, so that parts can be computed side by side.
final class TextShard: @unchecked Sendable {
  private let model: LanguageModel
  private var memory: Activations
  private let path: GPT.Path
  private let logits: Rows
  var gradients: Parameters
  /// The sum of the losses of all places.
  private(set) var loss = 0.0

  /// So many places at once stay in the processor's caches, and fill its multipliers.
  private static let rows = 512

  /// A shard of a model.
  init(_ model: LanguageModel) {
    let context = model.shape.context
    self.model = model
    memory = Activations(rows: max(1, Self.rows / context) * context)
    path = model.gpt.path(in: &memory)
    logits = memory.add(width: model.shape.vocabulary)
    gradients = Parameters(zeros: model.layout)
  }

  /// What all shards of a batch are told.
  struct Task: Sendable {
    /// Where each sequence begins.
    var starts: [Int]
    var context: Int
    var step: Int
    var dropout: Double
    var generator: Generator

    /// One shard's part of the sequences.
    func share(_ shard: Int, of shards: Int) -> Range<Int> {
      starts.count * shard / shards..<starts.count * (shard + 1) / shards
    }
  }

  /// Sets loss and gradients to those of some sequences.
  func learn(_ range: Range<Int>, of text: [Int32], _ task: Task, _ parameters: Parameters) {
    gradients.clear()
    let weight = 1 / Float(task.starts.count * task.context)
    run(range, task) { [self] part in
      let (batch, targets) = tokens(part, of: text, task)
      let dropping = Dropout(
        rate: task.dropout, task.generator, step: task.step, firstSequence: part.lowerBound)
      loss += look(
        batch, targets, length: task.context, weight: weight, dropping: dropping, parameters)
      model.gpt.head.backward(
        path.output, from: logits, rows: batch.count, parameters, into: &gradients, &memory)
      model.gpt.backward(
        path, batch, length: task.context, dropping: dropping, parameters, into: &gradients,
        &memory)
    }
  }

  /// Sets the loss alone.
  func judge(_ range: Range<Int>, of text: [Int32], _ task: Task, _ parameters: Parameters) {
    run(range, task) { [self] part in
      let (batch, targets) = tokens(part, of: text, task)
      loss += look(
        batch, targets, length: task.context, weight: 1, dropping: nil, parameters)
    }
  }

  private func run(_ range: Range<Int>, _ task: Task, _ body: (Range<Int>) -> Void) {
    loss = 0
    let most = memory.capacity / task.context
    for first in stride(from: range.lowerBound, to: range.upperBound, by: most) {
      body(first..<min(first + most, range.upperBound))
    }
  }

  /// The tokens of some sequences, and those that follow each.
  private func tokens(
    _ part: Range<Int>, of text: [Int32], _ task: Task
  ) -> (batch: [Int], targets: [Int?]) {
    var batch: [Int] = []
    var targets: [Int?] = []
    for start in task.starts[part] {
      batch += text[start..<start + task.context].map { Int($0) }
      targets += text[start + 1...start + task.context].map { Int($0) }
    }
    return (batch, targets)
  }

  private func look(
    _ batch: [Int], _ targets: [Int?], length: Int, weight: Float, dropping: Dropout?,
    _ parameters: Parameters
  ) -> Double {
    model.gpt.forward(path, batch, length: length, dropping: dropping, parameters, &memory)
    model.gpt.head.forward(path.output, to: logits, rows: batch.count, parameters, &memory)
    return CrossEntropy().sum(
      logits, rows: batch.count, targets: targets, weight: weight, &memory)
  }
}

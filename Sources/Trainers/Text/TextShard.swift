import Language
import Neural
import Rollouts

/// A part of each batch with its own activations and gradients, so that parts can be computed
/// concurrently.
final class TextShard: @unchecked Sendable {
  private let model: LanguageModel
  private var activations: Activations
  private let buffers: GPT.Buffers
  private let logits: Rows
  var gradients: Parameters
  /// The sum of the losses at all positions.
  private(set) var loss = 0.0

  /// As many positions as stay in the processor's caches and keep its multipliers busy.
  private static let rows = 512

  /// A shard of a model.
  init(_ model: LanguageModel) {
    let context = model.shape.context
    self.model = model
    activations = Activations(rows: max(1, Self.rows / context) * context)
    buffers = model.gpt.buffers(in: &activations)
    logits = activations.add(width: model.shape.vocabulary)
    gradients = Parameters(zeros: model.layout)
  }

  /// A batch, of which every shard has a part.
  struct Batch: Sendable {
    /// The start of each sequence.
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

  /// Computes the loss and gradients of some sequences.
  func computeGradients(
    _ range: Range<Int>, of text: [Int32], _ batch: Batch, _ parameters: Parameters
  ) {
    gradients.clear()
    let weight = 1 / Float(batch.starts.count * batch.context)
    forEachPart(of: range, batch) { [self] part in
      let (inputs, targets) = tokens(part, of: text, batch)
      let dropping = Dropout(
        rate: batch.dropout, batch.generator, step: batch.step, firstSequence: part.lowerBound)
      loss += forward(
        inputs, targets, length: batch.context, weight: weight, dropping: dropping, parameters)
      model.gpt.head.backward(
        buffers.output, from: logits, rows: inputs.count, parameters, into: &gradients,
        &activations)
      model.gpt.backward(
        buffers, inputs, length: batch.context, dropping: dropping, parameters, into: &gradients,
        &activations)
    }
  }

  /// Computes only the loss.
  func computeLoss(
    _ range: Range<Int>, of text: [Int32], _ batch: Batch, _ parameters: Parameters
  ) {
    forEachPart(of: range, batch) { [self] part in
      let (inputs, targets) = tokens(part, of: text, batch)
      loss += forward(
        inputs, targets, length: batch.context, weight: 1, dropping: nil, parameters)
    }
  }

  private func forEachPart(of range: Range<Int>, _ batch: Batch, _ body: (Range<Int>) -> Void) {
    loss = 0
    let most = activations.capacity / batch.context
    for first in stride(from: range.lowerBound, to: range.upperBound, by: most) {
      body(first..<min(first + most, range.upperBound))
    }
  }

  /// The tokens of some sequences, and the next token for each.
  private func tokens(
    _ part: Range<Int>, of text: [Int32], _ batch: Batch
  ) -> (inputs: [Int], targets: [Int?]) {
    var inputs: [Int] = []
    var targets: [Int?] = []
    for start in batch.starts[part] {
      inputs += text[start..<start + batch.context].map { Int($0) }
      targets += text[start + 1...start + batch.context].map { Int($0) }
    }
    return (inputs, targets)
  }

  /// The sum of the losses of some tokens.
  private func forward(
    _ inputs: [Int], _ targets: [Int?], length: Int, weight: Float, dropping: Dropout?,
    _ parameters: Parameters
  ) -> Double {
    model.gpt.forward(buffers, inputs, length: length, dropping: dropping, parameters, &activations)
    model.gpt.head.forward(buffers.output, to: logits, rows: inputs.count, parameters, &activations)
    return CrossEntropy().sum(
      logits, rows: inputs.count, targets: targets, weight: weight, &activations)
  }
}

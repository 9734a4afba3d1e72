internal import Language
internal import Neural
package import Rollouts

extension TextTrainer {
  /// The kind of this trainer's checkpoints.
  package static var checkpointKind: String { "text" }

  /// Everything needed to continue from here or to generate text: parameters, AdamW's state and the
  /// tokenizer.
  package var checkpoint: Checkpoint {
    var tensors = parameters.tensors()
    // Before the first step, AdamW's state is all zeros.
    if adam.steps > 0 {
      tensors += adam.m.tensors(prefix: Self.firstMoment)
      tensors += adam.v.tensors(prefix: Self.secondMoment)
    }
    let state: JSON = [
      "model": model.json, "tokenizer": corpus.tokenizer.json, "adam_steps": .integer(adam.steps),
    ]
    return Checkpoint(
      step: step, kind: Self.checkpointKind, parameters: Safetensors(tensors).encoded(),
      trainingState: state.compact)
  }

  package mutating func resume(
    from checkpoint: Checkpoint, history: (Range<Int>) throws -> [Transition]
  ) throws {
    precondition(step == 0 && adam.steps == 0, "a trainer that has trained does not resume")
    let (adamSteps, tokenizer) = try Self.state(of: checkpoint)
    guard tokenizer == corpus.tokenizer else {
      throw TrainingError("the checkpoint of step \(checkpoint.step) belongs to another text")
    }
    let file = try Safetensors(decoding: checkpoint.parameters)
    parameters = try Parameters(model.layout, from: file)
    if adamSteps > 0 {
      adam.restore(
        steps: adamSteps, m: try Parameters(model.layout, from: file, prefix: Self.firstMoment),
        v: try Parameters(model.layout, from: file, prefix: Self.secondMoment))
    }
    step = checkpoint.step
  }

  /// A checkpoint's state in addition to its tensors.
  fileprivate static func state(
    of checkpoint: Checkpoint
  ) throws -> (adamSteps: Int, tokenizer: Tokenizer) {
    let saved = try JSON(parsing: checkpoint.trainingState)
    guard let adamSteps = saved["adam_steps"]?.count, checkpoint.step >= 0,
      let tokenizer = saved["tokenizer"]
    else {
      throw TrainingError("the checkpoint of step \(checkpoint.step) lacks its training state")
    }
    return (adamSteps, try Tokenizer(tokenizer))
  }

  private static var firstMoment: String { "adam.m." }
  private static var secondMoment: String { "adam.v." }
}

extension TextConfiguration {
  /// Throws for a checkpoint of a model whose size differs from these settings.
  package func check(_ checkpoint: Checkpoint) throws {
    try validate()
    let model = model(vocabulary: try TextTrainer.state(of: checkpoint).tokenizer.count)
    _ = try model.layout.tensors(in: Safetensors(decoding: checkpoint.parameters))
  }
}

package import Neural
package import Rollouts

/// A GPT that predicts at every place of a text which token comes next.
package struct LanguageModel: Sendable, Equatable {
  package let gpt: GPT
  package let layout: ParameterLayout
  package var shape: GPTShape { gpt.shape }

  /// A model of a size, under nanoGPT's names.
  package init(_ shape: GPTShape) {
    var layout = ParameterLayout()
    gpt = GPT(shape, to: &layout)
    self.layout = layout
  }

  /// The size as a checkpoint keeps it.
  package var json: JSON {
    [
      "vocabulary": .integer(shape.vocabulary), "context": .integer(shape.context),
      "layers": .integer(shape.layers), "heads": .integer(shape.heads),
      "width": .integer(shape.width), "inner": .integer(shape.inner),
      "bias": .bool(shape.hasBias), "activation": .string(shape.activation.rawValue),
    ]
  }

  /// Ten times as many layers as models have, and as much context.
  static let (mostLayers, mostContext) = (1024, 1 << 16)

  /// The model of a size that a checkpoint holds.
  package init(_ json: JSON) throws(LanguageError) {
    func count(_ name: String, atMost most: Int = 1 << 20) throws(LanguageError) -> Int {
      guard let value = json[name]?.int, (1...most).contains(value) else {
        throw LanguageError("the checkpoint's model has no \(name)")
      }
      return value
    }
    guard case .bool(let hasBias)? = json["bias"],
      let activation = json["activation"]?.text.flatMap(Activation.init(rawValue:))
    else { throw LanguageError("the checkpoint's model cannot be read") }
    let (width, heads) = (try count("width"), try count("heads"))
    guard width % heads == 0 else {
      throw LanguageError("the checkpoint's \(heads) heads do not share a width of \(width)")
    }
    self.init(
      GPTShape(
        vocabulary: try count("vocabulary"),
        context: try count("context", atMost: Self.mostContext),
        layers: try count("layers", atMost: Self.mostLayers), heads: heads, width: width,
        inner: try count("inner"),
        hasBias: hasBias, activation: activation))
  }
}

/// A language model with what it has learned and the way from text to its numbers.
package struct TrainedModel: Sendable {
  package let model: LanguageModel
  package let tokenizer: Tokenizer
  package let parameters: Parameters

  /// A model that knows its tokenizer's pieces.
  package init(
    _ model: LanguageModel, _ tokenizer: Tokenizer, _ parameters: Parameters
  ) throws(LanguageError) {
    guard model.shape.vocabulary >= tokenizer.count else {
      throw LanguageError(
        "the model knows \(model.shape.vocabulary) tokens, and its tokenizer \(tokenizer.count)")
    }
    self.model = model
    self.tokenizer = tokenizer
    self.parameters = parameters
  }

  /// Whether this is one of the model's tokens.
  package func knows(_ token: Int) -> Bool { (0..<model.shape.vocabulary).contains(token) }

  /// The model that a recording's checkpoint holds.
  package init(_ checkpoint: Checkpoint) throws {
    let state = try JSON(parsing: checkpoint.trainingState)
    guard let shape = state["model"], let tokenizer = state["tokenizer"] else {
      throw LanguageError("the checkpoint of step \(checkpoint.step) holds no language model")
    }
    let model = try LanguageModel(shape)
    try self.init(
      model, Tokenizer(tokenizer),
      Parameters(model.layout, from: Safetensors(decoding: checkpoint.parameters)))
  }

  /// What a recording of a text by this model begins with.
  package var checkpoint: Checkpoint {
    let state: JSON = ["model": model.json, "tokenizer": tokenizer.json]
    return Checkpoint(
      step: 0, kind: "text", parameters: parameters.encoded(), trainingState: state.compact)
  }
}

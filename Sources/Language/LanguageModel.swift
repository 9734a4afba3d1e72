package import Neural
package import Rollouts

/// A GPT that predicts the next token at every position of a text.
package struct LanguageModel: Sendable, Equatable {
  package let gpt: GPT
  package let layout: ParameterLayout
  package var shape: GPTShape { gpt.shape }

  /// A model of a given size, with nanoGPT's names.
  package init(_ shape: GPTShape) {
    var layout = ParameterLayout()
    gpt = GPT(shape, to: &layout)
    self.layout = layout
  }

  /// The size as a checkpoint stores it.
  package var json: JSON {
    [
      "vocabulary": .integer(shape.vocabulary), "context": .integer(shape.context),
      "layers": .integer(shape.layers), "heads": .integer(shape.heads),
      "width": .integer(shape.width), "inner": .integer(shape.inner),
      "bias": .bool(shape.hasBias), "activation": .string(shape.activation.rawValue),
    ]
  }

  /// Ten times the layers and the context of real models.
  static let (mostLayers, mostContext) = (1024, 1 << 16)

  /// A model of the size in a checkpoint.
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
      throw LanguageError("the checkpoint's \(heads) heads do not divide a width of \(width)")
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

/// A trained language model with its tokenizer.
package struct TrainedModel: Sendable {
  package let model: LanguageModel
  package let tokenizer: Tokenizer
  package let parameters: Parameters

  /// A model with a tokenizer of the same vocabulary.
  package init(
    _ model: LanguageModel, _ tokenizer: Tokenizer, _ parameters: Parameters
  ) throws(LanguageError) {
    guard model.shape.vocabulary >= tokenizer.count else {
      throw LanguageError(
        "the model knows \(model.shape.vocabulary) tokens, but its tokenizer has \(tokenizer.count)"
      )
    }
    self.model = model
    self.tokenizer = tokenizer
    self.parameters = parameters
  }

  /// Whether this is one of the model's tokens.
  package func knows(_ token: Int) -> Bool { (0..<model.shape.vocabulary).contains(token) }

  /// The model in a recording's checkpoint.
  package init(_ checkpoint: Checkpoint) throws {
    let state = try JSON(parsing: checkpoint.trainingState)
    guard let shape = state["model"], let tokenizer = state["tokenizer"] else {
      throw LanguageError("the checkpoint of step \(checkpoint.step) contains no language model")
    }
    let model = try LanguageModel(shape)
    try self.init(
      model, Tokenizer(tokenizer),
      Parameters(model.layout, from: Safetensors(decoding: checkpoint.parameters)))
  }

  /// The first checkpoint in the recording of a text by this model.
  package var checkpoint: Checkpoint {
    let state: JSON = ["model": model.json, "tokenizer": tokenizer.json]
    return Checkpoint(
      step: 0, kind: "text", parameters: parameters.encoded(), trainingState: state.compact)
  }
}

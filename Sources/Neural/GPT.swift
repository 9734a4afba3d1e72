/// How large a GPT is.
package struct GPTShape: Sendable, Equatable {
  /// How many tokens there are.
  package var vocabulary: Int
  /// How long a sequence may be.
  package var context: Int
  package var layers: Int
  package var heads: Int
  package var width: Int
  /// The width between the two linear layers of a block.
  package var inner: Int
  package var hasBias = true

  /// A shape; `inner` is four times the width unless told.
  package init(
    vocabulary: Int, context: Int, layers: Int, heads: Int, width: Int, inner: Int? = nil,
    hasBias: Bool = true
  ) {
    self.vocabulary = vocabulary
    self.context = context
    self.layers = layers
    self.heads = heads
    self.width = width
    self.inner = inner ?? 4 * width
    self.hasBias = hasBias
  }
}

/// A transformer over tokens with learned positions, whose head shares the tokens' embedding (Radford
/// and others, 2019), under nanoGPT's names.
package struct GPT: Sendable, Equatable {
  package let shape: GPTShape
  package let tokens: Embedding
  package let positions: Embedding
  package let blocks: [TransformerBlock]
  let norm: LayerNorm
  /// From what a place has become to the logits of the token after it.
  package let head: Linear

  /// Adds the layers to a layout, drawn as GPT-2 draws them.
  package init(_ shape: GPTShape, prefix: String = "transformer.", to layout: inout ParameterLayout)
  {
    self.shape = shape
    let weight = Initializer.normal(deviation: 0.02)
    tokens = Embedding(
      "\(prefix)wte", symbols: shape.vocabulary, width: shape.width, initializer: weight,
      to: &layout)
    positions = Embedding(
      "\(prefix)wpe", symbols: shape.context, width: shape.width, initializer: weight,
      to: &layout)
    // What is added to the stream gets smaller the more layers add to it.
    let residual = Initializer.normal(deviation: 0.02 / (2 * Double(shape.layers)).squareRoot())
    blocks = (0..<shape.layers).map { index in
      TransformerBlock(
        "\(prefix)h.\(index)", width: shape.width, heads: shape.heads, inner: shape.inner,
        hasBias: shape.hasBias, weight: weight, residual: residual, to: &layout)
    }
    norm = LayerNorm("\(prefix)ln_f", width: shape.width, hasBias: shape.hasBias, to: &layout)
    head = Linear(sharing: tokens.table, inputs: shape.width, outputs: shape.vocabulary)
  }

  /// Where a batch of sequences lies among the activations; all (B·T, …).
  package struct Path: Sendable, Equatable {
    let embedded: Rows
    package let blocks: [TransformerBlock.Path]
    let statistics: LayerNorm.Statistics
    /// What each place has become: (D).
    package let output: Rows
  }

  /// Makes room for a batch.
  package func path(in memory: inout Activations) -> Path {
    let embedded = memory.add(width: shape.width)
    var stream = embedded
    var paths: [TransformerBlock.Path] = []
    for block in blocks {
      paths.append(block.path(in: &memory, from: stream))
      stream = paths[paths.count - 1].output
    }
    return Path(
      embedded: embedded, blocks: paths, statistics: norm.statistics(in: &memory),
      output: memory.add(width: shape.width))
  }

  private func places(_ count: Int, _ length: Int) -> [Int] { (0..<count).map { $0 % length } }

  /// Tokens (B·T) → what each place has become (B·T, D).
  package func forward(
    _ path: Path, _ batch: [Int], length: Int, _ parameters: Parameters,
    _ memory: inout Activations
  ) {
    precondition(length <= shape.context && batch.count % length == 0, "sequences fit the context")
    tokens.forward(batch, to: path.embedded, parameters, &memory)
    positions.forward(
      places(batch.count, length), to: path.embedded, adding: true, parameters, &memory)
    for (block, blockPath) in zip(blocks, path.blocks) {
      block.forward(
        blockPath, sequences: batch.count / length, length: length, parameters, &memory)
    }
    norm.forward(
      stream(path), to: path.output, keeping: path.statistics, rows: batch.count, parameters,
      &memory)
  }

  /// From the gradient of what each place has become, adds those of the parameters.
  package func backward(
    _ path: Path, _ batch: [Int], length: Int, _ parameters: Parameters,
    into gradients: inout Parameters, _ memory: inout Activations
  ) {
    norm.backward(
      stream(path), from: path.output, keeping: path.statistics, rows: batch.count, parameters,
      into: &gradients, &memory)
    for (block, blockPath) in zip(blocks, path.blocks).reversed() {
      block.backward(
        blockPath, sequences: batch.count / length, length: length, parameters, into: &gradients,
        &memory)
    }
    tokens.backward(batch, from: path.embedded, into: &gradients, &memory)
    positions.backward(places(batch.count, length), from: path.embedded, into: &gradients, &memory)
  }

  private func stream(_ path: Path) -> Rows { path.blocks.last?.output ?? path.embedded }
}

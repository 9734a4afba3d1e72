package import Platform

/// The size of a GPT.
package struct GPTShape: Sendable, Equatable {
  /// How many tokens there are.
  package var vocabulary: Int
  /// The greatest length of a sequence.
  package var context: Int
  package var layers: Int
  package var heads: Int
  package var width: Int
  /// The width between the two linear layers of a block.
  package var inner: Int
  package var hasBias = true
  /// The activation between those two.
  package var activation = Activation.gelu
  /// How many of the vocabulary's symbols are at each position, with their embeddings added: 1 in a
  /// text, more where a position is a patch of letters.
  package var symbols = 1
  /// How the weights are initialized.
  package var start = Start.published
  /// The precision of matrix products.
  package var precision = Precision.fp32

  /// How a GPT's weights are initialized.
  package enum Start: String, Sendable, CaseIterable {
    /// All with a standard deviation of .02, as in GPT-2.
    case published
    /// The embeddings in the same way, the others with a standard deviation of 1 / √inputs. In a
    /// narrow network, .02 would pass on almost nothing of the input.
    case even
    /// The same, but the creator of the network sets the embeddings.
    case page
  }

  /// A shape; `inner` is four times the width unless given.
  package init(
    vocabulary: Int, context: Int, layers: Int, heads: Int, width: Int, inner: Int? = nil,
    hasBias: Bool = true, activation: Activation = .gelu, symbols: Int = 1,
    start: Start = .published, precision: Precision = .fp32
  ) {
    self.symbols = symbols
    self.start = start
    self.precision = precision
    self.vocabulary = vocabulary
    self.context = context
    self.layers = layers
    self.heads = heads
    self.width = width
    self.inner = inner ?? 4 * width
    self.hasBias = hasBias
    self.activation = activation
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
  /// From a position's output to the logits of the next token.
  package let head: Linear

  /// Adds the layers to a layout with GPT-2's initial weights, except for embeddings that are
  /// given.
  package init(
    _ shape: GPTShape, prefix: String = "transformer.", tokens tokenStart: Initializer? = nil,
    positions positionStart: Initializer? = nil, to layout: inout ParameterLayout
  ) {
    self.shape = shape
    let weight = Initializer.normal(deviation: 0.02)
    tokens = Embedding(
      "\(prefix)wte", symbols: shape.vocabulary, width: shape.width,
      initializer: tokenStart ?? weight, to: &layout)
    positions = Embedding(
      "\(prefix)wpe", symbols: shape.context, width: shape.width,
      initializer: positionStart ?? weight, to: &layout)
    blocks = (0..<shape.layers).map { index in
      TransformerBlock(
        "\(prefix)h.\(index)", width: shape.width, heads: shape.heads, inner: shape.inner,
        hasBias: shape.hasBias, activation: shape.activation, precision: shape.precision,
        to: &layout
      ) { inputs, isAdded in
        let deviation = shape.start == .published ? 0.02 : 1 / Double(inputs).squareRoot()
        // Additions to the residual stream are smaller the more layers there are.
        return .normal(
          deviation: isAdded ? deviation / (2 * Double(shape.layers)).squareRoot() : deviation)
      }
    }
    norm = LayerNorm("\(prefix)ln_f", width: shape.width, hasBias: shape.hasBias, to: &layout)
    head = Linear(
      sharing: tokens.table, inputs: shape.width, outputs: shape.vocabulary,
      precision: shape.precision)
  }

  /// The blocks of rows for a batch of sequences; all (B·T, …).
  package struct Buffers: Sendable, Equatable {
    let embedded: Rows
    package let blocks: [TransformerBlock.Buffers]
    let statistics: LayerNorm.Statistics
    /// The output at each position, or at each sequence's last one: (D).
    package let output: Rows
    let isLastOnly: Bool
  }

  /// Allocates rows for a batch. With `lastOnly`, only the last position of each sequence is
  /// needed: the last layer then has one query, and the output one row, per sequence.
  package func buffers(in activations: inout Activations, lastOnly: Bool = false) -> Buffers {
    let embedded = activations.add(width: shape.width)
    var stream = embedded
    var blockBuffers: [TransformerBlock.Buffers] = []
    for (index, block) in blocks.enumerated() {
      blockBuffers.append(
        block.buffers(
          in: &activations, from: stream, lastOnly: lastOnly && index == blocks.count - 1))
      stream = blockBuffers[blockBuffers.count - 1].output
    }
    return Buffers(
      embedded: embedded, blocks: blockBuffers, statistics: norm.statistics(in: &activations),
      output: activations.add(width: shape.width), isLastOnly: lastOnly)
  }

  private func places(_ count: Int, _ length: Int) -> LazyMapCollection<Range<Int>, Int> {
    (0..<count).lazy.map { $0 % length }
  }

  /// Tokens (B·T) → the output at each position (B·T, D), or at each last one (B, D). A single
  /// sequence may start at position `from` if nothing before it has changed since the last call. A
  /// pool shares the heads. In training, dropout is applied to the embeddings and to what the
  /// blocks add.
  package func forward(
    _ buffers: Buffers, _ batch: [Int], length: Int, from first: Int = 0, pool: ThreadPool? = nil,
    dropping: Dropout? = nil, _ parameters: Parameters, _ activations: inout Activations
  ) {
    let rows = batch.count / shape.symbols
    precondition(
      length <= shape.context && batch.count == rows * shape.symbols && rows % length == 0,
      "sequences fit the context")
    let embedded = buffers.embedded.dropping(first)
    tokens.forward(
      batch[(first * shape.symbols)...], each: shape.symbols, to: embedded, parameters, &activations
    )
    positions.forward(
      places(rows, length)[first...], to: embedded, adding: true, parameters, &activations)
    dropping?.forward(
      embedded, rows: rows - first, length: length, site: embeddingSite, &activations)
    for (index, block) in blocks.enumerated() {
      block.forward(
        buffers.blocks[index], sequences: rows / length, length: length, from: first, pool: pool,
        dropping: dropping.map { ($0, TransformerBlock.dropSites * index) }, parameters,
        &activations)
    }
    let kept = buffers.isLastOnly ? 0 : first
    norm.forward(
      stream(buffers).dropping(kept), to: buffers.output.dropping(kept),
      keeping: buffers.statistics.dropping(kept), rows: outputRows(buffers, rows, length) - kept,
      parameters, &activations)
  }

  /// From the gradient of the output, adds the parameters' gradients.
  package func backward(
    _ buffers: Buffers, _ batch: [Int], length: Int, dropping: Dropout? = nil,
    _ parameters: Parameters,
    into gradients: inout Parameters, _ activations: inout Activations
  ) {
    let rows = batch.count / shape.symbols
    norm.backward(
      stream(buffers), from: buffers.output, keeping: buffers.statistics,
      rows: outputRows(buffers, rows, length), parameters, into: &gradients, &activations)
    for (index, block) in blocks.enumerated().reversed() {
      block.backward(
        buffers.blocks[index], sequences: rows / length, length: length,
        dropping: dropping.map { ($0, TransformerBlock.dropSites * index) }, parameters,
        into: &gradients, &activations)
    }
    dropping?.backward(
      buffers.embedded, rows: rows, length: length, site: embeddingSite, &activations)
    tokens.backward(
      batch, each: shape.symbols, from: buffers.embedded, into: &gradients, &activations)
    positions.backward(places(rows, length), from: buffers.embedded, into: &gradients, &activations)
  }

  private var embeddingSite: Int { TransformerBlock.dropSites * blocks.count }

  /// Adds one token to a single sequence whose earlier positions are cached, and returns its output
  /// in row `place` of the buffers' output.
  package func next(
    _ buffers: Buffers, _ token: Int, place: Int, pool: ThreadPool? = nil, _ parameters: Parameters,
    _ activations: inout Activations
  ) {
    precondition(place < shape.context && !buffers.isLastOnly, "the sequence fits the context")
    let embedded = buffers.embedded.dropping(place)
    tokens.forward(CollectionOfOne(token), to: embedded, parameters, &activations)
    positions.forward(CollectionOfOne(place), to: embedded, adding: true, parameters, &activations)
    for (block, blockBuffers) in zip(blocks, buffers.blocks) {
      block.next(blockBuffers, place: place, pool: pool, parameters, &activations)
    }
    norm.forward(
      stream(buffers).dropping(place), to: buffers.output.dropping(place),
      keeping: buffers.statistics.dropping(place), rows: 1, parameters, &activations)
  }

  private func outputRows(_ buffers: Buffers, _ rows: Int, _ length: Int) -> Int {
    buffers.isLastOnly ? rows / length : rows
  }

  private func stream(_ buffers: Buffers) -> Rows {
    buffers.blocks.last?.output ?? buffers.embedded
  }
}

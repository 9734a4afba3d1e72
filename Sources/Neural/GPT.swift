package import Platform

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
  /// What stands between those two.
  package var activation = Activation.gelu
  /// How many of the vocabulary's symbols stand at each place, their embeddings added up: 1 in a text,
  /// more where a place is a patch of letters.
  package var symbols = 1
  /// How the weights begin.
  package var start = Start.published
  /// In what numbers matrices are multiplied.
  package var precision = Precision.fp32

  /// How a GPT's weights begin.
  package enum Start: String, Sendable, CaseIterable {
    /// All with a deviation of .02, as GPT-2's.
    case published
    /// The embeddings so, the others with one of 1 / √inputs: in a narrow network they would otherwise carry
    /// almost nothing of their input.
    case even
    /// The same, but the embeddings as the maker of the network sets them.
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
  /// From what a place has become to the logits of the token after it.
  package let head: Linear

  /// Adds the layers to a layout, drawn as GPT-2 draws them, the embeddings unless given otherwise.
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
        // What is added to the stream gets smaller the more layers add to it.
        return .normal(
          deviation: isAdded ? deviation / (2 * Double(shape.layers)).squareRoot() : deviation)
      }
    }
    norm = LayerNorm("\(prefix)ln_f", width: shape.width, hasBias: shape.hasBias, to: &layout)
    head = Linear(
      sharing: tokens.table, inputs: shape.width, outputs: shape.vocabulary,
      precision: shape.precision)
  }

  /// Where a batch of sequences lies among the activations; all (B·T, …).
  package struct Buffers: Sendable, Equatable {
    let embedded: Rows
    package let blocks: [TransformerBlock.Buffers]
    let statistics: LayerNorm.Statistics
    /// What each place has become, or each sequence's last one: (D).
    package let output: Rows
    let isLastOnly: Bool
  }

  /// Makes room for a batch. With `lastOnly` only the last place of each sequence is asked for: the last
  /// layer then has one query, and the output one row, for each.
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

  /// Tokens (B·T) → what each place has become (B·T, D), or each last one (B, D). A single sequence may
  /// begin `from` a place before which nothing has changed since it was read last. A pool shares out
  /// the heads. In training the embeddings and what the blocks add are dropped in part.
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

  /// From the gradient of what each place has become, adds those of the parameters.
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

  /// One more token of a single sequence, all of whose places before it stand from earlier times → what
  /// its place has become, in row `place` of the buffers' output.
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

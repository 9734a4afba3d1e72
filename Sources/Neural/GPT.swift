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

  /// How a GPT's weights begin.
  package enum Start: String, Sendable, CaseIterable {
    /// All with a deviation of .02, as GPT-2's.
    case published
    /// The embeddings so, the others with one of 1 / √inputs: in a narrow network they would else say
    /// almost nothing of what they are given.
    case even
    /// The same, but the embeddings as whoever makes the network says.
    case page
  }

  /// A shape; `inner` is four times the width unless told.
  package init(
    vocabulary: Int, context: Int, layers: Int, heads: Int, width: Int, inner: Int? = nil,
    hasBias: Bool = true, activation: Activation = .gelu, symbols: Int = 1,
    start: Start = .published
  ) {
    self.symbols = symbols
    self.start = start
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

  /// Adds the layers to a layout, drawn as GPT-2 draws them, the embeddings unless told otherwise.
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
        hasBias: shape.hasBias, activation: shape.activation, to: &layout
      ) { inputs, isAdded in
        let deviation = shape.start == .published ? 0.02 : 1 / Double(inputs).squareRoot()
        // What is added to the stream gets smaller the more layers add to it.
        return .normal(
          deviation: isAdded ? deviation / (2 * Double(shape.layers)).squareRoot() : deviation)
      }
    }
    norm = LayerNorm("\(prefix)ln_f", width: shape.width, hasBias: shape.hasBias, to: &layout)
    head = Linear(sharing: tokens.table, inputs: shape.width, outputs: shape.vocabulary)
  }

  /// Where a batch of sequences lies among the activations; all (B·T, …).
  package struct Path: Sendable, Equatable {
    let embedded: Rows
    package let blocks: [TransformerBlock.Path]
    let statistics: LayerNorm.Statistics
    /// What each place has become, or each sequence's last one: (D).
    package let output: Rows
    let isLastOnly: Bool
  }

  /// Makes room for a batch. With `lastOnly` only the last place of each sequence is asked for: the last
  /// layer then has one query, and the output one row, for each.
  package func path(in memory: inout Activations, lastOnly: Bool = false) -> Path {
    let embedded = memory.add(width: shape.width)
    var stream = embedded
    var paths: [TransformerBlock.Path] = []
    for (index, block) in blocks.enumerated() {
      paths.append(
        block.path(
          in: &memory, from: stream, lastOnly: lastOnly && index == blocks.count - 1))
      stream = paths[paths.count - 1].output
    }
    return Path(
      embedded: embedded, blocks: paths, statistics: norm.statistics(in: &memory),
      output: memory.add(width: shape.width), isLastOnly: lastOnly)
  }

  private func places(_ count: Int, _ length: Int) -> LazyMapCollection<Range<Int>, Int> {
    (0..<count).lazy.map { $0 % length }
  }

  /// Tokens (B·T) → what each place has become (B·T, D), or each last one (B, D). A single sequence may
  /// begin `from` a place before which nothing has changed since it was read last. A crew shares out
  /// the heads. In training the embeddings and what the blocks add are dropped in part.
  package func forward(
    _ path: Path, _ batch: [Int], length: Int, from first: Int = 0, crew: Crew? = nil,
    dropping: Dropout? = nil, _ parameters: Parameters, _ memory: inout Activations
  ) {
    let rows = batch.count / shape.symbols
    precondition(
      length <= shape.context && batch.count == rows * shape.symbols && rows % length == 0,
      "sequences fit the context")
    let embedded = path.embedded.dropping(first)
    tokens.forward(
      batch[(first * shape.symbols)...], each: shape.symbols, to: embedded, parameters, &memory)
    positions.forward(
      places(rows, length)[first...], to: embedded, adding: true, parameters, &memory)
    dropping?.forward(embedded, rows: rows - first, length: length, site: embeddingSite, &memory)
    for (index, block) in blocks.enumerated() {
      block.forward(
        path.blocks[index], sequences: rows / length, length: length, from: first, crew: crew,
        dropping: dropping.map { ($0, TransformerBlock.dropSites * index) }, parameters, &memory)
    }
    let kept = path.isLastOnly ? 0 : first
    norm.forward(
      stream(path).dropping(kept), to: path.output.dropping(kept),
      keeping: path.statistics.dropping(kept), rows: outputRows(path, rows, length) - kept,
      parameters, &memory)
  }

  /// From the gradient of what each place has become, adds those of the parameters.
  package func backward(
    _ path: Path, _ batch: [Int], length: Int, dropping: Dropout? = nil, _ parameters: Parameters,
    into gradients: inout Parameters, _ memory: inout Activations
  ) {
    let rows = batch.count / shape.symbols
    norm.backward(
      stream(path), from: path.output, keeping: path.statistics,
      rows: outputRows(path, rows, length), parameters, into: &gradients, &memory)
    for (index, block) in blocks.enumerated().reversed() {
      block.backward(
        path.blocks[index], sequences: rows / length, length: length,
        dropping: dropping.map { ($0, TransformerBlock.dropSites * index) }, parameters,
        into: &gradients, &memory)
    }
    dropping?.backward(path.embedded, rows: rows, length: length, site: embeddingSite, &memory)
    tokens.backward(
      batch, each: shape.symbols, from: path.embedded, into: &gradients, &memory)
    positions.backward(places(rows, length), from: path.embedded, into: &gradients, &memory)
  }

  private var embeddingSite: Int { TransformerBlock.dropSites * blocks.count }

  /// One more token of a single sequence, all of whose places before it stand from earlier times → what
  /// its place has become, in row `place` of the path's output.
  package func next(
    _ path: Path, _ token: Int, place: Int, crew: Crew? = nil, _ parameters: Parameters,
    _ memory: inout Activations
  ) {
    precondition(place < shape.context && !path.isLastOnly, "the sequence fits the context")
    let embedded = path.embedded.dropping(place)
    tokens.forward(CollectionOfOne(token), to: embedded, parameters, &memory)
    positions.forward(CollectionOfOne(place), to: embedded, adding: true, parameters, &memory)
    for (block, blockPath) in zip(blocks, path.blocks) {
      block.next(blockPath, place: place, crew: crew, parameters, &memory)
    }
    norm.forward(
      stream(path).dropping(place), to: path.output.dropping(place),
      keeping: path.statistics.dropping(place), rows: 1, parameters, &memory)
  }

  private func outputRows(_ path: Path, _ rows: Int, _ length: Int) -> Int {
    path.isLastOnly ? rows / length : rows
  }

  private func stream(_ path: Path) -> Rows { path.blocks.last?.output ?? path.embedded }
}

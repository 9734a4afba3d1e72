import Neural
package import Platform
internal import Rollouts

/// A DistilBERT that gives a text one of a few labels (Sanh and others, https://arxiv.org/abs/1910.01108).
package struct TextClassifier: Sendable {
  package let tokenizer: WordPieceTokenizer
  package let labels: [String]
  /// The greatest length of a text, in tokens.
  package let context: Int
  private let words: Embedding
  private let positions: Embedding
  private let norm: LayerNorm
  private let blocks: [EncoderBlock]
  private let mix: Linear
  private let choose: Linear
  private let parameters: Parameters

  /// The classification of a text.
  package struct Classification: Sendable {
    /// The text as the model sees it.
    package var pieces: [String]
    /// The numbers of those pieces.
    package var tokens: [Int]
    package var logits: [Float]
    /// The probability of each label.
    package var shares: [Float]
    /// The attention from the first piece, which determines the label, to each piece, by layer and
    /// head.
    package var attention: [[[Float]]]
    /// Whether the text was longer than the model's context.
    package var isCut: Bool
  }

  /// A DistilBERT from a folder, fine-tuned to classify texts.
  package init(_ folder: ModelFolder) throws {
    guard folder.kind == "distilbert" else {
      throw folder.error(
        "the model is '\(folder.kind)', but only 'distilbert' can classify text here")
    }
    let (heads, width) = try folder.heads("n_heads", sharing: "dim")
    guard let activation = Activation(rawValue: folder.setting("activation")?.text ?? "gelu") else {
      throw folder.error("its activation is unknown")
    }
    labels = try folder.labels()
    tokenizer = try folder.wordPieces()
    context = try folder.context("max_position_embeddings")
    let vocabulary = try folder.count("vocab_size")
    guard tokenizer.pieces.count <= vocabulary else {
      throw folder.error(
        "the model knows \(vocabulary) tokens, but its tokenizer has \(tokenizer.pieces.count)")
    }
    var layout = ParameterLayout()
    let prefix = "distilbert."
    words = Embedding(
      "\(prefix)embeddings.word_embeddings", symbols: vocabulary, width: width, to: &layout)
    positions = Embedding(
      "\(prefix)embeddings.position_embeddings", symbols: context, width: width, to: &layout)
    norm = LayerNorm("\(prefix)embeddings.LayerNorm", width: width, epsilon: 1e-12, to: &layout)
    let inner = try folder.count("hidden_dim")
    blocks = (0..<(try folder.layers("n_layers"))).map {
      EncoderBlock(
        "\(prefix)transformer.layer.\($0)", width: width, heads: heads, inner: inner,
        activation: activation, epsilon: 1e-12, to: &layout)
    }
    mix = Linear("pre_classifier", inputs: width, outputs: width, to: &layout)
    choose = Linear("classifier", inputs: width, outputs: labels.count, to: &layout)
    parameters = try folder.parameters(layout, from: try folder.tensors()) { name in
      guard name.contains(".attention.qkv.") else { return ([name], false) }
      return (["q", "k", "v"].map { name.replacing(".qkv.", with: ".\($0)_lin.") }, false)
    }
  }

  /// Computes how well each label fits a text.
  package func classify(_ text: String, pool: ThreadPool? = nil) -> Classification {
    let all = tokenizer.tokens(of: text, atMost: context)
    let tokens = all.count > context ? Array(all[..<(context - 1)]) + [tokenizer.last] : all
    let length = tokens.count
    var activations = Activations(rows: length, hasGradients: false)
    let embedded = activations.add(width: words.width)
    var stream = activations.add(width: words.width)
    let statistics = norm.statistics(in: &activations)
    words.forward(tokens, to: embedded, parameters, &activations)
    positions.forward(0..<length, to: embedded, adding: true, parameters, &activations)
    norm.forward(embedded, to: stream, keeping: statistics, rows: length, parameters, &activations)
    var attention: [[[Float]]] = []
    for block in blocks {
      let buffers = block.buffers(in: &activations, from: stream)
      block.forward(buffers, sequences: 1, length: length, pool: pool, parameters, &activations)
      attention.append(
        block.attention.shares(buffers.attention, of: 0, length: length, &activations))
      stream = buffers.output
    }
    let mixed = activations.add(width: mix.outputs, rows: 1)
    let logits = activations.add(width: choose.outputs, rows: 1)
    mix.forward(stream, to: mixed, rows: 1, parameters, &activations, clamping: true)
    choose.forward(mixed, to: logits, rows: 1, parameters, &activations)
    let numbers = activations.rows(logits, 1)
    return Classification(
      pieces: tokens.map { tokenizer.pieces[$0] }, tokens: tokens, logits: numbers,
      shares: Softmax.shares(of: numbers), attention: attention, isCut: all.count > context)
  }
}

extension ModelFolder {
  /// The labels by number.
  fileprivate func labels() throws -> [String] {
    guard case .object(let members)? = setting("id2label"), !members.isEmpty else {
      throw error("config.json has no labels (id2label): the model does not classify texts")
    }
    let sorted = members.compactMap { member in
      Int(member.key).map { ($0, member.value.text ?? "") }
    }
    .sorted { $0.0 < $1.0 }
    guard sorted.map(\.0) == Array(members.indices) else {
      throw error("the labels of config.json are not numbered from 0")
    }
    return sorted.map(\.1)
  }

  /// The tokenizer's setting in the configuration or, where it is missing, in the tokenizer's file.
  private func lowercases() throws -> Bool {
    if try has("tokenizer_config.json"),
      case .bool(let asked)? = try json("tokenizer_config.json")["do_lower_case"]
    {
      return asked
    }
    if try has("tokenizer.json"),
      case .bool(let done)? = try json("tokenizer.json")["normalizer"]?["lowercase"]
    {
      return done
    }
    return true
  }

  /// BERT's pieces, from `vocab.txt` or from `tokenizer.json`.
  package func wordPieces() throws -> WordPieceTokenizer {
    let lowercases = try lowercases()
    if try has("vocab.txt") {
      var lines = try text("vocab.txt").split(
        omittingEmptySubsequences: false, whereSeparator: \.isNewline
      ).map(String.init)
      if lines.last == "" { lines.removeLast() }
      return try WordPieceTokenizer(pieces: lines, lowercases: lowercases)
    }
    guard try has("tokenizer.json") else {
      throw error("there is no vocab.txt and no tokenizer.json")
    }
    let model = try json("tokenizer.json")["model"]
    guard model?["type"]?.text == "WordPiece", case .object(let members)? = model?["vocab"] else {
      throw error("tokenizer.json is not a WordPiece tokenizer")
    }
    return try WordPieceTokenizer(
      pieces: try pieces(members.map { ($0.key, $0.value) }), lowercases: lowercases)
  }
}

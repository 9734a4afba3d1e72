import Glibc
import Neural
package import Platform
package import Rollouts

/// A text that a language model continues token by token. The keys and values of all positions are
/// cached, so a token costs the work of one position.
///
/// When the text exceeds the model's context, the model continues from the newer half of it.
package struct TextWriter: Sendable {
  package let trained: TrainedModel
  /// The whole text so far.
  package private(set) var tokens: [Int]
  /// Where the part of the text that the model sees begins.
  package private(set) var first = 0

  private let pool: ThreadPool?
  private let prompt: Int
  private let context: Int
  private var activations: Activations
  private let buffers: GPT.Buffers
  private let logitRow: Rows

  /// A text that begins with a prompt of at least one token, followed by tokens that were added
  /// with `append`. Allocates memory for `room` tokens more than the prompt, or for the whole
  /// context if that is less.
  package init(
    _ trained: TrainedModel, prompt: [Int], written: [Int] = [], room: Int = .max,
    pool: ThreadPool? = nil
  ) {
    precondition(!prompt.isEmpty, "a prompt has at least one token")
    let model = trained.model
    self.trained = trained
    self.pool = pool
    self.prompt = prompt.count
    context = Self.context(of: trained, prompt: prompt.count, room: room)
    activations = Activations(rows: context, hasGradients: false)
    buffers = model.gpt.buffers(in: &activations)
    logitRow = activations.add(width: model.shape.vocabulary, rows: 1)
    // Tokens that have dropped out of the context need not be read.
    let known: Int
    (first, known) = Self.reading(prompt: prompt.count, written: written.count, context: context)
    let all = prompt + written
    tokens = Array(all[..<known])
    read()
    for token in all[known...] { append(token) }
  }

  private static func context(of trained: TrainedModel, prompt: Int, room: Int) -> Int {
    let (most, overflow) = prompt.addingReportingOverflow(room)
    return min(trained.model.shape.context, overflow ? .max : most)
  }

  /// Where the part that a model sees of a text begins, and how many tokens there were when it last
  /// read all of that part at once.
  package static func reading(
    prompt: Int, written: Int, context: Int
  ) -> (first: Int, count: Int) {
    var (first, known) = (max(0, prompt - context), prompt)
    for count in prompt..<prompt + written where count + 1 - first > context {
      known = count + 1
      first = known - max(1, context / 2)
    }
    return (first, known)
  }

  /// Whether a writer made with these arguments would be the same.
  package func isSame(prompt: [Int], written: [Int], room: Int) -> Bool {
    self.prompt == prompt.count && tokens == prompt + written
      && context == Self.context(of: trained, prompt: prompt.count, room: room)
  }

  /// How many tokens the model sees.
  package var seen: Int { tokens.count - first }

  /// Reads the whole visible part at once.
  private mutating func read() {
    let window = Array(tokens[first...])
    trained.model.gpt.forward(
      buffers, window, length: window.count, pool: pool, trained.parameters, &activations)
  }

  /// Adds a token to the text.
  package mutating func append(_ token: Int) {
    tokens.append(token)
    guard seen > context else {
      return trained.model.gpt.next(
        buffers, token, place: seen - 1, pool: pool, trained.parameters, &activations)
    }
    first = tokens.count - max(1, context / 2)
    read()
  }

  /// The model's logits for the next token.
  package mutating func logits() -> [Float] {
    trained.model.gpt.head.next(
      buffers.output.dropping(seen - 1), to: logitRow, pool: pool, trained.parameters, &activations)
    return activations.rows(logitRow, 1)
  }

  /// How much the newest token attended to each visible token, by layer and head.
  package mutating func attention() -> [[[Float]]] {
    let blocks = trained.model.gpt.blocks
    return blocks.indices.map { index in
      blocks[index].attention.shares(
        buffers.blocks[index].qkv, of: seen - 1, length: seen, &activations)
    }
  }

  /// How many numbers `attentionMaps` has.
  package var attentionCount: Int {
    trained.model.shape.layers * trained.model.shape.heads * seen * (seen + 1) / 2
  }

  /// How much every visible token attended to itself and each one before it, by layer, head and
  /// position.
  package mutating func attentionMaps() -> [[[[Float]]]] {
    let blocks = trained.model.gpt.blocks
    return blocks.indices.map { index in
      let rows = (0..<seen).map { query in
        blocks[index].attention.shares(
          buffers.blocks[index].qkv, of: query, length: query + 1, &activations)
      }
      return (0..<blocks[index].attention.heads).map { head in rows.map { $0[head] } }
    }
  }

  /// The token that one step added.
  package struct Addition: Sendable {
    package var token: Int
    /// The logarithm of the probability that the model itself gave it.
    package var logProbability: Double
    /// Whether the text has ended.
    package var isEnd: Bool
  }

  /// Chooses a token and adds it.
  package mutating func write(_ sampler: Sampler, _ draws: Draws) -> Addition {
    let logits = logits()
    let token = sampler.pick(sampler.shares(of: logits), draws)
    let share = Softmax.shares(of: logits)[token]
    append(token)
    return Addition(
      token: token, logProbability: log(Double(max(share, .leastNonzeroMagnitude))),
      isEnd: token == trained.tokenizer.end)
  }
}

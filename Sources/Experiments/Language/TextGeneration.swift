package import Language
import Platform
package import Recordings
package import Rollouts
import Trainers

/// Texts that a model continues, each an episode: what the step before added is the state, a token the
/// action, and the logarithm of its probability the reward.
package struct TextGeneration: Sendable {
  private let trained: TrainedModel
  private let prompt: String
  private let tokens: Int
  private let sampler: Sampler
  private let seed: UInt64
  private let pool = ThreadPool(threads: ThreadPool.processorCount)

  /// Texts of at most this many tokens after a prompt; a prompt that cannot be continued is refused.
  package init(
    by model: NamedModel, prompt: String, tokens: Int, sampler: Sampler, seed: UInt64
  ) throws {
    try self.init(
      by: model.trained, prompt: prompt, tokens: tokens, sampler: sampler, seed: seed)
  }

  /// The same with a model that is already loaded.
  package init(
    by trained: TrainedModel, prompt: String, tokens: Int, sampler: Sampler, seed: UInt64
  ) throws {
    self.trained = trained
    (self.prompt, self.tokens, self.sampler, self.seed) = (prompt, tokens, sampler, seed)
    _ = try trained.opening(of: prompt)
  }

  /// The result of one text.
  package struct Text: Sendable {
    package var text: String
    package var tokens: Int
    package var logProbability: Double
    package var seconds: Double
    package var isOver: Bool
  }

  /// A text of which some tokens exist already. `known` is a writer left at some place, perhaps at this
  /// one.
  package func draft(
    episode: Int = 1, written: [Int] = [], known: TextWriter? = nil
  ) throws -> TextDraft {
    let opening = try trained.opening(of: prompt)
    let writer =
      if let known, known.isSame(prompt: opening, written: written, room: tokens) {
        known
      } else {
        TextWriter(trained, prompt: opening, written: written, room: tokens, pool: pool)
      }
    return TextDraft(
      writer, opening: opening.count, tokens: tokens, sampler, seed: seed, episode: episode)
  }

  /// Writes and records a text; `onBytes` receives its bytes as they come, and ends the text by returning false.
  package func write<Sink: TransitionSink & ~Copyable>(
    episode: Int, into sink: inout Sink, onBytes: ([UInt8]) -> Bool
  ) throws -> Text {
    let tokenizer = trained.tokenizer
    var draft = try draft(episode: episode)
    var state = draft.tokens.flatMap(tokenizer.bytes(of:))
    var result = Text(text: "", tokens: 0, logProbability: 0, seconds: 0, isOver: false)
    var isWanted = onBytes(state)
    let begun = monotonicSeconds()
    while let addition = draft.next() {
      let bytes = tokenizer.bytes(of: addition.token)
      let ending: Ending =
        addition.isEnd ? .terminated : draft.isOver || !isWanted ? .truncated : .running
      try sink.record(
        Transition(
          episode: episode, state: .bytes(state), action: .index(addition.token),
          reward: addition.logProbability, next: .bytes(bytes), ending: ending))
      result.tokens += 1
      result.logProbability += addition.logProbability
      result.isOver = addition.isEnd
      state = bytes
      if !addition.isEnd { isWanted = onBytes(bytes) && isWanted }
      if ending != .running { break }
    }
    result.seconds = max(monotonicSeconds() - begun, 1e-9)
    result.text = tokenizer.text(of: result.isOver ? draft.tokens.dropLast() : draft.tokens[...])
    return result
  }

  /// What records these texts.
  package func recorder(
    creating path: String, by model: NamedModel, options: RecordingOptions = RecordingOptions()
  ) throws -> RecordingWriter {
    try RecordingWriter(
      creating: path, description(parent: model.parent()), initial: model.initial, options: options)
  }

  /// The description in a recording of these texts.
  package func description(parent: Parent?) -> RunDescription {
    let tokenizer = trained.tokenizer
    var run = RunDescription(
      world: WorldDescription(
        name: TrainingText.subjectName,
        actions: (0..<tokenizer.count).map { ActionMeaning(tokenizer.name(of: $0)) },
        fields: [
          Field(
            "state", "text", type: "utf8", offset: 0, count: 0,
            "the bytes that the step before added to the text; of an episode's first step the prompt"
          )
        ]),
      trainer: TextConfiguration.trainerName, purpose: .evaluate, seed: seed,
      configuration: [
        "tokens": .integer(tokens), "temperature": .number(sampler.temperature),
        "top_k": sampler.topCount.map(JSON.integer) ?? .null, "top_p": .number(sampler.topShare),
      ])
    run.parent = parent
    return run
  }
}

/// Splits a stream of bytes into whole characters, as soon as they are complete.
package struct CharacterStream {
  private var rest: [UInt8] = []

  /// An empty stream.
  package init() {}

  /// The characters that are complete once these bytes have come.
  package mutating func take(_ bytes: [UInt8]) -> String {
    rest += bytes
    // At most three bytes of the last character may still be missing.
    for missing in 0...min(3, rest.count) {
      let whole = rest.dropLast(missing)
      if let text = String(validating: whole, as: UTF8.self) {
        rest.removeFirst(whole.count)
        return text
      }
    }
    defer { rest = [] }
    return String(decoding: rest, as: UTF8.self)
  }
}

import Glibc
import Language
import Neural
import Recordings
import Rollouts
import Trainers

/// The language model that a command names: a recording of training, or a folder of another tool.
struct NamedModel {
  let trained: TrainedModel
  /// What a recording of its texts says of where it came from; asked for only by those that are recorded, as
  /// it takes a look at all of the parent.
  let parent: () throws -> Parent?
  /// What a recording of its texts begins with.
  let initial: Checkpoint

  /// The model of a recording of training, by one of its checkpoints.
  init(recording file: String, at text: String?) throws {
    let recording = try Recording(file)
    let run = try recording.description()
    guard run.world.name == TextPlan.worldName else {
      throw Failure.failed(
        "\(file) is a recording of \(run.world.name), not of a language model",
        "reel train text makes one")
    }
    let checkpoint = try Self.checkpoint(of: recording, at: text)
    do {
      trained = try TrainedModel(checkpoint)
    } catch {
      throw Failure.failed("\(file): \(error)")
    }
    initial = trained.checkpoint
    parent = {
      Parent(file: file, digest: try recording.digest(), step: checkpoint.step)
    }
  }

  /// The checkpoint that was kept nearest to the lowest loss on the text that was kept back, or as others
  /// are named.
  private static func checkpoint(of recording: Recording, at text: String?) throws -> Checkpoint {
    guard text == nil || text == "best" else {
      return try networkCheckpoint(of: recording, at: text)
    }
    let kept = Set(try recording.checkpointSteps().filter { $0 > 0 })
    let losses = try recording.metric("losses/validation")
    let best = zip(losses.steps, losses.values).filter { kept.contains($0.0) }
      .min { $0.1 < $1.1 }
    guard let step = best?.0, let checkpoint = try recording.checkpoint(at: step) else {
      return try networkCheckpoint(of: recording, at: "last")
    }
    return checkpoint
  }
}

/// Texts that a model goes on with, each an episode: what the step before added is the state, a token the
/// action, and the logarithm of its probability the reward.
struct TextGeneration {
  let trained: TrainedModel
  let prompt: String
  let tokens: Int
  let sampler: Sampler
  let generator: Generator
  let crew = Crew(threads: Crew.processorCount)

  /// What one text came to.
  struct Text {
    var text: String
    var tokens: Int
    var logProbability: Double
    var seconds: Double
    var isOver: Bool
  }

  /// Writes a text, telling its bytes as they come, and records it.
  func write<Sink: TransitionSink & ~Copyable>(
    episode: Int, into sink: inout Sink, telling: ([UInt8]) -> Void
  ) throws -> Text {
    let tokenizer = trained.tokenizer
    let start = try Self.opening(prompt, of: trained)
    var writer = TextWriter(trained, prompt: start, room: tokens, crew: crew)
    var state = start.flatMap(tokenizer.bytes(of:))
    var result = Text(text: "", tokens: 0, logProbability: 0, seconds: 0, isOver: false)
    telling(state)
    let begun = monotonicSeconds()
    for t in 0..<tokens {
      let draws = generator.draws(for: .policy, episode: episode, t: t)
      let addition = writer.write(sampler, draws)
      let bytes = tokenizer.bytes(of: addition.token)
      let isStopped = Interruption.isRequested
      let ending: Ending =
        addition.isEnd ? .terminated : t + 1 == tokens || isStopped ? .truncated : .running
      try sink.record(
        Transition(
          episode: episode, state: .bytes(state), action: .index(addition.token),
          reward: addition.logProbability, next: .bytes(bytes), ending: ending))
      result.tokens += 1
      result.logProbability += addition.logProbability
      result.isOver = addition.isEnd
      state = bytes
      if !addition.isEnd { telling(bytes) }
      if ending != .running { break }
    }
    result.seconds = max(monotonicSeconds() - begun, 1e-9)
    result.text = tokenizer.text(of: result.isOver ? writer.tokens.dropLast() : writer.tokens[...])
    return result
  }

  /// A prompt's tokens; without one a text begins after a line's or a text's end.
  static func opening(_ prompt: String, of trained: TrainedModel) throws -> [Int] {
    let tokenizer = trained.tokenizer
    do {
      let tokens = try tokenizer.tokens(of: prompt)
      if !tokens.isEmpty { return tokens }
      if let end = tokenizer.end { return [end] }
      return (try? tokenizer.tokens(of: "\n")) ?? [0]
    } catch {
      throw Failure.failed("\(error)")
    }
  }

  /// What a recording of these texts says of itself.
  func description(seed: UInt64, parent: Parent?) -> RunDescription {
    let tokenizer = trained.tokenizer
    var run = RunDescription(
      world: WorldDescription(
        name: TextPlan.worldName,
        actions: (0..<tokenizer.count).map { ActionMeaning(tokenizer.name(of: $0)) },
        fields: [
          Field(
            "state", "text", type: "utf8", offset: 0, count: 0,
            "the bytes that the step before added to the text; of an episode's first step the prompt"
          )
        ]),
      trainer: TextPlan.trainerName, purpose: .evaluate, seed: seed,
      configuration: [
        "tokens": .integer(tokens), "temperature": .number(sampler.temperature),
        "top_k": sampler.topCount.map(JSON.integer) ?? .null, "top_p": .number(sampler.topShare),
      ])
    run.parent = parent
    return run
  }
}

/// Whole characters of a stream of bytes, as soon as they are whole.
struct CharacterStream {
  private var rest: [UInt8] = []

  /// The characters that are whole once these bytes have come.
  mutating func take(_ bytes: [UInt8]) -> String {
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

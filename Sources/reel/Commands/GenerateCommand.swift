import Experiments
import Glibc
import Language
import Platform
import Recordings
import Rollouts

/// Continues a prompt with a language model.
struct GenerateCommand: Command {
  static let name = "generate"
  static let summary = "continue a prompt with a language model"
  static let group = CommandGroup.language
  static let examples = [
    "reel generate recordings/text.sqlite --prompt \"This License\" --tokens 500",
    "reel generate recordings/text.sqlite --prompt \"You may\" -o recordings/written.sqlite",
    "reel generate recordings/text.sqlite --prompt - < prompts.txt",
  ]

  private let file: String?
  private let model: String?
  private let at: String?
  private let prompt: String
  private let tokens: Int
  private let sampler: Sampler
  private let seed: UInt64
  private let samples: Int
  private let output: String?
  private let force: Bool

  init(_ arguments: inout Arguments) throws {
    file = try arguments.optionalPositional("FILE", help: "a recording of reel train text")
    model = try arguments.option(
      "--model", value: "DIR", help: "instead of FILE: a folder with GPT-2's files")
    prompt =
      try arguments.option(
        "--prompt", value: "TEXT",
        help: "text to continue; - reads one prompt per line (default a line break)")
      ?? ""
    tokens =
      try arguments.count("--tokens", in: 1...1_000_000, help: "tokens to write (default 500)")
      ?? 500
    let temperature = try arguments.number(
      "--temperature", value: "T", in: Sampler.temperatures,
      help: "below 1 makes likely tokens likelier; 0 takes the likeliest (default 0.8)")
    let topCount = try arguments.count(
      "--top-k", in: Sampler.topCounts, help: "choose among the N likeliest; 0: all (default 200)")
    let topShare = try arguments.number(
      "--top-p", value: "P", in: Sampler.topShares,
      help: "choose among the likeliest tokens that reach this share together (default 1)")
    sampler = Sampler(
      temperature: temperature ?? 0.8, topCount: topCount == 0 ? nil : topCount ?? 200,
      topShare: topShare ?? 1)
    seed = UInt64(try arguments.count("--seed", in: 0...Int.max, help: "default 1337") ?? 1337)
    samples =
      try arguments.count("--samples", in: 1...10_000, help: "texts to write (default 1)") ?? 1
    at = try arguments.option(
      "--checkpoint", "--at", value: "STEP",
      help: "the model at a step, N%, last or best (default: the lowest validation loss)")
    output = try arguments.option(
      "-o", "--output", value: "FILE", help: "record what is written, each text as an episode")
    force = arguments.flag("--force", help: "overwrite")
    arguments.jsonFlag()
    guard (file == nil) != (model == nil) else {
      throw Failure.usage("generate takes a recording, or --model DIR")
    }
  }

  func run(_ console: Console) throws -> ExitCode {
    try Recording.refuse(output, inPlaceOf: file)
    let moment = try at.map { try RecordedMoment(option: "--checkpoint", $0) }
    let model =
      try file.map { try NamedModel(recording: $0, at: moment) } ?? NamedModel(folder: model ?? "")
    Interruption.watch()
    if prompt == "-" {
      if output != nil {
        throw Failure.usage("-o records one prompt's texts", "give the prompt with --prompt")
      }
      var lines = InputLines()
      while let line = lines.next(), !Interruption.isRequested {
        var nowhere = NullSink()
        try write(generation(by: model, line), into: &nowhere, console)
      }
      return Interruption.isRequested ? .stopped : .done
    }
    let generation = try generation(by: model, prompt)
    guard let output else {
      var nowhere = NullSink()
      try write(generation, into: &nowhere, console)
      return Interruption.isRequested ? .stopped : .done
    }
    var writer = try generation.recorder(
      creating: output, by: model, options: RecordingOptions(force: force))
    try write(generation, into: &writer, console)
    try writer.finish()
    console.note("recorded in \(output)")
    return Interruption.isRequested ? .stopped : .done
  }

  private func generation(by model: NamedModel, _ prompt: String) throws -> TextGeneration {
    try TextGeneration(by: model, prompt: prompt, tokens: tokens, sampler: sampler, seed: seed)
  }

  private func write<Sink: TransitionSink & ~Copyable>(
    _ generation: TextGeneration, into sink: inout Sink, _ console: Console
  ) throws {
    let isStreamed = !console.isJSON && !console.isQuiet
    var found: [JSON] = []
    for episode in 1...samples where !Interruption.isRequested {
      var stream = CharacterStream()
      let text = try generation.write(episode: episode, into: &sink) {
        if isStreamed { Console.writeData(stream.take($0)) }
        return !Interruption.isRequested
      }
      if isStreamed { Console.write(episode < samples ? "\n\n" : "\n") }
      let mean = text.logProbability / Double(text.tokens)
      let speed = Double(text.tokens) / text.seconds
      console.note(
        "\(NumberFormat.count(text.tokens)) tokens, perplexity \(NumberFormat.decimal(exp(-mean), 2)), "
          + "\(NumberFormat.count(Int(speed))) tokens/s")
      found.append(
        [
          "text": .string(text.text), "tokens": .integer(text.tokens),
          "log_probability": .number(text.logProbability), "perplexity": .number(exp(-mean)),
          "ended": .bool(text.isOver), "tokens_per_second": .number(speed),
        ])
    }
    if console.isJSON { console.print(samples == 1 ? found.first ?? .null : .array(found)) }
  }
}

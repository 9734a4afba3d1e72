import Recordings
import Rollouts
import Trainers
import Worlds

/// Plays what was learned, greedily.
struct EvaluateCommand: Command {
  static let name = "evaluate"
  static let summary = "play the learned policy greedily, or compute what it earns"
  static let group = CommandGroup.record
  static let examples = [
    "reel evaluate recordings/lake.sqlite --episodes 1000 --json",
    "reel evaluate recordings/lake.sqlite --exact",
    "reel evaluate recordings/maze.sqlite --episodes 5 -o recordings/maze-played.sqlite",
  ]

  private let file: String
  private let episodes: Int
  private let seed: UInt64?
  private let at: String?
  private let isExact: Bool
  private let output: String?
  private let force: Bool

  init(_ arguments: inout Arguments) throws {
    file = try arguments.positional("FILE", help: "a recording of training")
    episodes =
      try arguments.count("--episodes", in: 1...1_000_000_000, help: "how many (default 100)")
      ?? 100
    seed = try arguments.count(
      "--seed", in: 0...Int.max, help: "its own, not the training's (default: that + 1000000)"
    ).map { UInt64($0) }
    at = try arguments.option("--at", value: "STEP", help: "as learned by a step, N% or end")
    isExact = arguments.flag(
      "--exact", help: "compute success, return and length instead of sampling them")
    output = try arguments.option(
      "-o", "--output", value: "FILE", help: "record what is played, naming its parent")
    force = arguments.flag("--force", help: "overwrite")
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    let recording = try Recording(file)
    let parent = try recording.description()
    let plan = try RunPlan(parent)
    let step = try step(at: at, of: recording)
    let table = try recording.qTable(at: step)
    let dynamics = plan.world.dynamics
    guard table.states == dynamics.states, table.actions == dynamics.actions else {
      throw Failure.failed("\(file) is damaged: its table does not fit its world")
    }
    let policy = GreedyPolicy(table, dynamics, ties: plan.settings.ties)
    if isExact {
      if output != nil { throw Failure.usage("--exact plays nothing that -o could record") }
      return report(policy.evaluateExactly(stepLimit: plan.world.stepLimit), console)
    }
    let seed = seed ?? (parent.seed + 1_000_000) & (1 << 63 - 1)
    let evaluation = Evaluation(
      policy: policy, stepLimit: plan.world.stepLimit, seed: seed, episodes: episodes)
    guard let output else {
      var nowhere = NullSink()
      report(try evaluation.run(into: &nowhere, console), console)
      return Interruption.isRequested ? .stopped : .done
    }
    var description = plan.description(seed: seed, purpose: .evaluate)
    description.parent = Parent(file: file, digest: try recording.digest(), step: step)
    var checkpoint = table.checkpoint(step: 0)
    checkpoint.trainingState = "{\"parent_step\":\(step)}"
    var writer = try RecordingWriter(
      creating: output, description, initial: checkpoint, options: RecordingOptions(force: force))
    let summary = try evaluation.run(into: &writer, console)
    try writer.finish()
    report(summary, console)
    console.note("recorded in \(output)")
    return Interruption.isRequested ? .stopped : .done
  }

  private func report(_ summary: EvaluationSummary, _ console: Console) {
    if console.isJSON {
      console.print(.object(summary.members))
    } else {
      console.print(Help.rows(summary.members.map { ($0.key, shown($0.value)) }))
    }
  }

  private func report(_ exact: ExactEvaluation, _ console: Console) -> ExitCode {
    let members: [JSON.Member] = [
      .init("success_rate", .number(exact.successRate)),
      .init("mean_return", .number(exact.meanReturn)),
      .init("mean_length", .number(exact.meanLength)),
    ]
    console.isJSON
      ? console.print(.object(members))
      : console.print(Help.rows(members.map { ($0.key, shown($0.value)) }))
    return .done
  }

  private func shown(_ value: JSON) -> String {
    if case .number(let number) = value { return decimal(number, 4) }
    return value.compact
  }
}

/// Greedy episodes, played one after the other.
private struct Evaluation {
  let policy: GreedyPolicy
  let stepLimit: Int
  let seed: UInt64
  let episodes: Int

  func run<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, _ console: Console
  ) throws -> EvaluationSummary {
    Interruption.watch()
    var bar = ProgressBar("playing", console)
    defer { bar.finish() }
    let generator = Generator(seed: seed)
    var summary = EvaluationSummary()
    for episode in 1...episodes {
      if Interruption.isRequested { break }
      summary.add(
        try policy.play(
          episode: episode, generator: generator, stepLimit: stepLimit, into: &sink))
      bar.update(Double(episode) / Double(episodes), "\(episode) of \(episodes) episodes")
    }
    return summary
  }
}

/// What an evaluation found, under the stable names of `--json`.
struct EvaluationSummary {
  private var returns: [Double] = []
  private var steps = 0
  private var successes = 0

  mutating func add(_ episode: (total: Double, length: Int, ending: Ending, success: Bool)) {
    returns.append(episode.total)
    steps += episode.length
    successes += episode.success ? 1 : 0
  }

  var members: [JSON.Member] {
    let count = Double(max(1, returns.count))
    let mean = returns.reduce(0, +) / count
    let variance = returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    return [
      .init("episodes", .integer(returns.count)), .init("steps", .integer(steps)),
      .init("mean_return", .number(mean)), .init("std_return", .number(variance.squareRoot())),
      .init("min_return", .number(returns.min() ?? 0)),
      .init("max_return", .number(returns.max() ?? 0)),
      .init("success_rate", .number(Double(successes) / count)),
      .init("mean_length", .number(Double(steps) / count)),
    ]
  }
}

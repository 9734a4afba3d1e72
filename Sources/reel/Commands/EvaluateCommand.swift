import Experiments
import Platform
import Recordings
import Rollouts

/// Plays the learned policy greedily.
struct EvaluateCommand: Command {
  static let name = "evaluate"
  static let summary = "play the learned policy greedily, or compute what it earns"
  static let group = CommandGroup.record
  static let examples = [
    "reel evaluate recordings/lake.sqlite --episodes 1000 --json",
    "reel evaluate recordings/lake.sqlite --exact",
    "reel evaluate recordings/city.sqlite --steps 20000",
    "reel evaluate recordings/maze.sqlite --episodes 5 -o recordings/maze-played.sqlite",
    "reel evaluate recordings/snake.sqlite --checkpoint best --steps 1000 -o recordings/best.sqlite",
  ]

  private let file: String
  private let limits: Evaluation.Limits
  private let seed: UInt64?
  private let which: String?
  private let isExact: Bool
  private let output: String?
  private let force: Bool

  init(_ arguments: inout Arguments) throws {
    file = try arguments.positional("FILE", help: "a recording of training")
    let episodes = try arguments.count(
      "--episodes", in: 1...1_000_000_000, help: "episodes to play (default 100)")
    let steps = try arguments.count(
      "--steps", in: 1...1_000_000_000_000,
      help: "play N steps in all, and cut off the last episode (default 20000 in a city)")
    if episodes != nil && steps != nil {
      throw Failure.usage("--episodes and --steps cannot be combined")
    }
    limits = Evaluation.Limits(episodes: episodes, steps: steps)
    seed = try arguments.count(
      "--seed", in: 0...Int.max, help: "default: the training seed + 1000000"
    ).map { UInt64($0) }
    which = try arguments.option(
      Self.option, "--at", value: "STEP",
      help: "what was learned by a step, N%, last or, for networks, best: the best evaluation "
        + "(default best if it was kept, else last)")
    isExact = arguments.flag(
      "--exact", help: "compute success, return and length instead of sampling them")
    output = try arguments.option(
      "-o", "--output", value: "FILE", help: "record what is played; the recording names its parent"
    )
    force = arguments.flag("--force", help: "overwrite")
    arguments.jsonFlag()
  }

  private static let option = "--checkpoint"

  func run(_ console: Console) throws -> ExitCode {
    if isExact, output != nil {
      throw Failure.usage("--exact plays nothing that -o could record")
    }
    try Recording.refuse(output, inPlaceOf: file)
    let recording = try Recording(file)
    let moment =
      try which.map { try RecordedMoment(option: Self.option, $0) } ?? recording.bestMoment()
    let evaluation = try Evaluation(of: recording, at: moment, limits: limits, seed: seed)
    if which == nil, moment == .best {
      console.note(
        "played by the network of the best evaluation (step \(evaluation.checkpoint.step)); --checkpoint last plays the last"
      )
    }
    if isExact {
      guard let exact = try evaluation.exact() else {
        throw Failure.usage("--exact is for Q-tables", "leave it out to play")
      }
      report(exact, console)
      return .done
    }
    let summary = try console.withBar("playing") {
      try evaluation.play(recordingTo: output, force: force, progress: $0)
    }
    report(
      summary.members + [.init("checkpoint_step", .integer(evaluation.checkpoint.step))], console)
    if let output { console.note("recorded in \(output)") }
    return Interruption.isRequested ? .stopped : .done
  }

  private func report(_ members: [JSON.Member], _ console: Console) {
    console.isJSON
      ? console.print(.object(members))
      : console.print(Help.rows(members.map { ($0.key, shown($0.value)) }))
  }

  private func shown(_ value: JSON) -> String {
    if case .number(let number) = value { return NumberFormat.decimal(number, 4) }
    return value.compact
  }
}

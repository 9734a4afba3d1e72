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
    "reel evaluate recordings/city.sqlite --steps 20000",
    "reel evaluate recordings/maze.sqlite --episodes 5 -o recordings/maze-played.sqlite",
    "reel evaluate recordings/snake.sqlite --checkpoint best --steps 1000 -o recordings/best.sqlite",
  ]

  private let file: String
  private let episodes: Int?
  private let steps: Int?
  private let seed: UInt64?
  private let which: String?
  private let isExact: Bool
  private let output: String?
  private let force: Bool

  init(_ arguments: inout Arguments) throws {
    file = try arguments.positional("FILE", help: "a recording of training")
    episodes = try arguments.count(
      "--episodes", in: 1...1_000_000_000, help: "how many (default 100)")
    steps = try arguments.count(
      "--steps", in: 1...1_000_000_000_000,
      help: "play so many in all, and cut the last episode off (default in a city 20000)")
    if episodes != nil && steps != nil {
      throw Failure.usage("--episodes and --steps exclude each other")
    }
    seed = try arguments.count(
      "--seed", in: 0...Int.max, help: "its own, not the training's (default: that + 1000000)"
    ).map { UInt64($0) }
    which = try arguments.option(
      Self.option, "--at", value: "STEP",
      help: "as learned by a step, N%, last (default) or, of networks, best")
    isExact = arguments.flag(
      "--exact", help: "compute success, return and length instead of sampling them")
    output = try arguments.option(
      "-o", "--output", value: "FILE", help: "record what is played, naming its parent")
    force = arguments.flag("--force", help: "overwrite")
    arguments.jsonFlag()
  }

  private static let option = "--checkpoint"

  func run(_ console: Console) throws -> ExitCode {
    try Recording.refuse(output, inPlaceOf: file)
    let recording = try Recording(file)
    let run = try recording.description()
    let plan = try RunPlan(run)
    let player: any Player
    let checkpoint: Checkpoint
    switch plan.learner {
    case .qTable:
      if which == "best" {
        throw Failure.usage("a Q-table keeps no best", "\(Self.option) takes a step, N% or last")
      }
      let step = try step(at: which, of: recording, option: Self.option)
      let table = try recording.qTable(at: step)
      let policy = try policy(of: table, TablePlan(plan))
      if isExact { return try report(policy, plan.world.stepLimit, console) }
      checkpoint = table.checkpoint(step: step)
      player = TablePlayer(policy: policy, stepLimit: plan.world.stepLimit)
    case .dqn, .ppo:
      if isExact { throw Failure.usage("--exact is for Q-tables", "leave it out to play") }
      checkpoint = try networkCheckpoint(of: recording, at: which, option: Self.option)
      player = try networkPlayer(of: plan, checkpoint)
    }
    let seed = seed ?? (run.seed + 1_000_000) & (1 << 63 - 1)
    let isEndless = plan.world.observed?.isContinuing == true && episodes == nil
    let evaluation = Evaluation(
      world: plan.world, seed: seed,
      episodes: episodes ?? (steps == nil && !isEndless ? 100 : .max),
      steps: steps ?? (isEndless ? 20_000 : .max))
    let summary = try play(evaluation, player, console) {
      var description = plan.description(seed: seed, purpose: .evaluate)
      description.parent = Parent(
        file: file, digest: try recording.digest(), step: checkpoint.step)
      let initial = Checkpoint(
        step: 0, kind: checkpoint.kind, parameters: checkpoint.parameters,
        trainingState: checkpoint.trainingState)
      return (description, initial)
    }
    report(summary.members, console)
    if let output { console.note("recorded in \(output)") }
    return Interruption.isRequested ? .stopped : .done
  }

  private func policy(of table: QTable, _ plan: TablePlan) throws -> GreedyPolicy {
    guard table.states == plan.dynamics.states, table.actions == plan.dynamics.actions else {
      throw Failure.failed("\(file) is damaged: its table does not fit its world")
    }
    return GreedyPolicy(table, plan.dynamics, ties: plan.settings.ties)
  }

  private func play(
    _ evaluation: Evaluation, _ player: any Player, _ console: Console,
    _ describe: () throws -> (RunDescription, Checkpoint)
  ) throws -> EvaluationSummary {
    var player = player
    guard let output else { return try evaluation.run(&player, into: NullSink(), console).summary }
    let (description, initial) = try describe()
    let writer = try RecordingWriter(
      creating: output, description, initial: initial, options: RecordingOptions(force: force))
    let played = try evaluation.run(&player, into: writer, console)
    let summary = played.summary
    try played.finish { try $0.finish() }
    return summary
  }

  private func report(_ members: [JSON.Member], _ console: Console) {
    console.isJSON
      ? console.print(.object(members))
      : console.print(Help.rows(members.map { ($0.key, shown($0.value)) }))
  }

  private func report(
    _ policy: GreedyPolicy, _ stepLimit: Int, _ console: Console
  ) throws -> ExitCode {
    if output != nil { throw Failure.usage("--exact plays nothing that -o could record") }
    let exact = policy.evaluateExactly(stepLimit: stepLimit)
    report(
      [
        .init("success_rate", .number(exact.successRate)),
        .init("mean_return", .number(exact.meanReturn)),
        .init("mean_length", .number(exact.meanLength)),
      ], console)
    return .done
  }

  private func shown(_ value: JSON) -> String {
    if case .number(let number) = value { return decimal(number, 4) }
    return value.compact
  }
}

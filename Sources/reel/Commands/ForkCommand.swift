import Experiments
import Recordings

/// Starts another run at a recorded moment.
struct ForkCommand: Command {
  static let name = "fork"
  static let summary = "continue from any recorded moment with other settings, in a new recording"
  static let group = CommandGroup.trust
  static let examples = [
    "reel fork recordings/maze.sqlite --at 5000 -o recordings/other.sqlite --set alpha=0.2",
    "reel fork recordings/lake.sqlite --at 50% --set noise=0 -o recordings/dry.sqlite",
    "reel fork recordings/text.sqlite --at 1000 --set learning_rate=0.0003 -o recordings/slow.sqlite",
  ]

  private let file: String
  private let at: String?
  private let output: String?
  private let change: PlanChange
  private let isDurable: Bool
  private let force: Bool

  init(_ arguments: inout Arguments) throws {
    file = try arguments.positional("FILE", help: "a recording of training; it is not changed")
    at = try arguments.option("--at", value: "WHEN", help: "a step, N% or end")
    output = try arguments.option("-o", "--output", value: "NEW", help: "the recording to make")
    let overrides = try arguments.repeatedOption(
      "--set", value: "NAME=VALUE", help: "change a setting or a rule of the world from then on")
    let steps = try arguments.count(
      "--until", value: "STEPS", in: 1...1_000_000_000_000, help: "train until this step")
    let episodes = try arguments.count(
      "--episodes", in: 1...1_000_000_000, help: "train until N episodes are finished")
    change = PlanChange(
      steps: steps, episodes: episodes, overrides: try overrides.map(Arguments.setting))
    isDurable = arguments.flag("--durable", help: "survive a power cut at every commit (slower)")
    force = arguments.flag("--force", help: "overwrite")
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    guard let output else { throw Failure.usage("name the new recording with -o") }
    guard let at else { throw Failure.usage("--at says where to fork: a step, N% or end") }
    let parent = try Recording(file)
    let step = try parent.step(at: RecordedMoment(option: "--at", at))
    return try console.fork(
      parent, at: step, to: output, change, force: force,
      options: RecordingOptions(durable: isDurable))
  }
}

import Experiments
import Platform
import Recordings
import Rollouts

/// Makes recordings from other programs' logs.
struct ImportCommand: Command {
  static let name = "import"
  static let summary =
    "make recordings from Stable-Baselines3's monitor files and TensorBoard's events"
  static let group = CommandGroup.exchange
  static let examples = [
    "reel import logs/ppo -o recordings/ppo.sqlite",
    "reel import logs -o recordings/imported",
    "reel import logs/ppo/0.monitor.csv --world CartPole-v1 --trainer ppo",
  ]

  private let paths: [String]
  private let output: String
  private let world: String?
  private let trainer: String
  private let force: Bool

  init(_ arguments: inout Arguments) throws {
    output =
      try arguments.option(
        "-o", "--output", value: "NEW",
        help: "the recording to make, or the folder for several (default recordings)")
      ?? "recordings"
    world = try arguments.option(
      "--world", value: "ID", help: "the environment's name, if the logs do not say")
    trainer =
      try arguments.option(
        "--trainer", value: "NAME", help: "the trainer's name (default imported)") ?? "imported"
    force = arguments.flag("--force", help: "overwrite")
    arguments.jsonFlag()
    paths = arguments.remaining(
      "PATH", help: "a monitor.csv, an event file, or a folder: each folder in it is a run")
  }

  func run(_ console: Console) throws -> ExitCode {
    guard !paths.isEmpty else { throw Failure.usage("name a file or folder of logs") }
    let runs = try paths.flatMap { path in
      try LogFolder.all(at: path).map { (log: $0, root: path) }
    }
    let isOne = output.hasSuffix(".sqlite")
    if isOne, runs.count > 1 {
      throw Failure.usage("there are \(runs.count) runs: -o names a folder for them")
    }
    var (made, isWhole) = ([JSON](), true)
    for (log, root) in runs {
      var run = try log.run { warning in
        console.note(warning)
        isWhole = false
      }
      run.world = world ?? run.world
      let path = isOne ? output : "\(output)/\(Self.name(of: log, below: root)).sqlite"
      try Recording.write(run, run.description(trainer: trainer), to: path, force: force)
      made.append([
        "file": .string(path), "episodes": .integer(run.episodes.count),
        "metrics": .integer(run.metrics.count),
      ])
      if !console.isJSON { console.print(path) }
    }
    if console.isJSON { console.print(.array(made)) }
    console.note("logs hold no steps: these recordings can be plotted and compared, but not filmed")
    return isWhole ? .done : .lossy
  }

  /// A run's name: its path below the given folder.
  private static func name(of log: LogFolder, below root: String) -> String {
    let whole = log.name.split(separator: "/").filter { $0 != "." }
    let above = root.split(separator: "/").filter { $0 != "." }
    let parts =
      whole.starts(with: above) && whole.count > above.count
      ? Array(whole.dropFirst(above.count)) : Array(whole.suffix(1))
    let name = parts.filter { $0 != ".." }.joined(separator: "-")
    return name.isEmpty ? "imported" : name
  }
}

import Experiments
import Platform
import Recordings

/// Runs a line of a manifest, from where it stands.
struct RunTaskCommand: Command {
  static let name = "run-task"
  static let summary = "run a line of a manifest of runs, from where it stands"
  static let group = CommandGroup.record
  static let examples = [
    "reel run-task recordings/studio.jsonl 3",
    "reel run-task sweep.jsonl $SLURM_ARRAY_TASK_ID",
    "reel run-task runs.jsonl 1 --queue 2",
  ]

  private let manifest: Manifest
  private let line: Int
  private let most: Int?

  init(_ arguments: inout Arguments) throws {
    manifest = Manifest(
      try arguments.positional("MANIFEST", help: "a file of runs, one JSON object a line"))
    let line = try arguments.optionalPositional("LINE", help: "the line's number, from 1")
    most = try arguments.count(
      "--queue", in: 1...10_000,
      help: "start the lines that wait when this one ends, at most N at once")
    arguments.jsonFlag()
    guard let line, let number = Int(line), number > 0 else {
      throw Failure.usage("LINE is the number of a line, from 1")
    }
    self.line = number
  }

  /// The words that run a line, and those that wait after it.
  static func words(_ manifest: String, _ line: Int, queue most: Int) -> [String] {
    [Files.program, name, "--queue", "\(most)", "--", manifest, "\(line)"]
  }

  func run(_ console: Console) throws -> ExitCode {
    // A signal that comes before the training begins counts as well.
    Interruption.watch()
    let task = try manifest.task(at: line)
    let session = try TaskSession(manifest, line: line)
    let outcome = Result { try run(task, console) }.mapError(Failure.init)
    let code: ExitCode
    switch outcome {
    case .success(let ending): code = ending
    case .failure(let failure):
      // Said here, so that the log ends with what counts before the next line begins.
      Console.error(failure.description)
      code = failure.code
    }
    switch outcome {
    case _ where code == .stopped: try session.stop()
    case .success: session.finish()
    case .failure(let failure): try session.fail(failure.description)
    }
    try startNext()
    return code
  }

  private func run(_ task: ManifestTask, _ console: Console) throws -> ExitCode {
    switch try manifest.work(for: task) {
    case .nothing:
      console.note("\(manifest.recording(of: task)) is complete already")
      return .done
    case .train(let run):
      let results = try console.train([run], "training \(run.plan.name)")
      for result in results {
        if console.isJSON { console.print(result.json) } else { console.print(result.path) }
      }
      return console.end(results)
    case .resume(let run, let change): return try run.run(change, console)
    case .fork(let parent, let step):
      return try console.fork(
        parent, at: step, to: manifest.recording(of: task), task.change)
    }
  }

  private func startNext() throws {
    guard let most else { return }
    let path = manifest.path
    try RunQueue(manifest, most: most) { Self.words(path, $0, queue: most) }.advance()
  }
}

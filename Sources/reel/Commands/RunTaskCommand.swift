import Experiments
import Platform
import Recordings

/// Runs lines of a manifest, each from where it stopped.
struct RunTaskCommand: Command {
  static let name = "run-task"
  static let summary = "run a line of a manifest of runs, from where it stopped"
  static let group = CommandGroup.record
  static let examples = [
    "reel run-task recordings/studio.jsonl 3",
    "reel run-task runs/sweep.jsonl $SLURM_ARRAY_TASK_ID --scratch $TMPDIR",
    "reel run-task runs/sweep.jsonl 11-20 --threads 1",
    "reel run-task runs.jsonl 1 --queue 2",
  ]

  private let manifest: Manifest
  private let lines: ClosedRange<Int>
  private let most: Int?
  private let scratch: String?
  private let seconds: Int

  init(_ arguments: inout Arguments) throws {
    manifest = Manifest(
      try arguments.positional("MANIFEST", help: "a file of runs, one JSON object per line"))
    let line = try arguments.optionalPositional(
      "LINE", help: "the line's number, from 1; 3-7 runs those lines, one after the other")
    most = try arguments.count(
      "--queue", in: 1...10_000,
      help: "when this line ends, start waiting lines, at most N at once")
    scratch = try arguments.option(
      "--scratch", value: "FOLDER",
      help: "record on this machine's own disk, and copy from there to a shared file system")
    seconds =
      try arguments.count(
        "--copy-every", value: "SECONDS", in: 1...86_400,
        help: "with --scratch: time between copies (default 180)") ?? 180
    let threads = try arguments.count(
      "--threads", in: 1...10_000, help: "use at most N processors (default all)")
    arguments.jsonFlag()
    guard let line, let lines = Self.lines(line) else {
      throw Failure.usage("LINE is the number of a line, from 1, or a range such as 3-7")
    }
    self.lines = lines
    if most != nil, lines.count > 1 { throw Failure.usage("--queue takes a single line") }
    if let threads { ThreadPool.useAtMost(threads) }
  }

  private static func lines(_ text: String) -> ClosedRange<Int>? {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard 1...2 ~= ends.count, let first = ends.first ?? nil, let last = ends.last ?? nil,
      0 < first, first <= last
    else { return nil }
    return first...last
  }

  /// The arguments that run a line, and the lines that wait after it.
  static func words(_ manifest: String, _ line: Int, queue most: Int) -> [String] {
    [Files.program, name, "--queue", "\(most)", "--", manifest, "\(line)"]
  }

  /// The arguments that run a line alone, on some of the processors.
  static func words(_ manifest: String, _ line: Int, threads: Int) -> [String] {
    [Files.program, name, "-q", "--threads", "\(threads)", "--", manifest, "\(line)"]
  }

  func run(_ console: Console) throws -> ExitCode {
    // A signal that comes before the training begins counts as well.
    Interruption.watch()
    var worst = ExitCode.done
    for line in lines {
      // A failed line must not keep the others from running.
      let code = lines.count == 1 ? try run(line, console) : reporting { try run(line, console) }
      if code == .stopped { return code }
      if code != .done { worst = code }
    }
    return worst
  }

  private func reporting(_ work: () throws -> ExitCode) -> ExitCode {
    do {
      return try work()
    } catch {
      let failure = Failure(error)
      Console.error(failure.description)
      return failure.code
    }
  }

  private func run(_ line: Int, _ console: Console) throws -> ExitCode {
    let task = try manifest.task(at: line)
    let session = try TaskSession(manifest, line: line)
    let outcome = Result { try run(task, console) }.mapError(Failure.init)
    let code: ExitCode
    switch outcome {
    case .success(let ending): code = ending
    case .failure(let failure):
      // Printed here, so that the log ends with the result before the next line starts.
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
    guard let scratch, case .new = task.start else { return try work(task, console) }
    if case .nothing = try manifest.work(for: task) { return try work(task, console) }
    return try ScratchRecording(
      of: manifest.recording(of: task), in: scratch, every: Double(seconds)
    ).use { path in
      var task = task
      task.output = path
      return try work(task, console)
    }
  }

  private func work(_ task: ManifestTask, _ console: Console) throws -> ExitCode {
    switch try manifest.work(for: task) {
    case .nothing:
      console.note("\(manifest.recording(of: task)) is already complete")
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

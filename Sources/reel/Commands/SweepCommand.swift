import Experiments
import Glibc
import Platform
import Rollouts

/// Trains with many settings and many seeds.
struct SweepCommand: Command {
  static let name = "sweep"
  static let summary = "train with many settings and many seeds, here or on a Slurm cluster"
  static let group = CommandGroup.record
  static let examples = [
    "reel sweep lake --seeds 1-20 --set alpha=0.05,0.1,0.2 -o runs/",
    "reel sweep lake --search random:50 --set 'alpha=loguniform(0.01,0.5)' --set gamma=0.9,0.99 -o runs/",
    "reel sweep --status runs/",
    "reel sweep lake --seeds 20 -o runs/ --slurm '--partition=cpu --time=2:00:00'",
  ]

  /// The file in a sweep's folder that holds its plan.
  private static let plan = "sweep.jsonl"

  private let sweep: Sweep?
  private let folder: String
  private let isStatus: Bool
  private let jobs: Int?
  private let retries: Int
  private let slurm: [String]?
  private let printsScript: Bool

  init(_ arguments: inout Arguments) throws {
    let subject = try arguments.optionalPositional(
      "WORLD", choices: Catalog.builtIn.subjects,
      help: "what to learn; without it a planned sweep continues")
    let seeds = try arguments.option(
      "--seeds", value: "SEEDS", help: "runs of each combination (default 1): \(Seeds.help)")
    let settings = try arguments.repeatedOption(
      "--set", value: "NAME=A,B,…",
      help: "values to try; give values that contain commas one --set each"
    ).map(Arguments.setting)
    let search = try arguments.option(
      "--search", value: "HOW",
      help: "grid: every combination (default); random:N: N of them, also from uniform(A,B) and "
        + "loguniform(A,B)")
    let searchSeed = try arguments.count(
      "--search-seed", in: 0...Int.max,
      help: "seed of the combinations that random:N draws (default 1)")
    let map = try arguments.option("--map", value: "FILE", help: "a map's file or name")
    let text = try arguments.option(
      "--text", value: "FILE", help: "the text to learn from: a file, or a folder of files")
    let preset = try arguments.option(
      "--preset", value: "NAME", help: "the preset to start from")
    let policy = try arguments.option(
      "--policy", value: "KIND", choices: Catalog.builtIn.policies,
      help: "the policy network that PPO trains")
    let episodes = try arguments.count(
      "--episodes", in: 1...1_000_000_000, help: "episodes of each run")
    let steps = try arguments.count(
      "--steps", in: 1...1_000_000_000_000, help: "steps of each run")
    let tags = try arguments.repeatedOption(
      "--tag", value: "WORD", help: "a tag to find the runs by")
    let note = try arguments.option("--note", value: "TEXT", help: "what the runs are about")
    let output = try arguments.option(
      "-o", "--output", value: "FOLDER",
      help: "folder for the runs and their plan, \(Self.plan) (default recordings/sweep-WORLD)")
    let status = try arguments.option(
      "--status", value: "FOLDER", help: "print what is done, running and failed, and why")
    jobs = try arguments.count(
      "--jobs", in: 1...4096, help: "runs at once (default one per processor; with Slurm no limit)")
    retries =
      try arguments.count(
        "--retry", in: 0...100, help: "run a failed run again, at most N times (default 0)") ?? 0
    let slurm = try arguments.option(
      "--slurm", value: "OPTIONS", help: "submit one array job with these sbatch options")
    printsScript = arguments.flag(
      "--print", help: "print the job's script, and submit nothing")
    arguments.jsonFlag()
    self.slurm =
      slurm.map { $0.split(separator: " ").map(String.init) } ?? (printsScript ? [] : nil)
    isStatus = status != nil
    guard let subject, !isStatus else {
      guard let place = status ?? output else {
        throw Failure.usage(
          "WORLD is missing", "reel sweep -o FOLDER continues a sweep, --status FOLDER shows it")
      }
      guard subject == nil, seeds == nil, settings.isEmpty, search == nil else {
        throw Failure.usage("--status FOLDER shows a planned sweep and takes no settings")
      }
      (sweep, folder) = (nil, Files.trimmed(place))
      return
    }
    var run = ManifestTask.NewRun(subject)
    (run.preset, run.policy) = (preset, policy)
    // Paths are absolute, because other processes run the plan from other folders.
    run.map = map.map { Files.exists($0) ? Files.resolved($0) : $0 }
    run.text = text.map(Files.resolved)
    var sweep = try Sweep(
      run, seeds: try Seeds.parse(seeds ?? "1", most: 10_000), settings: settings)
    (sweep.steps, sweep.episodes) = (steps, episodes)
    (sweep.tags, sweep.note) = (tags, note ?? "")
    sweep.search = try Self.search(search, seed: UInt64(searchSeed ?? 1))
    self.sweep = sweep
    folder = Files.trimmed(output ?? "recordings/sweep-\(subject)")
  }

  private static func search(_ text: String?, seed: UInt64) throws -> Sweep.Search {
    guard let text, text != "grid" else { return .grid }
    guard text.hasPrefix("random:"), let count = Int(text.dropFirst(7)), 1...Sweep.most ~= count
    else {
      throw Failure.usage(
        "--search is grid, or random:N with N from 1 to \(Sweep.most), not '\(text)'")
    }
    return .random(count, seed: seed)
  }

  func run(_ console: Console) throws -> ExitCode {
    let manifest = Manifest("\(folder)/\(Self.plan)")
    if sweep == nil, !Files.exists(manifest.path) {
      throw Failure.failed(
        "\(folder) has no \(Self.plan)", "reel sweep WORLD -o \(folder) plans one")
    }
    if let sweep {
      if sweep.run.subject == TrainingText.subjectName, sweep.run.text == nil {
        throw Failure.usage("--text is missing", "it names a text, or a folder of texts")
      }
      try manifest.add(sweep.tasks())
    }
    let before = try manifest.statuses()
    if isStatus { return try print(before, console) }
    let missing = before.filter { $0.state != .done && $0.state != .running && $0.task != nil }
    if missing.count < before.count {
      console.note("\(before.count - missing.count) of \(before.count) runs are done, or running")
    }
    if let slurm {
      return try submit(missing.map(\.number), of: manifest, slurm, console)
    }
    let lines = Set(missing.map(\.number))
    try train(missing.map(\.number), of: manifest, console)
    // What was done before still is.
    let kept = before.filter { !lines.contains($0.number) }
    let statuses = try (kept + manifest.statuses(of: lines)).sorted { $0.number < $1.number }
    let code = try print(statuses, console)
    guard Interruption.isRequested else { return code }
    console.note("stopped; reel sweep -o \(folder.quotedForShell) continues it")
    return .stopped
  }

  private func train(_ lines: [Int], of manifest: Manifest, _ console: Console) throws {
    guard !lines.isEmpty else { return }
    let jobs = jobs ?? ThreadPool.processorCount
    let threads = max(1, ThreadPool.processorCount / min(jobs, lines.count))
    let path = manifest.path
    let runner = SweepRunner(manifest, most: jobs, retries: retries) {
      RunTaskCommand.words(path, $0, threads: threads)
    }
    _ = try console.withSharedBar("\(lines.count) runs") { progress in
      try runner.run(lines, progress: progress)
    }
  }

  // MARK: Slurm

  private func submit(
    _ lines: [Int], of manifest: Manifest, _ options: [String], _ console: Console
  ) throws -> ExitCode {
    guard !lines.isEmpty else {
      console.note("nothing is left to run")
      return .done
    }
    let array = SlurmArray(
      lines, of: Files.resolved(manifest.path), program: Files.program, options: options,
      mostTasks: Slurm.mostTasks(asking: folder) ?? 1001, atOnce: jobs)
    if printsScript {
      Console.write(array.script)
      return .done
    }
    let script = "\(folder)/sweep.sbatch"
    try OutputFile.write(Array(array.script.utf8), to: script, replacing: true)
    let job = try Slurm.submit(script)
    if console.isJSON {
      console.print([
        "job": .string(job), "tasks": .integer(array.count), "runs": .integer(lines.count),
        "script": .string(script),
      ])
    } else {
      console.print(job)
      console.note(
        "\(lines.count) runs in \(array.count) tasks; reel sweep --status \(folder.quotedForShell) shows them"
      )
    }
    return .done
  }

  // MARK: Status

  private func print(_ statuses: [TaskStatus], _ console: Console) throws -> ExitCode {
    let results = try SweepResults(of: statuses)
    if console.isJSON {
      console.print(
        .array(
          statuses.map { status in
            let score = status.path.flatMap { results.scores[$0] }
            return .object(
              status.members + [
                .init("file", status.path.map(JSON.string) ?? .null),
                .init("score", score.map(JSON.number) ?? .null),
              ])
          }))
    } else {
      console.print(counts(of: statuses))
      if !results.rows.isEmpty { console.print("\n" + table(of: results)) }
    }
    for status in statuses where status.state == .failed {
      console.note("line \(status.number) failed: \(status.why ?? "")")
    }
    return statuses.contains { $0.state == .failed } ? .failed : .done
  }

  private func counts(of statuses: [TaskStatus]) -> String {
    let states: [TaskStatus.State] = [.done, .running, .waiting, .interrupted, .failed]
    return states.compactMap { state in
      let count = statuses.count { $0.state == state }
      return count == 0 ? nil : "\(NumberFormat.count(count)) \(state.rawValue)"
    }.joined(separator: ", ")
  }

  private func table(of results: SweepResults) -> String {
    let score = results.areLosses ? "validation loss" : "last 100"
    var table = TextTable(["settings", "runs", score, "worst", "best"], right: [1, 2, 3, 4])
    for row in results.rows {
      let (worst, best) = results.extremes(of: row)
      table.add(
        [row.settings, "\(row.scores.count)"]
          + [row.mean, worst, best].map { NumberFormat.decimal($0, 3) })
    }
    return table.text
  }
}

import Experiments
import Glibc
import Platform
import Recordings
import Rollouts

/// Trains an agent and records every transition.
struct TrainCommand: Command {
  static let name = "train"
  static let summary = "train an agent and record every transition"
  static let group = CommandGroup.record
  static let isShared = true
  static let examples = [
    "reel train maze --seed 1 -o recordings/maze.sqlite",
    "reel train lake --map 8x8",
    "reel train lake --preset original --seeds 1-10",
    "reel train text --text /usr/share/common-licenses --preset nano",
    "reel train --resume recordings/maze.sqlite",
    "mpirun -n 8 reel train breakout --preset cluster -o recordings/shared.sqlite",
    "reel train maze --events - | grep -m 1 '\"return\":9[0-9]'",
  ]

  private let world: String
  private let resumption: Resumption?
  private let text: String?
  private let map: String?
  private let preset: String?
  private let policy: String?
  private var overrides: [(name: String, value: String)]
  private let seeds: [UInt64]
  private let isOneSeed: Bool
  private let output: String?
  private let tags: [String]
  private let note: String
  private let isDurable: Bool
  private let force: Bool
  private let printsCommits: Bool
  private let events: String?
  private let listsSettings: Bool

  init(_ arguments: inout Arguments) throws {
    let world = try arguments.optionalPositional(
      "WORLD", choices: Catalog.builtIn.subjects, help: "what to learn")
    text = try arguments.option(
      "--text", value: "FILE", help: "the text to learn from: a file, or a folder of files")
    map = try arguments.option(
      "--map", value: "FILE", help: "a map's file, or a name such as classic-4x4")
    preset = try arguments.option("--preset", value: "NAME", help: "the preset to start from")
    policy = try arguments.option(
      "--policy", value: "KIND", choices: Catalog.builtIn.policies,
      help: "the policy network that PPO trains")
    let episodes = try arguments.count(
      "--episodes", in: 1...1_000_000_000, help: "stop after N episodes")
    let steps = try arguments.count(
      "--steps", in: 1...1_000_000_000_000, help: "stop after N steps")
    let resumed = try arguments.option(
      "--resume", value: "FILE", help: "continue a recording to the end of its plan")
    let until = try arguments.count(
      "--until", value: "STEPS", in: 1...1_000_000_000_000,
      help: "with --resume: train until this step (--episodes works too)")
    overrides = try arguments.repeatedOption(
      "--set", value: "NAME=VALUE", help: "change a setting (--settings lists them)"
    ).map(Arguments.setting)
    listsSettings = arguments.flag("--settings", help: "list every setting, and train nothing")
    let seed = try arguments.count("--seed", in: 0...Int.max, help: "default 1")
    let range = try arguments.option(
      "--seeds", value: "SEEDS", help: "one run per seed, on all cores: \(Seeds.help)")
    output = try arguments.option(
      "-o", "--output", value: "FILE",
      help: "default recordings/WORLD-TRAINER-sSEED.sqlite; {seed} is replaced by the seed")
    tags = try arguments.repeatedOption("--tag", value: "WORD", help: "a tag to find the run by")
    note = try arguments.option("--note", value: "TEXT", help: "what the run is about") ?? ""
    isDurable = arguments.flag("--durable", help: "survive a power cut at every commit (slower)")
    printsCommits = arguments.flag(
      "--progress", help: "print the steps on disk to standard error after every commit")
    events = try arguments.option(
      "--events", value: "FILE",
      help: "write events as lines of JSON; - is standard output, and closing it stops the run")
    force = arguments.flag("--force", help: "overwrite")
    arguments.jsonFlag()

    if until != nil && resumed == nil { throw Failure.usage("--until needs --resume FILE") }
    if let resumed {
      if world != nil || text != nil || map != nil || preset != nil || policy != nil || seed != nil
        || range != nil
        || output != nil || !tags.isEmpty || !note.isEmpty || force || listsSettings
      {
        throw Failure.usage(
          "--resume takes everything else from the recording",
          "it takes --until, --episodes, --set, --events, --durable and --json")
      }
      if until != nil && steps != nil {
        throw Failure.usage("--until and --steps mean the same: give one")
      }
      resumption = Resumption(
        path: resumed,
        change: PlanChange(steps: until ?? steps, episodes: episodes, overrides: overrides))
      self.world = ""
    } else {
      guard let world else {
        throw Failure.usage("WORLD is missing", "reel train --help shows what it takes")
      }
      self.world = world
      resumption = nil
    }
    if let episodes { overrides.append(("episodes", "\(episodes)")) }
    if let steps { overrides.append(("steps", "\(steps)")) }
    if seed != nil && range != nil { throw Failure.usage("--seed and --seeds cannot be combined") }
    isOneSeed = range == nil
    seeds = try range.map { try Seeds.parse($0, most: 10_000) } ?? [UInt64(seed ?? 1)]
  }

  /// A recording to continue.
  private struct Resumption {
    var path: String
    var change: PlanChange
  }

  func run(_ console: Console) throws -> ExitCode {
    if events == "-", console.isJSON {
      throw Failure.usage("--events - and --json both write to standard output")
    }
    let ranks = listsSettings ? nil : try Ranks.join()
    if ranks.count > 1, seeds.count > 1 {
      throw Failure.usage(
        "\(ranks.count) processes share one run, and --seeds asks for \(seeds.count)",
        "start one mpirun for each seed")
    }
    guard ranks.isFirst else { return try follow(ranks) }
    if let resumption {
      let events = try events.map { try EventLog($0, appending: true) }
      return try ResumedRun(
        resumption.path, options: RecordingOptions(durable: isDurable),
        onCommit: onCommit(resumption.path), ranks: ranks
      ).run(resumption.change, console, events: events)
    }
    let plan = try plan()
    if listsSettings {
      console.print(try settings(plan))
      return .done
    }
    let runs = seeds.map { seed in
      var run = TrainingRun(plan, seed: seed, path: path(seed, plan))
      (run.tags, run.note) = (tags, note)
      run.options = RecordingOptions(force: force, durable: isDurable)
      run.onCommit = onCommit(run.path)
      run.ranks = ranks
      return run
    }
    if !force { for run in runs { try refuseExisting(run.path) } }
    warnOfSize(plan, runs, console)
    let events = try events.map { try EventLog($0, replacing: force) }
    let results = try console.train(runs, "training \(world)", events: events)
    if events?.isOnStandardOutput == true {
      // The last events name the files.
    } else if console.isJSON {
      console.print(isOneSeed ? results[0].json : .array(results.map(\.json)))
    } else if isOneSeed {
      console.print(results[0])
    } else {
      printTable(results, console)
    }
    return console.end(results)
  }

  /// Computes its share of what the first process records.
  private func follow(_ ranks: Ranks?) throws -> ExitCode {
    Interruption.ignore()
    if let resumption {
      try ResumedRun(resumption.path, ranks: ranks).follow(resumption.change)
    } else {
      var run = TrainingRun(try plan(), seed: seeds[0], path: "")
      run.ranks = ranks
      try run.follow()
    }
    return .done
  }

  private func plan() throws -> TrainingPlan {
    if text == nil, world == TrainingText.subjectName, !listsSettings {
      throw Failure.usage("--text is missing", "it names a text, or a folder of texts")
    }
    return try Catalog.builtIn.plan(
      PlanRequest(
        world, map: map, text: text, preset: preset, policy: policy, overrides: overrides))
  }

  private func onCommit(_ path: String) -> (@Sendable (Int) -> Void)? {
    guard printsCommits else { return nil }
    return { Console.write("\(path.showingControls()): \($0) steps on disk\n", to: STDERR_FILENO) }
  }

  private func refuseExisting(_ path: String) throws {
    if Files.isFolder(path) {
      throw Failure.failed(
        "\(path) is a folder", "-o names a file, such as \(Files.trimmed(path))/run.sqlite")
    }
    if Files.exists(path) {
      throw Failure.failed("\(path) exists", "--force overwrites it, -o names another")
    }
  }

  private func path(_ seed: UInt64, _ plan: TrainingPlan) -> String {
    guard let output else {
      return "recordings/\(world)-\(plan.settings.trainerName)-s\(seed).sqlite"
    }
    if output.contains("{seed}") { return output.replacing("{seed}", with: "\(seed)") }
    if isOneSeed { return output }
    return Files.ending(output) == "sqlite"
      ? "\(output.dropLast(7))-s\(seed).sqlite" : "\(output)/\(world)-s\(seed).sqlite"
  }

  private func warnOfSize(_ plan: TrainingPlan, _ runs: [TrainingRun], _ console: Console) {
    guard let (steps, each) = plan.estimate else { return }
    let bytes = each.multipliedReportingOverflow(by: runs.count)
    guard bytes.overflow || bytes.partialValue > 100_000_000 else { return }
    let free = Files.freeSpace(Files.folder(of: runs[0].path))
    let room = free.map { "; \(NumberFormat.bytes($0)) are free" } ?? ""
    let most = bytes.overflow ? "more than any disk holds" : NumberFormat.bytes(bytes.partialValue)
    console.note("at most \(NumberFormat.count(steps)) steps per run, \(most) in all\(room)")
  }

  private func printTable(_ results: [TrainingResult], _ console: Console) {
    var table = TextTable(
      ["file", "steps", "episodes", "last 100", "best", "steps/s"], right: [1, 2, 3, 4, 5])
    for result in results {
      table.add([
        result.path, NumberFormat.count(result.steps), NumberFormat.count(result.episodes),
        NumberFormat.decimal(result.lastMean, 3), NumberFormat.decimal(result.best, 3),
        NumberFormat.count(Int(Double(result.steps) / result.seconds)),
      ])
    }
    console.print(table.text)
  }

  private func settings(_ plan: TrainingPlan) throws -> String {
    let presets = try Catalog.builtIn.presets(of: world)
    return "settings of \(world), for --set\n"
      + Help.rows(
        plan.explained.map {
          ("\($0.member.key)=\($0.member.value.text ?? $0.member.value.compact)", $0.help)
        })
      + "\npresets\n" + Help.rows(presets.map { ("--preset \($0.name)", $0.help) })
  }
}

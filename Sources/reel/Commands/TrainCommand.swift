import Glibc
import Recordings
import Rollouts
import Trainers
import Worlds

/// Trains a learner and records every transition.
struct TrainCommand: Command {
  static let name = "train"
  static let summary = "train a learner and record every transition"
  static let group = CommandGroup.record
  static let examples = [
    "reel train maze --seed 1 -o recordings/maze.sqlite",
    "reel train lake --map 8x8 --episodes 20000 --set gamma=0.999",
    "reel train lake --preset original --seeds 1-10",
    "reel train text --text /usr/share/common-licenses --preset nano",
    "reel train --resume recordings/maze.sqlite",
  ]

  private let world: String
  private let resumption: Resumption?
  private let text: String?
  private let map: String?
  private let preset: String?
  private let policy: PolicyKind?
  private var overrides: [String]
  private let seeds: [UInt64]
  private let isOneSeed: Bool
  private let output: String?
  private let tags: [String]
  private let note: String
  private let isDurable: Bool
  private let force: Bool
  private let tellsCommits: Bool
  private let listsSettings: Bool

  init(_ arguments: inout Arguments) throws {
    let world = try arguments.optionalPositional(
      "WORLD", choices: KnownWorld.names + [TextPlan.worldName], help: "what to learn")
    text = try arguments.option(
      "--text", value: "FILE", help: "what to learn to write: a text, or a folder of texts")
    map = try arguments.option(
      "--map", value: "FILE", help: "a map's file, or a name such as classic-4x4")
    preset = try arguments.option("--preset", value: "NAME", help: "whose settings to begin with")
    policy = try arguments.option(
      "--policy", value: "KIND", choices: PolicyKind.allCases.map(\.rawValue),
      help: "which network decides, where PPO learns"
    ).flatMap(PolicyKind.init(rawValue:))
    let episodes = try arguments.count("--episodes", in: 1...1_000_000_000, help: "how many")
    let steps = try arguments.count(
      "--steps", in: 1...1_000_000_000_000, help: "stop after so many")
    let resumed = try arguments.option(
      "--resume", value: "FILE", help: "go on with a recording, to its end")
    let until = try arguments.count(
      "--until", value: "STEPS", in: 1...1_000_000_000_000,
      help: "with --resume: train on until there are so many (--episodes likewise)")
    overrides = try arguments.repeatedOption(
      "--set", value: "NAME=VALUE", help: "change a setting (--settings lists them)")
    listsSettings = arguments.flag("--settings", help: "list every setting, and train nothing")
    let seed = try arguments.count("--seed", in: 0...Int.max, help: "default 1")
    let range = try arguments.option(
      "--seeds", value: "A-B", help: "one run for each, on all cores")
    output = try arguments.option(
      "-o", "--output", value: "FILE",
      help: "default recordings/WORLD-TRAINER-sSEED.sqlite; {seed} stands for the seed")
    tags = try arguments.repeatedOption("--tag", value: "WORD", help: "to find the run again")
    note = try arguments.option("--note", value: "TEXT", help: "what the run is about") ?? ""
    isDurable = arguments.flag("--durable", help: "survive a power cut at every commit (slower)")
    tellsCommits = arguments.flag(
      "--progress", help: "a line on standard error after every commit: steps that are on disk")
    force = arguments.flag("--force", help: "overwrite")
    arguments.jsonFlag()

    if until != nil && resumed == nil { throw Failure.usage("--until is for --resume FILE") }
    if let resumed {
      if world != nil || text != nil || map != nil || preset != nil || policy != nil || seed != nil
        || range != nil
        || output != nil || !tags.isEmpty || !note.isEmpty || force || listsSettings
      {
        throw Failure.usage(
          "--resume goes on as the recording tells",
          "it takes --until, --episodes, --set, --durable and --json")
      }
      if until != nil && steps != nil { throw Failure.usage("--until and --steps are the same") }
      resumption = Resumption(
        path: resumed,
        more: ResumedRun.Extension(
          steps: until ?? steps, episodes: episodes, overrides: overrides))
      self.world = ""
    } else {
      guard let world else {
        throw Failure.usage("WORLD is missing", "reel train --help shows what it takes")
      }
      self.world = world
      resumption = nil
    }
    if let episodes { overrides.append("episodes=\(episodes)") }
    if let steps { overrides.append("steps=\(steps)") }
    if seed != nil && range != nil { throw Failure.usage("--seed and --seeds exclude each other") }
    isOneSeed = range == nil
    seeds = try range.map(Self.seeds(in:)) ?? [UInt64(seed ?? 1)]
  }

  /// A recording that is to go on.
  private struct Resumption {
    var path: String
    var more: ResumedRun.Extension
  }

  private static func seeds(in text: String) throws -> [UInt64] {
    let ends = text.split(separator: "-").map { UInt64($0) }
    guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2,
      first <= last, last < 1 << 63, last - first < 10_000
    else { throw Failure.usage("--seeds is A-B, such as 1-10, not '\(text)'") }
    return Array(first...last)
  }

  func run(_ console: Console) throws -> ExitCode {
    if let resumption { return try resume(resumption, console) }
    let plan = try plan()
    if listsSettings {
      console.print(settings(plan))
      return .done
    }
    let runs = seeds.map { seed in
      TrainingRun(
        plan: plan, seed: seed, path: path(seed), tags: tags, note: note, isDurable: isDurable,
        force: force, acknowledge: acknowledge(path(seed)))
    }
    if !force { for run in runs { try refuseExisting(run.path) } }
    warnOfSize(plan, runs.count, console)
    let results = try trainAll(runs, "training \(world)", console)
    if console.isJSON {
      console.print(isOneSeed ? results[0].json : .array(results.map(\.json)))
    } else if isOneSeed {
      console.print(results[0].path)
    } else {
      printTable(results, console)
    }
    return TrainingRun.end(results, console)
  }

  private func plan() throws -> any TrainingPlan {
    guard world == TextPlan.worldName else {
      if text != nil { throw Failure.usage("--text is for reel train text") }
      return try RunPlan(
        world: world, map: map, preset: preset, policy: policy, overrides: overrides)
    }
    if map != nil || policy != nil { throw Failure.usage("text has no maps and no policies") }
    if text == nil && !listsSettings {
      throw Failure.usage("--text is missing", "it names a text, or a folder of texts")
    }
    return try TextPlan(text: text, preset: preset, overrides: overrides)
  }

  private func resume(_ resumption: Resumption, _ console: Console) throws -> ExitCode {
    try ResumedRun(
      resumption.path, isDurable: isDurable, acknowledge: acknowledge(resumption.path)
    ).run(resumption.more, console)
  }

  private func acknowledge(_ path: String) -> TrainingRun.Acknowledge? {
    guard tellsCommits else { return nil }
    return { Console.write("\(path): \($0) steps on disk\n", to: STDERR_FILENO) }
  }

  private func path(_ seed: UInt64) -> String {
    guard let output else {
      let trainer =
        world == TextPlan.worldName
        ? TextPlan.trainerName : Preset.all(for: world)[0].learner.name
      return "recordings/\(world)-\(trainer)-s\(seed).sqlite"
    }
    if output.contains("{seed}") { return output.replacing("{seed}", with: "\(seed)") }
    if isOneSeed { return output }
    return ending(output) == "sqlite"
      ? "\(output.dropLast(7))-s\(seed).sqlite" : "\(output)/\(world)-s\(seed).sqlite"
  }

  private func warnOfSize(_ plan: any TrainingPlan, _ runs: Int, _ console: Console) {
    guard let plan = plan as? RunPlan else { return }
    let steps = plan.learner.mostSteps(stepLimit: plan.world.stepLimit)
    let bytes = RecordingEstimate.bytes(
      steps: steps, stateBytes: plan.world.seen.map { startBytes($0) } ?? 1,
      wholeRewards: plan.world.seen == nil && world != "crawler"
    )
    .multipliedReportingOverflow(by: runs)
    guard bytes.overflow || bytes.partialValue > 100_000_000 else { return }
    let folder = path(seeds[0]).split(separator: "/").dropLast().joined(separator: "/")
    let free = freeSpace(folder).map { "; \(size($0)) are free" } ?? ""
    let most = bytes.overflow ? "more than any disk holds" : size(bytes.partialValue)
    console.note("at most \(count(steps)) steps a run, \(most) in all\(free)")
  }

  /// How many bytes a recorded state has at least.
  private func startBytes<W: SeenWorld>(_ world: W) -> Int {
    world.start(Generator(seed: 0).draws(for: .start, episode: 1, t: 0)).bytes.count
  }

  private func printTable(_ results: [TrainingRun.Result], _ console: Console) {
    var table = TextTable(
      ["file", "steps", "episodes", "last 100", "best", "steps/s"], right: [1, 2, 3, 4, 5])
    for result in results {
      table.add([
        result.path, count(result.steps), count(result.episodes), decimal(result.lastMean, 3),
        decimal(result.best, 3), count(Int(Double(result.steps) / result.seconds)),
      ])
    }
    console.print(table.text)
  }

  private func settings(_ plan: any TrainingPlan) -> String {
    var rows: [(member: JSON.Member, help: String)] = []
    var presets: [(String, String)] = []
    if let plan = plan as? RunPlan {
      rows = plan.learner.settings + plan.world.rules
      presets = Preset.all(for: world).map { ("--preset \($0.name)", $0.help) }
    } else if let plan = plan as? TextPlan {
      rows = plan.settings.explained
      presets = TextPlan.presets.map { ("--preset \($0.name)", $0.help) }
    }
    return "settings of \(world), for --set\n"
      + Help.rows(
        rows.map {
          ("\($0.member.key)=\($0.member.value.text ?? $0.member.value.compact)", $0.help)
        })
      + "\npresets\n" + Help.rows(presets)
  }
}

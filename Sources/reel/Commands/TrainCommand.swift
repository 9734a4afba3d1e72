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
  ]

  private let world: String
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
  private let listsSettings: Bool

  init(_ arguments: inout Arguments) throws {
    world = try arguments.positional("WORLD", choices: KnownWorld.names, help: "what to learn")
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
    force = arguments.flag("--force", help: "overwrite")
    arguments.jsonFlag()

    if let episodes { overrides.append("episodes=\(episodes)") }
    if let steps { overrides.append("steps=\(steps)") }
    if seed != nil && range != nil { throw Failure.usage("--seed and --seeds exclude each other") }
    isOneSeed = range == nil
    seeds = try range.map(Self.seeds(in:)) ?? [UInt64(seed ?? 1)]
  }

  private static func seeds(in text: String) throws -> [UInt64] {
    let ends = text.split(separator: "-").map { UInt64($0) }
    guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2,
      first <= last, last < 1 << 63, last - first < 10_000
    else { throw Failure.usage("--seeds is A-B, such as 1-10, not '\(text)'") }
    return Array(first...last)
  }

  func run(_ console: Console) throws -> ExitCode {
    let plan = try RunPlan(
      world: world, map: map, preset: preset, policy: policy, overrides: overrides)
    if listsSettings {
      console.print(settings(plan))
      return .done
    }
    let runs = seeds.map { seed in
      TrainingRun(
        plan: plan, seed: seed, path: path(seed), tags: tags, note: note, isDurable: isDurable,
        force: force)
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
    if Interruption.isRequested {
      console.note("stopped; everything up to here is recorded")
      return .stopped
    }
    return .done
  }

  private func path(_ seed: UInt64) -> String {
    guard let output else {
      let trainer = Preset.all(for: world)[0].learner.name
      return "recordings/\(world)-\(trainer)-s\(seed).sqlite"
    }
    if output.contains("{seed}") { return output.replacing("{seed}", with: "\(seed)") }
    if isOneSeed { return output }
    return ending(output) == "sqlite"
      ? "\(output.dropLast(7))-s\(seed).sqlite" : "\(output)/\(world)-s\(seed).sqlite"
  }

  private func warnOfSize(_ plan: RunPlan, _ runs: Int, _ console: Console) {
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

  private func settings(_ plan: RunPlan) -> String {
    let rows = plan.learner.settings + plan.world.rules
    let presets = Preset.all(for: world).map { ("--preset \($0.name)", $0.help) }
    return "settings of \(world), for --set\n"
      + Help.rows(
        rows.map {
          ("\($0.member.key)=\($0.member.value.text ?? $0.member.value.compact)", $0.help)
        })
      + "\npresets\n" + Help.rows(presets)
  }
}

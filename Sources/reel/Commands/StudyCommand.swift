import Analysis
import Film
import Raster
import Recordings
import Rollouts
import Worlds

/// Answers a question about the car by training it under several settings.
struct StudyCommand: Command {
  static let name = "study"
  static let summary = "answer a question by training under several settings, with several seeds"
  static let group = CommandGroup.study
  static let examples = ["reel study gamma --seeds 8 -o output/study-gamma/"]

  private let study: Study
  private let seeds: Int
  private let steps: Int
  private let map: String?
  private let preset: String?
  private let overrides: [String]
  private let values: [String]
  private let output: String
  private let theme: Theme

  init(_ arguments: inout Arguments) throws {
    let name = try arguments.positional(
      "QUESTION", choices: Study.all.map(\.name), help: "what to vary")
    study = Study.named(name)
    seeds =
      try arguments.count("--seeds", in: 2...1000, help: "runs of each setting (default 8)") ?? 8
    steps =
      try arguments.count(
        "--steps", in: 1000...1_000_000_000, help: "ticks of each run (default 60000)") ?? 60_000
    map = try arguments.option("--map", value: "FILE", help: "the city (default eixample)")
    preset = try arguments.option(
      "--preset", value: "NAME", help: "whose other settings (default default)")
    overrides = try arguments.repeatedOption(
      "--set", value: "NAME=VALUE", help: "change another setting for all")
    values =
      try arguments.option(
        "--values", value: "A,B,…", help: "of the setting (default those of docs/trainers.md)"
      )?.split(separator: ",").map(String.init) ?? study.values
    output = FilePaths.trimmed(
      try arguments.option(
        "-o", "--output", value: "FOLDER", help: "default output/study-QUESTION")
        ?? "output/study-\(name)")
    theme = try themeOption(&arguments)
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    let plans = try values.map { value in
      try RunPlan(
        world: "city", map: map, preset: preset,
        overrides: overrides + ["steps=\(steps)", "\(study.setting)=\(value)"])
    }
    let all = zip(values, plans).flatMap { value, plan in
      (1...seeds).map { seed in
        TrainingRun(
          plan: plan, seed: UInt64(seed),
          path: "\(output)/runs/\(study.setting)\(value)-s\(seed).sqlite",
          tags: ["study-\(study.name)"], force: true)
      }
    }
    let missing = try all.filter { try !isDone($0) }
    if missing.count < all.count {
      console.note("\(all.count - missing.count) of \(all.count) runs are there already")
    }
    _ = try trainAll(missing, "studying \(study.name)", console)
    if Interruption.isRequested {
      console.note("stopped; the same command goes on")
      return .stopped
    }
    let results = try measured(all, console)
    try write(results, plans[0], console)
    return .done
  }

  /// Whether a run was finished before, under the very same settings.
  private func isDone(_ run: TrainingRun) throws -> Bool {
    guard FilePaths.exists(run.path), let recording = try? Recording(run.path),
      let known = try? recording.description()
    else { return false }
    let wanted = run.plan.description(seed: run.seed, purpose: .train)
    return try known.configuration == wanted.configuration && known.world == wanted.world
      && known.seed == run.seed && recording.finalCheckpoint()?.step == steps
      && recording.stepCount() == steps
  }

  private func measured(_ runs: [TrainingRun], _ console: Console) throws -> [StudyRun] {
    let labels = values.flatMap { Array(repeating: $0, count: seeds) }
    return try onAllCores(runs.count, "looking at \(runs.count) runs", console) { index, _ in
      try StudyRun(runs[index].path, value: labels[index], seed: runs[index].seed)
    }
  }

  private func write(_ runs: [StudyRun], _ plan: RunPlan, _ console: Console) throws {
    let report = StudyReport(
      study: study, values: values, runs: runs, steps: steps,
      city: plan.world.description.mapName, preset: plan.preset)
    let chart = report.chart(theme: theme)
    let files: [(String, [UInt8])] = [
      ("chart.png", try chart.canvas().encodedPNG()), ("chart.svg", try chart.svg()),
      ("runs.csv", Array(report.table.utf8)), ("curves.csv", Array(report.curves.utf8)),
      ("report.md", Array(report.text.utf8)),
    ]
    for (name, bytes) in files {
      try OutputFile.write(bytes, to: "\(output)/\(name)", replacing: true)
    }
    if console.isJSON {
      console.print(report.json)
    } else {
      console.print(report.summary)
      console.note("\(output)/: \(files.map(\.0).joined(separator: ", ")), and runs/")
    }
  }
}

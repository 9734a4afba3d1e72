import Experiments
import Film
import Pictures
import Platform
import Raster

/// Answers a question about the car by training with several settings.
struct StudyCommand: Command {
  static let name = "study"
  static let summary = "answer a question by training with several settings and several seeds"
  static let group = CommandGroup.study
  static let examples = ["reel study gamma --seeds 8 -o output/study-gamma/"]

  private let study: Study
  private let seeds: [UInt64]
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
    study = Study.named(name) ?? Study.all[0]
    let seeds = try arguments.option(
      "--seeds", value: "SEEDS", help: "runs of each setting (default 8): \(Seeds.help)")
    self.seeds = try Seeds.parse(seeds ?? "8", most: 1000)
    if self.seeds.count < 2 {
      throw Failure.usage("a study needs at least two seeds for each value")
    }
    steps =
      try arguments.count(
        "--steps", in: 1000...1_000_000_000, help: "ticks of each run (default 60000)") ?? 60_000
    map = try arguments.option("--map", value: "FILE", help: "the city (default eixample)")
    preset = try arguments.option(
      "--preset", value: "NAME", help: "the preset for other settings (default default)")
    overrides = try arguments.repeatedOption(
      "--set", value: "NAME=VALUE", help: "change another setting in all runs")
    values =
      try arguments.option(
        "--values", value: "A,B,…", help: "values to try (default those of docs/trainers.md)"
      )?.split(separator: ",").map(String.init) ?? study.values
    output = Files.trimmed(
      try arguments.option(
        "-o", "--output", value: "FOLDER", help: "default output/study-QUESTION")
        ?? "output/study-\(name)")
    theme = try Theme(&arguments)
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    let runs = try StudyRuns(
      study, values: values, seeds: seeds, steps: steps, folder: output, map: map, preset: preset,
      overrides: overrides.map(Arguments.setting))
    let (all, missing) = try runs.missing()
    if missing.count < all {
      console.note("\(all - missing.count) of \(all) runs are already done")
    }
    _ = try console.train(missing, "studying \(study.name)")
    if Interruption.isRequested {
      console.note("stopped; the same command continues")
      return .stopped
    }
    let results = try console.withSharedBar("looking at \(all) runs") {
      try runs.results(progress: $0)
    }
    try write(StudyReport(of: runs, results), console)
    return .done
  }

  private func write(_ report: StudyReport, _ console: Console) throws {
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
      return
    }
    let titles = StudyReport.figures.map(\.title)
    var table = TextTable([study.setting] + titles, right: Set(0...titles.count))
    for row in report.rows { table.add([row.value] + row.cells) }
    console.print(table.text)
    if let caveat = report.caveat { console.note(caveat) }
    console.note("\(output)/: \(files.map(\.0).joined(separator: ", ")), and runs/")
  }
}

import Experiments
import Pictures
import Platform
import Recordings
import Report
import Rollouts

/// Writes a page that shows runs, plays their episodes and needs nothing else.
struct ReportCommand: Command {
  static let name = "report"
  static let summary = "write one HTML file that shows runs and replays their episodes, offline"
  static let group = CommandGroup.draw
  static let examples = [
    "reel report recordings/maze.sqlite -o output/maze.html",
    "reel report recordings/maze.sqlite --episode first,best,900 -o output/maze.html",
    "reel report recordings/a.sqlite recordings/b.sqlite -o output/both.html",
  ]

  private let files: [String]
  private let episodes: [(label: String, selection: EpisodeSelection)]
  private let moments: Int
  private let title: String?
  private let output: String?
  private let force: Bool

  init(_ arguments: inout Arguments) throws {
    files = arguments.remaining(
      "FILE", help: "recordings to show side by side, and folders of them")
    let text =
      try arguments.option(
        "--episode", value: "WHICH",
        help: "episodes to replay: first, last, best, worst, median, N, A-B, comma-separated "
          + "(default first,worst,median,last,best)") ?? "first,worst,median,last,best"
    episodes = try text.split(separator: ",").map { word in
      (String(word), try EpisodeArguments.selection(String(word)))
    }
    moments =
      try arguments.count(
        "--moments", in: 2...400, help: "heat maps over the course of training (default 60)") ?? 60
    title = try arguments.option("--title", value: "TEXT", help: "default: the world and trainer")
    output = try arguments.option(
      "-o", "--output", value: "FILE", help: "an .html file (default output/<name>.html)")
    force = arguments.flag("--force", help: "overwrite")
    arguments.jsonFlag()
  }

  /// The limit for pictures, maps and numbers, so that a page stays below 2 MB and can be mailed.
  private static let bytes = 1_250_000

  func run(_ console: Console) throws -> ExitCode {
    let groups = try RunGroups(RunPlaces.files(in: files), by: nil)
    let path = output ?? "output/\(Files.stem(Files.trimmed(files[0]))).html"
    try OutputFile.check(path, replacing: force)
    let count = groups.runs.count
    let options = ReportedRun.Options(episodes: episodes, moments: moments, bytes: Self.bytes)
    let reader = ReportedRuns(groups, options) { run in
      let path = run.path
      return ReportedRun.Commands(
        again: try Catalog.builtIn.reproduction(of: run.recording()).command,
        explain: "reel explain \(path.quotedForShell) --at "
      ) { $0.command(path) }
    }
    let runs = try console.withBar("reading") { try reader.read(progress: $0) }
    let report = try ReportPage(
      title: title
        ?? (count == 1 ? runs[0].name : "\(groups.tasks.joined(separator: ", ")): \(count) runs"),
      maker: "reel \(reelVersion)", runs: runs)
    let page = Array(try report.html().utf8)
    try OutputFile.write(page, to: path, replacing: force)
    if console.isJSON {
      console.print(
        [
          "file": .string(path), "bytes": .integer(page.count), "runs": .integer(runs.count),
          "episodes": .integer(runs.reduce(0) { $0 + $1.episodes.count }),
        ])
    } else {
      console.print(path)
      console.note("\(NumberFormat.bytes(page.count)), opens in any browser without a network")
    }
    return .done
  }
}

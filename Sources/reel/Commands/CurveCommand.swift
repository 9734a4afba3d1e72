import Analysis
import Experiments
import Pictures
import Platform
import Raster
import Recordings
import Rollouts

/// Draws the returns of runs, or any of their metrics, over the course of training.
struct CurveCommand: Command {
  static let name = "curve"
  static let summary = "draw returns or metrics of runs, singly or in groups with confidence bands"
  static let group = CommandGroup.draw
  static let examples = [
    "reel curve recordings/maze.sqlite",
    "reel curve recordings/maze.sqlite -o output/maze-curve.png -w 50",
    "reel curve recordings/maze.sqlite -x steps -o output/maze-curve.csv",
    "reel curve recordings/city.sqlite --of losses/td_loss --log y -o output/loss.png",
    "reel curve a*.sqlite b*.sqlite --group-by trainer --center iqm -o output/both.png",
  ]

  private let files: [String]
  private let key: String?
  private let options: RunCurves.Options
  private let scales: AxisScales
  private let output: String?
  private let title: String?
  private let theme: Theme
  private let force: Bool

  init(_ arguments: inout Arguments) throws {
    files = arguments.remaining("FILE", help: "recordings, folders of them, catalogs")
    key = try arguments.option("--group-by", value: "WHAT", help: RunGroups.help)
    var options = RunCurves.Options()
    let metric = try arguments.option(
      "--of", value: "METRIC", help: "a metric instead of returns, such as losses/td_loss")
    options.measure = metric.map(Curve.Measure.metric) ?? .returns
    let center = try arguments.option(
      "--center", value: "WHAT", choices: ["mean", "iqm"],
      help: "how the runs of a group are summarized (default mean)")
    options.center = center == "iqm" ? .interquartileMean : .mean
    let along = try arguments.option(
      "-x", value: "WHAT", choices: Curve.Progress.allCases.map(\.rawValue),
      help: "the horizontal axis (default episodes)")
    options.progress = along.flatMap(Curve.Progress.init(rawValue:)) ?? .episodes
    options.window = try arguments.count(
      "-w", "--window", in: 1...1_000_000,
      help:
        "episodes or values to average (default a fifth of the run, at most 50; a fortieth of  "
        + "a long run; 1 for metrics)")
    self.options = options
    let logarithmic = try arguments.option(
      "--log", value: "AXES", choices: ["x", "y", "xy"], help: "axes with a logarithmic scale")
    scales = AxisScales(
      x: logarithmic?.contains("x") == true ? .logarithmic : .linear,
      y: logarithmic?.contains("y") == true ? .logarithmic : .linear)
    output = try arguments.option(
      "-o", "--output", value: "FILE",
      help: "a .png, .svg or .csv; default: in the terminal, one run as a curve, several as a table"
    )
    title = try arguments.option("--title", value: "TEXT", help: "default: the world and trainer")
    theme = try Theme(&arguments)
    force = arguments.flag("--force", help: "overwrite")
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    let groups = try RunGroups(files, by: key)
    if groups.runs.count == 1, options.measure == .returns, groups.runs[0].isTextTraining {
      return try drawLosses(of: groups.runs[0].recording(), groups.runs[0].run, console)
    }
    let curves = try RunCurves(of: groups, options)
    if curves.curves.count == 1, key == nil, !console.isJSON {
      return try draw(curves.curves[0], groups.runs[0].run, console)
    }
    guard let output else {
      console.isJSON ? console.print(curves.json) : console.print(text(curves))
      return .done
    }
    let chart = curves.chart(title: title, theme: theme, scales: scales)
    return try write(chart, to: output, console) { try $0(curves.csv) }
  }

  private func draw(
    _ curve: Curve, _ run: RunDescription, _ console: Console
  ) throws -> ExitCode {
    guard let output else {
      console.print("\(run.chartTitle)\n")
      console.print(styled: curve.text(.here))
      return .done
    }
    let chart = curve.chart(title: title ?? run.chartTitle, theme: theme, scales: scales)
    return try write(chart, to: output, console) { try curve.writeCSV($0) }
  }

  private func write(
    _ chart: Chart, to path: String, _ console: Console,
    csv: @escaping ((String) throws -> Void) throws -> Void
  ) throws -> ExitCode {
    try DrawingFile(path, replacing: force).write(chart, csvParts: csv)
    console.print(path)
    return .done
  }

  /// A trainer without episodes has losses instead of returns.
  private func drawLosses(
    of recording: Recording, _ run: RunDescription, _ console: Console
  ) throws -> ExitCode {
    let curve = try LossCurve(of: recording)
    guard let output else {
      var table = TextTable(["batches", "training", "validation"], right: [0, 1, 2])
      for row in curve.rows {
        table.add([
          "\(row.batches)", NumberFormat.decimal(row.training, 4),
          NumberFormat.decimal(row.validation, 4),
        ])
      }
      console.print("\(run.chartTitle)\n\n\(table.text)")
      return .done
    }
    let chart = curve.chart(title: title ?? run.chartTitle, theme: theme)
    return try write(chart, to: output, console) { try $0(curve.csv) }
  }

  /// The last values of each group.
  private func text(_ curves: RunCurves) -> String {
    var table = TextTable(
      [
        curves.groups.key, "runs", curves.progress.rawValue,
        "last \(options.center.name.lowercased())", "95 %",
      ], right: [1, 2, 3])
    for (name, band) in curves.bands {
      let last = band.x.count - 1
      table.add(
        [
          name, "\(band.count)", NumberFormat.count(Int(band.x[last])),
          NumberFormat.decimal(band.estimate[last], 3),
          band.count > 1
            ? "\(NumberFormat.decimal(band.low[last], 3)) to \(NumberFormat.decimal(band.high[last], 3))"
            : "–",
        ])
    }
    let curve = curves.curves[0]
    return "\(curves.title): \(curve.measure.label), \(curve.smoothing)\n\n\(table.text)"
  }
}

import Analysis
import Film
import Raster
import Recordings
import Rollouts

/// Draws the returns of runs, or any of their metrics, over their course.
struct CurveCommand: Command {
  static let name = "curve"
  static let summary = "draw returns or metrics of runs, alone or as groups with their confidence"
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
  private let measure: Curve.Measure
  private let center: Aggregate
  private let progress: Curve.Progress
  private let window: Int?
  private let scales: AxisScales
  private let output: String?
  private let title: String?
  private let theme: Theme
  private let force: Bool

  init(_ arguments: inout Arguments) throws {
    files = arguments.remaining("FILE", help: "recordings")
    key = try arguments.option("--group-by", value: "WHAT", help: RunGroups.help)
    let metric = try arguments.option(
      "--of", value: "METRIC", help: "a metric in place of returns, such as losses/td_loss")
    measure = metric.map(Curve.Measure.metric) ?? .returns
    let center = try arguments.option(
      "--center", value: "WHAT", choices: ["mean", "iqm"],
      help: "what stands for the runs of a group (default mean)")
    self.center = center == "iqm" ? .interquartileMean : .mean
    let along = try arguments.option(
      "-x", value: "WHAT", choices: Curve.Progress.allCases.map(\.rawValue),
      help: "what the curve runs along (default episodes)")
    progress = along.flatMap(Curve.Progress.init(rawValue:)) ?? .episodes
    window = try arguments.count(
      "-w", "--window", in: 1...1_000_000,
      help: "episodes or values averaged (default 50, or a fortieth of a long run; of metrics 1)")
    let logarithmic = try arguments.option(
      "--log", value: "AXES", choices: ["x", "y", "xy"], help: "axes by orders of magnitude")
    scales = AxisScales(
      x: logarithmic?.contains("x") == true ? .logarithmic : .linear,
      y: logarithmic?.contains("y") == true ? .logarithmic : .linear)
    output = try arguments.option(
      "-o", "--output", value: "FILE",
      help: "a .png, .svg or .csv; without it the terminal shows it")
    title = try arguments.option("--title", value: "TEXT", help: "default the world and trainer")
    theme = try themeOption(&arguments)
    force = arguments.flag("--force", help: "overwrite")
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    let groups = try RunGroups(files, by: key)
    if files.count == 1, measure == .returns, !groups.runs[0].run.hasTransitions {
      return try drawLosses(of: groups.runs[0].recording, groups.runs[0].run, console)
    }
    let points = try groups.runs.map { run in
      let points = try run.recording.points(of: measure)
      guard !points.isEmpty else {
        throw Failure.failed("\(run.path) has no finished episode to draw yet")
      }
      return points
    }
    let shortest = points.map(\.count).min() ?? 0
    let usual = measure == .returns ? max(50, shortest / 40) : 1
    let curves = points.map { Curve($0, by: progress, window: window ?? usual, of: measure) }
    if curves.count == 1, key == nil, !console.isJSON {
      return try draw(curves[0], groups.runs[0].run, console)
    }
    return try draw(GroupedCurves(groups, curves, center), console)
  }

  private func draw(
    _ curve: Curve, _ run: RunDescription, _ console: Console
  ) throws -> ExitCode {
    guard let path = output else {
      console.print("\(chartTitle(run))\n\n" + curve.text(.here))
      return .done
    }
    let chart = curve.chart(title: title ?? chartTitle(run), theme: theme, scales: scales)
    return try write(chart, curve.csv, to: path, console)
  }

  private func draw(_ curves: GroupedCurves, _ console: Console) throws -> ExitCode {
    guard let path = output else {
      console.isJSON ? console.print(curves.json) : console.print(curves.text)
      return .done
    }
    let chart = Chart(
      bands: curves.bands, of: curves.curves[0], aggregate: center,
      title: title ?? curves.title, theme: theme, scales: scales)
    return try write(chart, curves.csv, to: path, console)
  }

  private func write(
    _ chart: Chart, _ csv: @escaping @autoclosure () -> String, to path: String, _ console: Console
  ) throws -> ExitCode {
    try writeDrawing(chart, numbers: csv, to: path, replacing: force)
    console.print(path)
    return .done
  }

  /// A learner that plays nothing has losses in place of returns.
  private func drawLosses(
    of recording: Recording, _ run: RunDescription, _ console: Console
  ) throws -> ExitCode {
    let curve = try LossCurve(of: recording)
    guard let path = output else {
      console.print("\(chartTitle(run))\n\n" + curve.text)
      return .done
    }
    let chart = curve.chart(title: title ?? chartTitle(run), theme: theme)
    return try write(chart, curve.csv, to: path, console)
  }
}

/// Curves by group, what each group says together, and how it ended.
private struct GroupedCurves {
  let curves: [Curve]
  let bands: [(name: String, band: Band)]
  private let groups: RunGroups
  private let center: Aggregate

  /// Returns of different worlds have nothing in common: each world's runs are a group of their own.
  init(_ groups: RunGroups, _ curves: [Curve], _ center: Aggregate) {
    self.groups = groups
    self.curves = curves
    self.center = center
    bands = groups.tasks.flatMap { task in
      groups.names.compactMap { name -> (String, Band)? in
        let members = zip(groups.runs, curves).filter { $0.0.group == name && $0.0.task == task }
        guard !members.isEmpty else { return nil }
        let band = Band(tasks: [members.map(\.1)], aggregate: center)
        return (groups.tasks.count == 1 ? name : "\(task), \(name)", band)
      }
    }
  }

  var title: String {
    groups.names.count == 1 && groups.tasks.count == 1
      ? "\(groups.tasks[0]) · \(groups.names[0])"
      : "\(groups.tasks.joined(separator: ", ")) by \(groups.key)"
  }

  private var progress: Curve.Progress { curves[0].progress }

  var csv: String {
    var table = CSV(["group", "runs", progress.rawValue, center.rawValue, "low", "high"])
    for (name, band) in bands {
      for (place, x) in band.x.enumerated() {
        table.add(
          [name, String(band.count)]
            + [x, band.estimate[place], band.low[place], band.high[place]].map(CSV.number))
      }
    }
    return table.text
  }

  var text: String {
    var table = TextTable(
      [groups.key, "runs", progress.rawValue, "last \(center.name.lowercased())", "95 %"],
      right: [1, 2, 3])
    for (name, band) in bands {
      let last = band.x.count - 1
      table.add(
        [
          name, "\(band.count)", count(Int(band.x[last])), decimal(band.estimate[last], 3),
          band.count > 1
            ? "\(decimal(band.low[last], 3)) to \(decimal(band.high[last], 3))" : "–",
        ])
    }
    return "\(title): \(curves[0].measure.label), \(curves[0].smoothing)\n\n\(table.text)"
  }

  var json: JSON {
    .array(
      bands.map { name, band in
        let last = band.x.count - 1
        return [
          "group": .string(name), "runs": .integer(band.count),
          progress.rawValue: .number(band.x[last]),
          center.rawValue: .number(band.estimate[last]), "low": .number(band.low[last]),
          "high": .number(band.high[last]),
        ]
      })
  }
}

/// A chart's title for a run: `Classic 4×4 · qtable · seed 1`.
func chartTitle(_ run: RunDescription) -> String {
  let world = run.world.mapName.isEmpty ? run.world.name : run.world.mapName
  return "\(world) · \(run.trainer) · seed \(run.seed)"
}

extension Recording {
  /// What a measure was, and when.
  func points(of measure: Curve.Measure) throws -> [EpisodeOutcome] {
    switch measure {
    case .returns: return try outcomes()
    case .metric(let name):
      let series = try knownMetric(name)
      let episodes = try episodes()
      var clock = RecordedClock(try elapsed())
      var episode = 0
      return zip(series.steps, series.values).map { step, value in
        while episode < episodes.count, episodes[episode].firstStep < step { episode += 1 }
        return EpisodeOutcome(
          number: episode, stepsDone: step, seconds: clock.seconds(after: step),
          totalReturn: value)
      }
    }
  }

  /// What every finished episode earned, and when it ended.
  func outcomes() throws -> [EpisodeOutcome] {
    var clock = RecordedClock(try elapsed())
    return try episodes().filter(\.isOver).map { episode in
      let steps = episode.lastStep + 1
      return EpisodeOutcome(
        number: episode.number, stepsDone: steps, seconds: clock.seconds(after: steps),
        totalReturn: episode.return)
    }
  }
}

/// Tells when a run had taken so many steps, asked in rising order.
private struct RecordedClock {
  private let commits: [(steps: Int, seconds: Double)]
  private var next = 0
  private var before = (steps: 0, seconds: 0.0)

  init(_ commits: [(steps: Int, seconds: Double)]) { self.commits = commits }

  /// Time is known at every commit; between two of them steps passed evenly.
  mutating func seconds(after steps: Int) -> Double {
    while next < commits.count, commits[next].steps < steps {
      before = commits[next]
      next += 1
    }
    guard next < commits.count, commits[next].steps > before.steps else { return before.seconds }
    let share = Double(steps - before.steps) / Double(commits[next].steps - before.steps)
    return before.seconds + share * (commits[next].seconds - before.seconds)
  }
}

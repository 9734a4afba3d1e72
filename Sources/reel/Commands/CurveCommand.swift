import Analysis
import Film
import Raster
import Recordings
import Rollouts

/// Draws a run's returns over its course.
struct CurveCommand: Command {
  static let name = "curve"
  static let summary = "draw the returns of a run: raw, averaged, best so far"
  static let group = CommandGroup.draw
  static let examples = [
    "reel curve recordings/maze.sqlite",
    "reel curve recordings/maze.sqlite -o output/maze-curve.png -w 50",
    "reel curve recordings/maze.sqlite -x steps -o output/maze-curve.csv",
  ]

  private let file: String
  private let progress: Curve.Progress
  private let window: Int?
  private let output: String?
  private let title: String?
  private let theme: Theme
  private let force: Bool

  init(_ arguments: inout Arguments) throws {
    file = try arguments.positional("FILE", help: "a recording")
    let along = try arguments.option(
      "-x", value: "WHAT", choices: Curve.Progress.allCases.map(\.rawValue),
      help: "what the curve runs along (default episodes)")
    progress = along.flatMap(Curve.Progress.init(rawValue:)) ?? .episodes
    window = try arguments.count(
      "-w", "--window", in: 1...1_000_000,
      help: "episodes averaged (default 50, or a fortieth of a long run)")
    output = try arguments.option(
      "-o", "--output", value: "FILE",
      help: "a .png, .svg or .csv; without it the terminal shows it")
    title = try arguments.option("--title", value: "TEXT", help: "default the world and trainer")
    theme = try themeOption(&arguments)
    force = arguments.flag("--force", help: "overwrite")
  }

  func run(_ console: Console) throws -> ExitCode {
    let recording = try Recording(file)
    let run = try recording.description()
    if !run.hasTransitions { return try drawLosses(of: recording, run, console) }
    let outcomes = try recording.outcomes()
    guard !outcomes.isEmpty else {
      throw Failure.failed("\(file) has no finished episode to draw yet")
    }
    let curve = Curve(
      outcomes, by: progress, window: window ?? max(50, outcomes.count / 40))
    guard let path = output else {
      console.print("\(chartTitle(run))\n\n" + curve.text(.here))
      return .done
    }
    let chart = curve.chart(title: title ?? chartTitle(run), theme: theme)
    try write(
      path, replacing: force,
      [
        "png": { try chart.canvas().encodedPNG() }, "svg": { try chart.svg() },
        "csv": { Array(curve.csv.utf8) },
      ])
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
    try write(
      path, replacing: force,
      [
        "png": { try chart.canvas().encodedPNG() }, "svg": { try chart.svg() },
        "csv": { Array(curve.csv.utf8) },
      ])
    console.print(path)
    return .done
  }
}

/// A chart's title for a run: `Classic 4×4 · qtable · seed 1`.
func chartTitle(_ run: RunDescription) -> String {
  let world = run.world.mapName.isEmpty ? run.world.name : run.world.mapName
  return "\(world) · \(run.trainer) · seed \(run.seed)"
}

/// Writes what a path's ending asks for, or says which endings there are.
func write(
  _ path: String, replacing force: Bool, _ kinds: [String: () throws -> [UInt8]]
) throws {
  guard let bytes = kinds[ending(path)] else {
    let known = kinds.keys.sorted().map { ".\($0)" }.joined(separator: ", ")
    throw Failure.usage("'\(path)' should end in one of \(known)")
  }
  try OutputFile.check(path, replacing: force)
  try OutputFile.write(bytes(), to: path, replacing: force)
}

extension Recording {
  /// What every finished episode earned, and when it ended.
  func outcomes() throws -> [EpisodeOutcome] {
    let clock = try elapsed()
    var batch = 0
    var before = (steps: 0, seconds: 0.0)
    return try episodes().filter(\.isOver).map { episode in
      let steps = episode.lastStep + 1
      // Time is known at every commit; between two of them steps passed evenly.
      while batch < clock.count, clock[batch].steps < steps {
        before = clock[batch]
        batch += 1
      }
      var seconds = before.seconds
      if batch < clock.count, clock[batch].steps > before.steps {
        let share = Double(steps - before.steps) / Double(clock[batch].steps - before.steps)
        seconds += share * (clock[batch].seconds - before.seconds)
      }
      return EpisodeOutcome(
        number: episode.number, stepsDone: steps, seconds: seconds, totalReturn: episode.return)
    }
  }
}

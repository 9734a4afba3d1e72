import Analysis
import Film
import Raster
import Recordings
import Replay
import Rollouts
import Trainers
import Worlds

/// Draws what a Q-table or a network knows, at any step, or what two of them know differently.
struct HeatmapCommand: Command {
  static let name = "heatmap"
  static let summary = "draw what was learned: values, arrows, visits, differences, at any step"
  static let group = CommandGroup.draw
  static let examples = [
    "reel heatmap recordings/lake.sqlite",
    "reel heatmap recordings/lake.sqlite -o output/lake-q.png --at 50%",
    "reel heatmap recordings/lake.sqlite -o output/lake-q.gif --frames 40",
    "reel heatmap recordings/lake.sqlite --minus 50% -o output/lake-late.png",
    "reel heatmap recordings/a.sqlite --minus recordings/b.sqlite -o output/a-b.png",
    "reel heatmap recordings/lake.sqlite --of settled -o output/lake-settled.png",
    "reel heatmap recordings/lake.sqlite --of actions -o output/lake-actions.png",
    "reel heatmap recordings/written.sqlite --of attention -o output/attention.png",
    "reel heatmap recordings/city.sqlite --target A2 -o output/city-value.png",
  ]

  let file: String
  let at: String?
  private let subject: Subject
  let minus: String?
  let episode: Int?
  let style: HeatMapChart.Style
  let target: String?
  let heading: Double?
  let like: Int?
  let frames: Int?
  let framesPerSecond: Double
  let size: Int?
  let theme: Theme
  let title: String?
  let output: String?
  let force: Bool

  /// What is drawn.
  private enum Subject {
    case map(HeatMap.Quantity)
    case histogram(RecordedHistogram.Kind)
    case attention

    static let names =
      HeatMap.Quantity.allCases.map(\.rawValue) + RecordedHistogram.Kind.allCases.map(\.rawValue)
      + [AttentionMaps.word]

    init(_ name: String?) {
      if let kind = name.flatMap(RecordedHistogram.Kind.init(rawValue:)) {
        self = .histogram(kind)
      } else if name == AttentionMaps.word {
        self = .attention
      } else {
        self = .map(name.flatMap(HeatMap.Quantity.init(rawValue:)) ?? .values)
      }
    }
  }

  init(_ arguments: inout Arguments) throws {
    file = try arguments.positional("FILE", help: "a recording")
    at = try arguments.option(
      "--at", value: "STEP", help: "a step, N%, end (default) or, of networks, best")
    subject = Subject(
      try arguments.option(
        "--of", value: "WHAT", choices: Subject.names,
        help: "what colours show (default values), or bars: of states or actions; "
          + "or where a text looked"))
    minus = try arguments.option(
      "--minus", value: "OTHER",
      help: "show the difference to another step (N, N%), or to another FILE or FILE@STEP")
    episode = try arguments.count(
      "--episode", in: 1...Int.max, help: "of attention: which text (default the first)")
    let style = try arguments.option(
      "--style", value: "STYLE", choices: HeatMapChart.Style.allCases.map(\.rawValue),
      help: "what stands in the cells (default arrows)")
    self.style = style.flatMap(HeatMapChart.Style.init(rawValue:)) ?? .arrows
    target = try arguments.option(
      "--target", value: "NAME", choices: CityMap.targetNames,
      help: "where a car is going (default A1)")
    heading = try arguments.number(
      "--heading", value: "DEGREES", in: -360...360,
      help: "where a car looks, counter-clockwise from the right (default: wherever is best)")
    like = try arguments.count(
      "--like", value: "STEP", in: 0...Int.max,
      help: "a snake as it lay at this step (default: as a game starts)")
    frames = try arguments.count(
      "--frames", in: 2...10_000, help: "pictures of the growing table, for a .gif (default 40)")
    framesPerSecond =
      try arguments.number("--fps", value: "N", in: 0.01...50, help: "of a .gif (default 8)") ?? 8
    size = try arguments.count(
      "--size", in: 64...4096, help: "longer side in pixels (default by the table)")
    theme = try themeOption(&arguments)
    title = try arguments.option("--title", value: "TEXT", help: "default the world and trainer")
    output = try arguments.option(
      "-o", "--output", value: "FILE",
      help: "a .png, .svg, .csv or .gif; without it the terminal shows the table")
    force = arguments.flag("--force", help: "overwrite")
  }

  func run(_ console: Console) throws -> ExitCode {
    let recording = try Recording(file)
    switch subject {
    case .histogram(let kind): return try draw(kind, of: recording, console)
    case .attention: return try drawAttention(recording, console)
    case .map(let quantity):
      let tables = try maps(of: recording, quantity)
      if output.map(ending) == "gif" { return try film(recording, tables, quantity, console) }
      if frames != nil {
        throw Failure.usage("--frames makes a film", "name a .gif with -o")
      }
      let step =
        at == "best"
        ? try networkCheckpoint(of: recording, at: at).step : try step(at: at, of: recording)
      return try draw(try picture(tables, quantity, at: step), tables, console)
    }
  }

  // MARK: What is no map

  private func drawAttention(_ recording: Recording, _ console: Console) throws -> ExitCode {
    let maps = try AttentionMaps(of: recording, episode: episode, at: at)
    guard let output else {
      throw Failure.usage("attention does not fit a terminal", "-o FILE.png draws it")
    }
    let picture = maps.picture(title: title, size: size, theme: theme)
    try writeDrawing(picture, numbers: { maps.csv }, to: output, replacing: force)
    console.print(output)
    return .done
  }

  private func draw(
    _ kind: RecordedHistogram.Kind, of recording: Recording, _ console: Console
  ) throws -> ExitCode {
    if minus != nil || frames != nil || target != nil || heading != nil || like != nil {
      throw Failure.usage("a histogram takes --at, --size, --theme and --title alone")
    }
    let found = try RecordedHistogram(
      kind, of: recording, before: try step(at: at, of: recording))
    guard let output else {
      console.print(found.text)
      return .done
    }
    let chart = found.histogram.chart(
      title: title ?? chartTitle(found.run), subtitle: found.subtitle, theme: theme)
    try writeDrawing(chart, numbers: { found.histogram.csv }, to: output, replacing: force)
    console.print(output)
    return .done
  }
}

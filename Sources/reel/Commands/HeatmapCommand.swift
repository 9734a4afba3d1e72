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

  private let file: String
  private let at: String?
  private let subject: Subject
  private let minus: String?
  private let episode: Int?
  private let style: HeatMapChart.Style
  private let target: String?
  private let heading: Double?
  private let like: Int?
  private let frames: Int?
  private let framesPerSecond: Double
  private let size: Int?
  private let theme: Theme
  private let title: String?
  private let output: String?
  private let force: Bool

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

  // MARK: Maps

  /// A map with its colours, and what is written above it.
  private struct Picture {
    var map: HeatMap
    var scale: ColorScale
    var measure: String
    var subtitle: String
    var areCounts: Bool
  }

  private func picture(
    _ tables: any LearnedMaps, _ quantity: HeatMap.Quantity, at step: Int
  ) throws -> Picture {
    var picture = Picture(
      map: try tables.map(at: step), scale: ColorScale(.linear, 0...1), measure: quantity.measure,
      subtitle: try tables.subtitle(at: step),
      areCounts: quantity == .visits || quantity == .settled)
    if let minus {
      let other = try self.other(minus, tables, quantity)
      guard other.map.rows == picture.map.rows, other.map.columns == picture.map.columns,
        other.map.actions == picture.map.actions
      else { throw Failure.failed("\(file) and \(minus) have different cells") }
      picture.map = picture.map.minus(other.map)
      picture.subtitle += ", minus \(other.subtitle)"
      picture.measure = "± " + picture.measure
      let bounds = style == .triangles ? picture.map.actionBounds : picture.map.bounds
      picture.scale = ColorScale(.diverging, bounds ?? -1...1)
    } else {
      picture.scale = scale(of: CollectionOfOne(picture.map), quantity)
    }
    return picture
  }

  /// What `--minus` names: another step of this recording, or another recording.
  private func other(
    _ text: String, _ tables: any LearnedMaps, _ quantity: HeatMap.Quantity
  ) throws -> (map: HeatMap, subtitle: String) {
    if Double(text.last == "%" ? text.dropLast() : text[...]) != nil {
      let step = try step(at: text, of: Recording(file), option: "--minus")
      return (try tables.map(at: step), try tables.subtitle(at: step))
    }
    let parts = text.split(separator: "@", maxSplits: 1).map(String.init)
    let recording = try Recording(FilePaths.exists(text) ? text : parts.first ?? text)
    let named = FilePaths.exists(text) || parts.count < 2 ? nil : parts[1]
    let step = try step(at: named, of: recording, option: "--minus")
    let others = try maps(of: recording, quantity)
    return (
      try others.map(at: step),
      "\(stem(recording.path)) \(try others.subtitle(at: step))"
    )
  }

  private func draw(
    _ picture: Picture, _ tables: any LearnedMaps, _ console: Console
  ) throws -> ExitCode {
    guard let output else {
      console.print("\(chartTitle(tables.run)), \(picture.subtitle)\n")
      console.print(picture.map.text(.here, scale: picture.scale))
      return .done
    }
    let chart = chart(like: picture.map, picture.scale, picture.measure, picture.areCounts, tables)
    try writeDrawing(
      chart.drawing(of: picture.map, subtitle: picture.subtitle), numbers: { picture.map.csv },
      to: output, replacing: force, others: ["gif"])
    console.print(output)
    return .done
  }

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

  private func maps(
    of recording: Recording, _ quantity: HeatMap.Quantity
  ) throws -> any LearnedMaps {
    let run = try recording.description()
    let plan = try RunPlan(run)
    try refuseIdleOptions(plan.world, quantity)
    if case .ppo = plan.learner {
      throw Failure.failed("there is no map of what a policy thinks of \(run.world.name)")
    }
    if case .qTable = plan.learner { return try LearnedTables(recording, of: quantity) }
    if quantity != .values {
      throw Failure.usage(
        quantity == .visits
          ? "only Q-tables count visits" : "only Q-tables tell \(quantity.rawValue)")
    }
    let view: NetworkMaps
    switch plan.world {
    case .city(let city):
      let number = target.flatMap(CityMap.targetNames.firstIndex) ?? 0
      view = NetworkMaps(city, target: number, heading: heading)
    case .snake(let snake): view = try NetworkMaps(snake, of: recording, like: like)
    case .grid, .crawler, .breakout, .reacher:
      throw Failure.failed("there is no map of what a network thinks of \(run.world.name)")
    }
    return try LearnedNetworks(recording, run, view)
  }

  /// An option that would change nothing is a mistake of whoever gave it.
  private func refuseIdleOptions(_ world: KnownWorld, _ quantity: HeatMap.Quantity) throws {
    let name = world.description.name
    if name != "city", target != nil || heading != nil {
      throw Failure.usage("--target and --heading are for cities, and this is \(name)")
    }
    if name != "snake", like != nil {
      throw Failure.usage("--like is for Snake, and this is \(name)")
    }
    if name == "city", output == nil {
      throw Failure.usage("a city does not fit a terminal", "-o FILE.png draws it")
    }
    if quantity.needsTrace, style == .triangles {
      throw Failure.usage("triangles show values or visits, and \(quantity.rawValue) is of cells")
    }
  }

  private func scale(
    of maps: some Collection<HeatMap>, _ quantity: HeatMap.Quantity
  ) -> ColorScale {
    ColorScale(fitting: maps, of: quantity, actions: style == .triangles)
  }

  /// A chart that can show any of some maps, all in one colour scale.
  private func chart(
    like map: HeatMap, _ scale: ColorScale, _ measure: String, _ areCounts: Bool,
    _ tables: any LearnedMaps
  ) -> HeatMapChart {
    var chart = HeatMapChart(
      like: map, style: style, scale: scale, measure: measure,
      title: title ?? chartTitle(tables.run), size: size, theme: theme)
    chart.areCounts = areCounts
    chart.directions = HeatMapChart.directions(of: tables.run.world.fields)
    if minus != nil, style == .arrows, chart.directions.isEmpty {
      chart.directions = "arrows: where the best action is another"
    }
    return chart
  }

  private func film(
    _ recording: Recording, _ tables: any LearnedMaps, _ quantity: HeatMap.Quantity,
    _ console: Console
  ) throws -> ExitCode {
    if minus != nil { throw Failure.usage("--minus shows one difference, and a .gif many steps") }
    let path = output ?? ""
    let count = frames ?? 40
    let last = try step(at: at, of: recording)
    let steps = (0..<count).map { last * $0 / max(1, count - 1) }
    try OutputFile.check(path, replacing: force)
    let maps = try tables.maps(at: steps)
    let chart = chart(
      like: maps.sample[0], scale(of: maps.sample, quantity), quantity.measure,
      quantity == .visits || quantity == .settled, tables)
    var source = HeatMapFilm(chart, frames: count) {
      (try maps.map($0), try tables.subtitle(at: steps[$0]))
    }
    let film = GIFFilm(rate: FrameRate(nearestTo: framesPerSecond), replacing: force)
    let report = try withProgress("filming \(path)", frames: count, console) {
      try film.write(&source, to: path, progress: $0)
    }
    report.print(console)
    return .done
  }

  // MARK: Histograms

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

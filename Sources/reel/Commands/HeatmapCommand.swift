import Analysis
import Film
import Raster
import Recordings
import Replay
import Rollouts
import Trainers
import Worlds

/// Draws what a Q-table or a network knows, at any step.
struct HeatmapCommand: Command {
  static let name = "heatmap"
  static let summary = "draw what was learned: values, greedy arrows or visits, at any step"
  static let group = CommandGroup.draw
  static let examples = [
    "reel heatmap recordings/lake.sqlite",
    "reel heatmap recordings/lake.sqlite -o output/lake-q.png --at 50%",
    "reel heatmap recordings/lake.sqlite -o output/lake-q.gif --frames 40",
    "reel heatmap recordings/written.sqlite --of attention -o output/attention.png",
    "reel heatmap recordings/city.sqlite --target A2 -o output/city-value.png",
  ]

  private let file: String
  private let at: String?
  private let quantity: HeatMap.Quantity
  private let isOfAttention: Bool
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

  init(_ arguments: inout Arguments) throws {
    file = try arguments.positional("FILE", help: "a recording")
    at = try arguments.option(
      "--at", value: "STEP", help: "a step, N%, end (default) or, of networks, best")
    let what = try arguments.option(
      "--of", value: "WHAT",
      choices: HeatMap.Quantity.allCases.map(\.rawValue) + [AttentionMaps.word],
      help: "what colours show (default values)")
    isOfAttention = what == AttentionMaps.word
    episode = try arguments.count(
      "--episode", in: 1...Int.max, help: "of attention: which text (default the first)")
    quantity = what.flatMap(HeatMap.Quantity.init(rawValue:)) ?? .values
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
    if isOfAttention { return try drawAttention(recording, console) }
    let tables = try maps(of: recording)
    if output.map(ending) == "gif" { return try film(recording, tables, console) }
    if frames != nil {
      throw Failure.usage("--frames makes a film", "name a .gif with -o")
    }
    let step =
      at == "best"
      ? try networkCheckpoint(of: recording, at: at).step : try step(at: at, of: recording)
    let map = try tables.map(at: step)
    guard let output else {
      let scale = ColorScale(fitting: CollectionOfOne(map), of: quantity)
      console.print("\(chartTitle(tables.run)), \(try tables.subtitle(at: step))\n")
      console.print(map.text(.here, scale: scale))
      return .done
    }
    let chart = chart(of: CollectionOfOne(map), tables)
    let subtitle = try tables.subtitle(at: step)
    try write(
      output, replacing: force,
      [
        "png": { try chart.canvas(map, subtitle: subtitle).encodedPNG() },
        "svg": { try chart.svg(map, subtitle: subtitle) },
        "csv": { Array(map.csv.utf8) },
        "gif": { [] },
      ])
    console.print(output)
    return .done
  }

  private func drawAttention(_ recording: Recording, _ console: Console) throws -> ExitCode {
    let maps = try AttentionMaps(of: recording, episode: episode, at: at)
    guard let output else {
      throw Failure.usage("attention does not fit a terminal", "-o FILE.png draws it")
    }
    let picture = maps.picture(title: title, size: size, theme: theme)
    try write(
      output, replacing: force,
      [
        "png": { try picture.canvas().encodedPNG() }, "svg": { try picture.svg() },
        "csv": { Array(maps.csv.utf8) },
      ])
    console.print(output)
    return .done
  }

  private func maps(of recording: Recording) throws -> any LearnedMaps {
    let run = try recording.description()
    let plan = try RunPlan(run)
    try refuseIdleOptions(plan.world)
    if case .ppo = plan.learner {
      throw Failure.failed("there is no map of what a policy thinks of \(run.world.name)")
    }
    if case .qTable = plan.learner { return try LearnedTables(recording, of: quantity) }
    if quantity == .visits { throw Failure.usage("only Q-tables count visits") }
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
  private func refuseIdleOptions(_ world: KnownWorld) throws {
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
  }

  /// A chart that can show any of these maps, all in one colour scale.
  private func chart(
    of maps: some Collection<HeatMap>, _ tables: any LearnedMaps
  ) -> HeatMapChart {
    var chart = HeatMapChart(
      like: maps[maps.startIndex], style: style,
      scale: ColorScale(fitting: maps, of: quantity, actions: style == .triangles),
      measure: quantity == .visits ? "visits" : "value",
      title: title ?? chartTitle(tables.run), size: size, theme: theme)
    chart.directions = HeatMapChart.directions(of: tables.run.world.fields)
    return chart
  }

  private func film(
    _ recording: Recording, _ tables: any LearnedMaps, _ console: Console
  ) throws -> ExitCode {
    let path = output ?? ""
    let count = frames ?? 40
    let last = try step(at: at, of: recording)
    let steps = (0..<count).map { last * $0 / max(1, count - 1) }
    try OutputFile.check(path, replacing: force)
    let maps = try tables.maps(at: steps)
    var source = HeatMapFilm(chart(of: maps.sample, tables), frames: count) {
      (try maps.map($0), try tables.subtitle(at: steps[$0]))
    }
    let film = GIFFilm(rate: FrameRate(nearestTo: framesPerSecond), replacing: force)
    let report = try withProgress("filming \(path)", frames: count, console) {
      try film.write(&source, to: path, progress: $0)
    }
    report.print(console)
    return .done
  }
}

import Analysis
import Film
import Raster
import Recordings
import Rollouts
import Worlds

/// Draws what a Q-table knows, at any step.
struct HeatmapCommand: Command {
  static let name = "heatmap"
  static let summary = "draw a Q-table: values, greedy arrows or visits, at any step"
  static let group = CommandGroup.draw
  static let examples = [
    "reel heatmap recordings/lake.sqlite",
    "reel heatmap recordings/lake.sqlite -o output/lake-q.png --at 50%",
    "reel heatmap recordings/lake.sqlite -o output/lake-q.gif --frames 40",
  ]

  private let file: String
  private let at: String?
  private let quantity: HeatMap.Quantity
  private let style: HeatMapChart.Style
  private let frames: Int?
  private let framesPerSecond: Double
  private let size: Int?
  private let theme: Theme
  private let title: String?
  private let output: String?
  private let force: Bool

  init(_ arguments: inout Arguments) throws {
    file = try arguments.positional("FILE", help: "a recording of a Q-table")
    at = try arguments.option("--at", value: "STEP", help: "a step, N% or end (default)")
    let what = try arguments.option(
      "--of", value: "WHAT", choices: HeatMap.Quantity.allCases.map(\.rawValue),
      help: "what colours show (default values)")
    quantity = what.flatMap(HeatMap.Quantity.init(rawValue:)) ?? .values
    let style = try arguments.option(
      "--style", value: "STYLE", choices: HeatMapChart.Style.allCases.map(\.rawValue),
      help: "what stands in the cells (default arrows)")
    self.style = style.flatMap(HeatMapChart.Style.init(rawValue:)) ?? .arrows
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
    let tables = try LearnedTables(recording, of: quantity)
    if output.map(ending) == "gif" { return try film(recording, tables, console) }
    if frames != nil {
      throw Failure.usage("--frames makes a film", "name a .gif with -o")
    }
    let step = try step(at: at, of: recording)
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

  /// A chart that can show any of these maps, all in one colour scale.
  private func chart(
    of maps: some Collection<HeatMap>, _ tables: LearnedTables
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
    _ recording: Recording, _ tables: LearnedTables, _ console: Console
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

/// A recording's tables as heat maps.
private struct LearnedTables {
  let run: RunDescription
  private let recording: Recording
  private let quantity: HeatMap.Quantity
  private let layout: StateLayout
  private let cells: [HeatMap.Cell]
  private let start: Int
  private let episodes: [Episode]

  init(_ recording: Recording, of quantity: HeatMap.Quantity) throws {
    self.recording = recording
    self.quantity = quantity
    run = try recording.description()
    let plan = try TablePlan(run)
    guard let layout = StateLayout(run.world.fields) else {
      throw Failure.failed("\(recording.path) does not say where its states stand on a picture")
    }
    self.layout = layout
    start = plan.dynamics.start
    episodes = try recording.episodes()
    cells = try RunPlan(run).world.grid.map { $0.map.cells.map(\.heatMapCell) } ?? []
  }

  func map(at step: Int) throws -> HeatMap { map(of: try recording.qTable(at: step)) }

  private func map(of table: QTable) -> HeatMap {
    HeatMap(
      table, layout: layout, actions: run.world.actions, cells: cells, start: start, of: quantity)
  }

  /// `after 5000 steps, episode 291`.
  func subtitle(at step: Int) throws -> String {
    let episode = episodes.last { $0.firstStep < step }
    return "after \(count(step)) steps" + (episode.map { ", episode \($0.number)" } ?? "")
  }

  /// The maps of some steps: all kept where they are small, else read when they are asked for.
  func maps(at steps: [Int]) throws -> (sample: [HeatMap], map: (Int) throws -> HeatMap) {
    guard steps.count * layout.rows * layout.columns > 4_000_000 else {
      var maps: [HeatMap] = []
      try recording.forEachQTable(at: steps) { _, table in maps.append(map(of: table)) }
      return (maps, { maps[$0] })
    }
    let ends = try [steps[0], steps[steps.count / 2], steps[steps.count - 1]].map {
      try map(at: $0)
    }
    return (ends, { try map(at: steps[$0]) })
  }
}

extension Cell {
  fileprivate var heatMapCell: HeatMap.Cell {
    switch self {
    case .wall: .wall
    case .goal: .goal
    case .hole: .hole
    case .floor, .exit: .floor
    }
  }
}

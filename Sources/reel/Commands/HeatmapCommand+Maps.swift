import Analysis
import Film
import Raster
import Recordings
import Rollouts
import Trainers
import Worlds

/// Tables and networks, as maps with colours.
extension HeatmapCommand {
  /// A map with its colours, and what is written above it.
  struct Picture {
    var map: HeatMap
    var scale: ColorScale
    var measure: String
    var subtitle: String
    var areCounts: Bool
  }

  func picture(
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

  func draw(
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

  func maps(
    of recording: Recording, _ quantity: HeatMap.Quantity
  ) throws -> any LearnedMaps {
    try refuseIdleOptions(RunPlan(recording.description()).world, quantity)
    return try learnedMaps(
      of: recording, quantity, target: target, heading: heading, like: like)
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

  func film(
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
}

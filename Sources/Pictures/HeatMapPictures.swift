package import Analysis
package import Experiments
import Film
import Platform
package import Raster
package import Recordings
import Rollouts

/// What was learned by moments of a recording, as coloured maps.
package struct HeatMapPictures {
  /// How the maps are drawn.
  package struct Options: Sendable {
    package var style = HeatMapChart.Style.arrows
    /// The quantity that colours show.
    package var quantity = HeatMap.Quantity.values
    /// The places that a network is evaluated at.
    package var places = PlaceRequest()
    /// A line above the map; nil for the world and the trainer.
    package var title: String?
    /// The longer side in pixels; nil for one that fits the map.
    package var size: Int?
    package var theme = Theme.light

    /// The defaults.
    package init() {}
  }

  /// What is subtracted from a map.
  package enum Subtrahend: Sendable {
    /// The map of another moment of the same recording.
    case moment(RecordedMoment)
    /// The map of a moment of another recording.
    case recording(String, RecordedMoment)
  }

  /// A map with its colours and titles.
  package struct Picture {
    package var map: HeatMap
    package var scale: ColorScale
    /// The subtitle.
    package var subtitle: String
    /// The subject; nil for plain values, which the colour bar explains.
    package fileprivate(set) var subject: String?
    fileprivate var measure: String
    fileprivate var isDifference = false
  }

  package let maps: any LearnedMaps
  private let recording: Recording
  private let options: Options
  private let tables: PictureTables

  /// The maps of a recording.
  package init(
    of recording: Recording, _ options: Options = Options(), by tables: PictureTables = .builtIn
  ) throws {
    if options.quantity.needsTrace, options.style == .triangles {
      throw RunError.request(
        "triangles show values or visits; \(options.quantity.rawValue) has one number per cell")
    }
    (self.recording, self.options, self.tables) = (recording, options, tables)
    maps = try tables.learnedMaps(of: recording, options.quantity, at: options.places)
  }

  /// The map of a moment, or its difference to another; in colours that fit some other maps too.
  package func picture(
    at moment: RecordedMoment, minus other: Subtrahend? = nil, besides others: [HeatMap] = []
  ) throws -> Picture {
    let step = try recording.step(at: moment)
    var picture = Picture(
      map: try maps.map(at: step), scale: ColorScale(.linear, 0...1),
      subtitle: try maps.subtitle(at: step), subject: subject, measure: options.quantity.measure)
    guard let other else {
      picture.scale = scale(of: [picture.map] + others)
      return picture
    }
    let taken = try map(of: other)
    guard taken.map.rows == picture.map.rows, taken.map.columns == picture.map.columns,
      taken.map.actions == picture.map.actions
    else {
      throw RunError.run("\(recording.path) and what is subtracted from it have different cells")
    }
    picture.map = picture.map.minus(taken.map)
    picture.subtitle += ", minus \(taken.subtitle)"
    picture.subject = "Difference in \(options.quantity.subject)"
    picture.measure = "± " + picture.measure
    let bounds = options.style == .triangles ? picture.map.actionBounds : picture.map.bounds
    picture.scale = ColorScale(.diverging, bounds ?? -1...1)
    picture.isDifference = true
    return picture
  }

  private func map(of other: Subtrahend) throws -> (map: HeatMap, subtitle: String) {
    switch other {
    case .moment(let moment):
      let step = try recording.step(at: moment)
      return (try maps.map(at: step), try maps.subtitle(at: step))
    case .recording(let path, let moment):
      let recording = try Recording(path)
      let others = try tables.learnedMaps(of: recording, options.quantity, at: options.places)
      let step = try recording.step(at: moment)
      return (try others.map(at: step), "\(Files.stem(path)) \(try others.subtitle(at: step))")
    }
  }

  /// A picture as a drawing.
  package func drawing(of picture: Picture) -> some Drawing {
    var chart = chart(of: picture)
    if picture.isDifference, options.style == .arrows, chart.directions.isEmpty {
      chart.directions = "arrows: where the best action is another"
    }
    return chart.drawing(of: picture.map, subtitle: picture.subtitle)
  }

  /// Where a picture's cells are when it is drawn.
  package func board(of picture: Picture) -> Rect { chart(of: picture).board }

  /// The title of a picture: its subject and its run.
  package func title(of picture: Picture) -> String {
    options.title
      ?? [picture.subject, maps.run.chartTitle].compactMap(\.self).joined(separator: " · ")
  }

  private var subject: String? {
    let subject = options.quantity.subject
    return options.quantity == .values ? nil : subject.prefix(1).uppercased() + subject.dropFirst()
  }

  /// The maps of some moments up to one, evenly spaced, all in one colour scale.
  package func film(frames count: Int, until moment: RecordedMoment = .end) throws -> HeatMapFilm {
    let last = try recording.step(at: moment)
    let steps = (0..<count).map { last * $0 / max(1, count - 1) }
    let (sample, map) = try maps.maps(at: steps)
    let chart = chart(
      of: Picture(
        map: sample[0], scale: scale(of: sample), subtitle: try maps.subtitle(at: last),
        subject: subject, measure: options.quantity.measure))
    let maps = maps
    return HeatMapFilm(chart, frames: count) { (try map($0), try maps.subtitle(at: steps[$0])) }
  }

  private func scale(of maps: some Collection<HeatMap>) -> ColorScale {
    ColorScale(fitting: maps, of: options.quantity, actions: options.style == .triangles)
  }

  /// A chart for a picture and others like it.
  private func chart(of picture: Picture) -> HeatMapChart {
    var chart = HeatMapChart(
      like: picture.map, style: options.style, scale: picture.scale, measure: picture.measure,
      title: title(of: picture), subtitle: picture.subtitle, size: options.size,
      theme: options.theme)
    chart.areCounts = options.quantity == .visits || options.quantity == .settled
    chart.directions = HeatMapChart.directions(of: maps.run.world.fields)
    return chart
  }
}

import Analysis
import Raster
import Recordings
import Rollouts

/// The map of what was learned up to any step, in an area of a picture.
final class GrowingMap {
  private let subject: String
  private let chart: HeatMapChart
  private let canvas: Canvas
  private let place: Point
  /// The steps that the table is read at, ascending.
  private let steps: [Int]
  private let map: (Int) throws -> HeatMap
  private var drawn: Int?

  /// While training is fast-forwarded, more moments than these cannot be told apart.
  private static let moments = 400
  /// The most steps of an episode with a table each.
  private static let momentsOfEpisode = 400
  /// The most cells of maps that are kept; larger maps are read on request.
  private static let keptCells = 800_000

  /// The maps over a run's steps, and at every step of some episodes as far as the limits allow.
  init(
    _ tables: any LearnedMaps, _ episodes: [Episode], in area: Rect, lastStep: Int, theme: Theme
  ) throws {
    subject = tables.subject
    let last = try tables.map(at: lastStep)
    let cells = last.rows * last.columns
    let isSmall = cells * Self.moments * 2 <= Self.keptCells
    let count = max(2, min(isSmall ? Self.moments : 100, lastStep + 1))
    var moments = Set((0..<count).map { lastStep * $0 / (count - 1) })
    if isSmall {
      for episode in episodes {
        let every = episode.steps / Self.momentsOfEpisode + 1
        for t in stride(from: 0, through: episode.steps, by: every) {
          moments.insert(min(lastStep, episode.firstStep + t * episode.stride))
        }
      }
    }
    let kept = try tables.keptSteps()
    let steps = kept?.filter { $0 <= lastStep } ?? moments.sorted()
    self.steps = steps
    let sample: [HeatMap]
    if kept == nil, cells * steps.count <= Self.keptCells {
      (sample, map) = try tables.maps(at: steps)
    } else {
      sample = [try tables.map(at: lastStep / 2), last]
      // Networks are few and slow to evaluate, large tables many and quick to read.
      var asked: [Int: HeatMap] = [:]
      map = { number in
        if let map = asked[number] { return map }
        let map = try tables.map(at: steps[number])
        if kept != nil { asked[number] = map }
        return map
      }
    }
    func chart(side: Double) -> HeatMapChart {
      var chart = HeatMapChart(
        like: last, scale: ColorScale(fitting: sample), subtitle: tables.subject, size: Int(side),
        lettering: 1.25, theme: theme)
      chart.directions = HeatMapChart.directions(of: tables.run.world.fields)
      return chart
    }
    // The margins around the cells are known only once the cells have a size.
    let first = chart(side: area.height)
    let fitting = min(
      area.height * area.height / Double(first.height),
      area.height + area.width - Double(first.width))
    self.chart = chart(side: min(area.width, max(area.height, fitting)))
    canvas = try Canvas(
      width: self.chart.width, height: self.chart.height, background: theme.background)
    place = Point(area.x, area.y)
  }

  /// Draws the table as it was at a step, or shortly before.
  func draw(_ step: Int, onto target: Canvas) throws {
    let number = max(0, steps.count(upTo: step) - 1)
    if drawn != number {
      drawn = nil
      chart.draw(try map(number), subtitle: subject, onto: canvas)
      drawn = number
    }
    let all = Rect(x: 0, y: 0, width: Double(canvas.width), height: Double(canvas.height))
    target.copy(canvas, all, to: place)
  }
}

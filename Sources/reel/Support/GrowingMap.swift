import Analysis
import Raster
import Recordings
import Rollouts

/// A Q-table's map at any step, in an area of a picture.
final class GrowingMap {
  private let tables: LearnedTables
  private let chart: HeatMapChart
  private let canvas: Canvas
  private let place: Point
  /// The steps that the table was read at; more of them than eyes can tell apart are not needed.
  private let steps: [Int]
  private let map: (Int) throws -> HeatMap
  private var drawn: Int?

  private static let moments = 400
  /// So many cells of maps are kept; larger maps are read when they are asked for.
  private static let keptCells = 400_000

  init(
    _ recording: Recording, in area: Rect, unit: Double, lastStep: Int, theme: Theme
  ) throws {
    let tables = try LearnedTables(recording, of: .values)
    self.tables = tables
    let last = try tables.map(at: lastStep)
    let cells = last.rows * last.columns
    let count = max(2, min(Self.moments, lastStep + 1, max(60, Self.keptCells / cells)))
    let steps = (0..<count).map { lastStep * $0 / (count - 1) }
    self.steps = steps
    let isKept = cells * count <= Self.keptCells
    let sample: [HeatMap]
    if isKept {
      (sample, map) = try tables.maps(at: steps)
    } else {
      sample = [try tables.map(at: lastStep / 2), last]
      map = { try tables.map(at: steps[$0]) }
    }
    func chart(side: Double) -> HeatMapChart {
      HeatMapChart(
        like: last, scale: ColorScale(fitting: sample), size: Int(side), lettering: 1.25,
        theme: theme)
    }
    // What stands beside and around the cells is known only when they have a size.
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
    let number = (steps.firstIndex { $0 > step } ?? steps.count) - 1
    if drawn != number || canvas.hasCoarseEdges != target.hasCoarseEdges {
      drawn = nil
      canvas.hasCoarseEdges = target.hasCoarseEdges
      chart.draw(try map(number), subtitle: "Q-table: value and greedy action", onto: canvas)
      drawn = number
    }
    let all = Rect(x: 0, y: 0, width: Double(canvas.width), height: Double(canvas.height))
    target.copy(canvas, all, to: place)
  }
}

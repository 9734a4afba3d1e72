import Analysis
import Raster

/// A chart that is uncovered from left to right, with a cursor at the current step.
final class GrowingCurve {
  /// A line with a dot at the cursor.
  struct Line {
    /// The steps at which it has a value, ascending.
    var x: [Double]
    var y: [Double]
    var color: Color
  }

  private let area: Rect
  private let chart: Chart
  private let lines: [Line]
  private let unit: Double
  /// The chart with all its lines and with none.
  private let whole: Canvas
  private let empty: Canvas
  private let plot: Rect

  /// A chart in an area of a picture; everything in it scales with `unit`.
  init(_ chart: Chart, lines: [Line], in area: Rect, unit: Double) throws {
    self.area = area
    self.chart = chart
    self.lines = lines
    self.unit = unit
    (whole, plot) = try Self.drawn(chart, in: area, unit: unit)
    empty = try Self.drawn(chart.bare, in: area, unit: unit).canvas
  }

  private static func drawn(
    _ chart: Chart, in area: Rect, unit: Double
  ) throws -> (canvas: Canvas, plot: Rect) {
    // Charts have small letters for paper; a film is seen from a distance.
    let zoom = 1.4 * unit
    let canvas = try Canvas(
      width: Int(area.width), height: Int(area.height), background: chart.theme.background)
    // Numbers are to the right of their dots, where nothing is drawn yet: at the end, beside the chart.
    let room = canvas.measure("−0000", font(unit)).width
    let inner = Rect(x: 0, y: 0, width: (area.width - room) / zoom, height: area.height / zoom)
    canvas.isolated {
      canvas.scale(zoom, zoom)
      chart.draw(onto: canvas, in: inner)
    }
    let plot = chart.plot(in: inner, on: canvas)
    return (
      canvas,
      Rect(
        x: plot.x * zoom, y: plot.y * zoom, width: plot.width * zoom, height: plot.height * zoom)
    )
  }

  /// Draws what is known by a step.
  func draw(_ step: Int, onto canvas: Canvas) {
    let x = plot.left + min(1, max(0, chart.x.share(of: Double(step)))) * plot.width
    let edge = x.rounded()
    let all = Rect(x: 0, y: 0, width: area.width, height: area.height)
    let place = Point(area.x, area.y)
    canvas.copy(empty, all, to: place)
    if step > 0 {
      canvas.copy(whole, Rect(x: 0, y: 0, width: edge, height: area.height), to: place)
    }
    canvas.fill(
      Rect(
        x: area.x + edge, y: area.y + plot.top, width: max(1, unit.rounded()), height: plot.height),
      chart.theme.axis)
    var values: [(text: String, color: Color, dot: Point)] = []
    for line in lines {
      guard let value = line.value(at: Double(step)) else { continue }
      let y = plot.bottom - chart.y.share(of: value) * plot.height
      let dot = Point(area.x + x, area.y + min(max(y, plot.top), plot.bottom))
      canvas.fill(.circle(dot, radius: 6.5 * unit), chart.theme.background)
      canvas.fill(.circle(dot, radius: 5 * unit), line.color)
      values.append((NumberText.short(value), line.color, dot))
    }
    values.sort { $0.dot.y < $1.dot.y }
    let font = Self.font(unit)
    let places = values.map(\.dot.y).apart(
      by: font.size * 1.1,
      in: area.y + plot.top + font.size * 0.5...area.y + plot.bottom - font.size * 0.5)
    for (value, y) in zip(values, places) {
      let place = Point(value.dot.x + 11 * unit, y.rounded())
      // With an outline in the background colour, so that no line of the chart goes through it.
      let box = Rect(
        x: place.x - 2 * unit, y: place.y - font.size * 0.5,
        width: canvas.measure(value.text, font).width + 4 * unit, height: font.size)
      canvas.fill(box.aligned, chart.theme.background)
      canvas.text(value.text, at: place, font, value.color, anchor: .middle)
    }
  }

  private static func font(_ unit: Double) -> Font { .sans((15 * unit).rounded(), .bold) }
}

extension [Double] {
  /// These ascending places, moved apart as far as needed within some bounds.
  package func apart(by distance: Double, in bounds: ClosedRange<Double>) -> [Double] {
    var moved: [Double] = []
    for place in self {
      moved.append(Swift.max(place, bounds.lowerBound, (moved.last ?? -.infinity) + distance))
    }
    var limit = bounds.upperBound
    for index in moved.indices.reversed() {
      moved[index] = Swift.min(moved[index], limit)
      limit = moved[index] - distance
    }
    return moved
  }
}

extension Chart {
  /// The chart without its data.
  fileprivate var bare: Chart {
    var chart = self
    chart.layers = []
    return chart
  }
}

extension GrowingCurve.Line {
  /// The last value by a step; nil before the first.
  func value(at step: Double) -> Double? {
    let count = x.count(upTo: step)
    return count > 0 ? y[count - 1] : nil
  }
}

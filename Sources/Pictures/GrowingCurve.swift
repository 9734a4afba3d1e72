import Analysis
import Raster

/// A chart that is uncovered from left to right, with a cursor where it has come to.
final class GrowingCurve {
  /// A line that the cursor's dot runs along.
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
  /// The chart with everything and with nothing on it.
  private var whole: Canvas
  private var empty: Canvas
  private var plot: Rect

  /// A chart in an area of a picture; everything on it is as large as `unit` says.
  init(_ chart: Chart, lines: [Line], in area: Rect, unit: Double) throws {
    self.area = area
    self.chart = chart
    self.lines = lines
    self.unit = unit
    (whole, plot) = try Self.drawn(chart, in: area, unit: unit, coarse: false)
    empty = try Self.drawn(chart.bare, in: area, unit: unit, coarse: false).canvas
  }

  private static func drawn(
    _ chart: Chart, in area: Rect, unit: Double, coarse: Bool
  ) throws -> (canvas: Canvas, plot: Rect) {
    // Charts have small letters for paper; a film is seen from far.
    let zoom = 1.4 * unit
    let inner = Rect(x: 0, y: 0, width: area.width / zoom, height: area.height / zoom)
    let canvas = try Canvas(
      width: Int(area.width), height: Int(area.height), background: chart.theme.background)
    canvas.hasCoarseEdges = coarse
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
  func draw(_ step: Int, onto canvas: Canvas) throws {
    if whole.hasCoarseEdges != canvas.hasCoarseEdges {
      let coarse = canvas.hasCoarseEdges
      whole = try Self.drawn(chart, in: area, unit: unit, coarse: coarse).canvas
      empty = try Self.drawn(chart.bare, in: area, unit: unit, coarse: coarse).canvas
    }
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
    var taken: [Double] = []
    for line in lines {
      guard let value = line.value(at: Double(step)) else { continue }
      let y = plot.bottom - chart.y.share(of: value) * plot.height
      let dot = Point(area.x + x, area.y + min(max(y, plot.top), plot.bottom))
      canvas.fill(.circle(dot, radius: 6.5 * unit), chart.theme.background)
      canvas.fill(.circle(dot, radius: 5 * unit), line.color)
      drawValue(value, beside: dot, line.color, &taken, onto: canvas)
    }
  }

  /// The number, at the side that has room, and not over another one.
  private func drawValue(
    _ value: Double, beside dot: Point, _ color: Color, _ taken: inout [Double],
    onto canvas: Canvas
  ) {
    let font = Font.sans((15 * unit).rounded(), .bold)
    let text = NumberText.short(value)
    let gap = 11 * unit
    let width = canvas.measure(text, font).width
    let isLeft = dot.x + gap + width > area.x + plot.right + gap
    var y = min(
      max(dot.y, area.y + plot.top + font.size * 0.5), area.y + plot.bottom - font.size * 0.5)
    for other in taken where abs(other - y) < font.size { y = other + font.size * 1.1 }
    taken.append(y)
    let place = Point(isLeft ? dot.x - gap : dot.x + gap, y.rounded())
    // A halo in the colour of the page keeps it legible over lines.
    let box = Rect(
      x: (isLeft ? place.x - width : place.x) - 3 * unit, y: place.y - font.size * 0.6,
      width: width + 6 * unit, height: font.size * 1.2)
    var halo = chart.theme.background
    halo.alpha = 210
    canvas.fill(.rounded(box, radius: 3 * unit), halo)
    canvas.text(text, at: place, font, color, align: isLeft ? .right : .left, anchor: .middle)
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

import Glibc
import Raster

extension ChartLayout {
  /// Draws one layer's data.
  func draw(_ layer: Chart.Layer, of chart: Chart, onto canvas: Canvas) {
    switch layer {
    case .line(let x, let y, let color, let stroke):
      for run in runs(x, y, in: chart) {
        if run.count == 1 {
          canvas.fill(.circle(run[0], radius: max(1.5, stroke.width)), color)
        } else {
          canvas.stroke(.polyline(run), color, stroke)
        }
      }
    case .dots(let x, let y, let weights, let color, let dense):
      drawDots(x, y, weights, color, dense: dense, in: chart, onto: canvas)
    case .band(let x, let low, let high, let color):
      let lower = runs(x, low, in: chart, keeping: .greatest).flatMap(\.self)
      let upper = runs(x, high, in: chart, keeping: .least).flatMap(\.self)
      canvas.fill(.polygon(upper + lower.reversed()), color)
    case .bars(let x, let heights, let width, let color):
      for (x, height) in zip(x, heights) {
        let foot = place(x - width / 2, max(0, chart.y.range.lowerBound), in: chart)
        let top = place(x + width / 2, height, in: chart)
        canvas.fill(
          Rect(x: foot.x, y: top.y, width: top.x - foot.x, height: foot.y - top.y), color)
      }
    case .note: break
    }
  }

  /// Dots and their texts: beside a dot at the right edge, in the margin, or above one in the middle, where a line
  /// that goes on to the right would cross it.
  func drawNotes(of chart: Chart, onto canvas: Canvas) {
    for layer in chart.layers {
      guard case .note(let x, let y, let text, let color) = layer, chart.x.canShow(x),
        chart.y.canShow(y)
      else { continue }
      let dot = place(x, y, in: chart)
      canvas.fill(.circle(dot, radius: 5.5 * scale), chart.theme.background)
      canvas.fill(.circle(dot, radius: 4 * scale), color)
      let isAtEnd = dot.x > plot.right - tickFont.size
      canvas.text(
        text,
        at: isAtEnd ? dot.moved(tickFont.size * 0.85, 0) : dot.moved(0, -tickFont.size * 0.85),
        .sans(tickFont.size * 1.08, .bold), color, align: isAtEnd ? .left : .center,
        anchor: isAtEnd ? .middle : .bottom)
    }
  }

  /// Keeps every dot visible, however many there are: dots at the same pixel are drawn once, in a colour
  /// that shows their number. The densest are in front.
  func dots(
    _ x: [Double], _ y: [Double], _ weights: [Int], _ color: Color, dense: Color, in chart: Chart
  ) -> (radius: Double, shades: [Color], dots: [(place: Point, shade: Int)]) {
    let radius = (x.count > 400 ? 1.5 : 2.5) * scale
    let places = Int(plot.width / radius) + 2
    var counts: [Int: Int] = [:]
    for index in x.indices where chart.x.canShow(x[index]) && chart.y.canShow(y[index]) {
      let weight = weights.isEmpty ? 1 : weights[index]
      guard weight > 0 else { continue }
      let dot = place(x[index], y[index], in: chart)
      let column = Int(((dot.x - plot.left) / radius).rounded())
      let row = Int(((dot.y - plot.top) / radius).rounded())
      counts[row * places + column, default: 0] += weight
    }
    let shades = (0..<8).map { color.mixed(with: dense, Double($0) / 7) }
    let most = log(Double(counts.values.max() ?? 1))
    let dots = counts.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map { key, count in
      let place = Point(
        plot.left + Double(key % places) * radius, plot.top + Double(key / places) * radius)
      return (place: place, shade: most > 0 ? Int((log(Double(count)) / most * 7).rounded()) : 0)
    }
    return (radius, shades, dots)
  }

  private func drawDots(
    _ x: [Double], _ y: [Double], _ weights: [Int], _ color: Color, dense: Color, in chart: Chart,
    onto canvas: Canvas
  ) {
    let (radius, shades, dots) = dots(x, y, weights, color, dense: dense, in: chart)
    for (place, number) in dots {
      let shade = shades[number]
      // Squares are drawn several times as fast, and look the same in a crowd.
      if dots.count > 5000 {
        canvas.fill(Rect(center: place, width: radius * 2, height: radius * 2).aligned, shade)
      } else {
        canvas.fill(.circle(place, radius: radius), shade)
      }
    }
  }

  /// Which extremes of a pixel column are kept.
  enum Kept { case both, greatest, least }

  /// The pixels of a line, broken where a number is missing.
  ///
  /// If many points share a column of pixels, its first, lowest, highest and last one represent
  /// all: the picture is the same, and no extreme is lost. Jugel and others, "M4: A
  /// visualization-oriented time series data aggregation", VLDB 2014.
  func runs(
    _ x: [Double], _ y: [Double], in chart: Chart, keeping kept: Kept = .both
  ) -> [[Point]] {
    var runs: [[Point]] = []
    var current: [Point] = []
    var column = PixelColumn()
    for (x, y) in zip(x, y) {
      guard chart.x.canShow(x), chart.y.canShow(y) else {
        column.empty(into: &current, keeping: kept)
        if !current.isEmpty { runs.append(current) }
        current = []
        continue
      }
      let point = place(x, y, in: chart)
      // Half columns, so that slopes between neighbours stay correct.
      let number = Int((point.x * 2).rounded(.down))
      if number != column.number { column.empty(into: &current, keeping: kept) }
      column.add(point, number: number)
    }
    column.empty(into: &current, keeping: kept)
    if !current.isEmpty { runs.append(current) }
    return runs
  }

  /// The points that represent a whole column of pixels.
  private struct PixelColumn {
    var number = Int.min
    private var count = 0
    private var first = Point(0, 0)
    private var last = Point(0, 0)
    private var highest = Point(0, 0)
    private var lowest = Point(0, 0)

    mutating func add(_ point: Point, number: Int) {
      if count == 0 { (first, highest, lowest) = (point, point, point) }
      if point.y < highest.y { highest = point }
      if point.y > lowest.y { lowest = point }
      last = point
      self.number = number
      count += 1
    }

    mutating func empty(into points: inout [Point], keeping kept: Kept) {
      guard count > 0 else { return }
      let inside: [Point] =
        switch kept {
        case .both: [first] + [highest, lowest].sorted { $0.x < $1.x } + [last]
        case .greatest: [lowest]
        case .least: [highest]
        }
      for point in inside where points.last != point { points.append(point) }
      count = 0
    }
  }
}

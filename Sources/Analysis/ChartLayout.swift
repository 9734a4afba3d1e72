import Raster

/// The places of a chart's parts, so that nothing is cut off and the legend covers nothing.
struct ChartLayout {
  let area: Rect
  /// The plot area.
  private(set) var plot: Rect
  let scale: Double
  let titleFont: Font
  let textFont: Font
  let tickFont: Font
  let xTicks: [Axis.Tick]
  let yTicks: [Axis.Tick]
  /// The width of the labels on the left.
  let labelWidth: Double
  private var titleLine = 0.0
  private var subtitleLine = 0.0
  private var yLabelLine = 0.0
  private let margin: Double
  /// The legend's entries, each with its text as it fits and the place of its row.
  private let legend: [(entry: Chart.LegendEntry, text: String, place: Point)]

  init(_ chart: Chart, in area: Rect, scale: Double? = nil, measuring canvas: Canvas) {
    self.area = area
    self.scale = scale ?? max(0.62, min(area.width / 960, area.height / 540))
    let scale = self.scale
    titleFont = .sans((20 * scale).rounded(), .bold)
    textFont = .sans(max(9.5, 13 * scale))
    tickFont = .sans(max(9, 12 * scale))
    margin = (28 * scale).rounded()

    var top = area.top + margin
    if !chart.title.isEmpty {
      top += titleFont.size * 0.75
      titleLine = top.rounded()
      top += titleFont.size * 0.45
    }
    if !chart.subtitle.isEmpty {
      top += textFont.size
      subtitleLine = top.rounded()
      top += textFont.size * 0.4
    }
    legend = Self.legend(of: chart, in: area, margin, textFont, below: &top, canvas)
    if !chart.y.label.isEmpty {
      top += tickFont.size * 1.7
      yLabelLine = top.rounded()
    }
    top += tickFont.size * 0.9
    let under = tickFont.size * (chart.x.label.isEmpty ? 2.2 : 3.9)
    let bottom = area.bottom - margin * 0.6 - under
    let height = max(10, bottom - top)
    yTicks = chart.y.ticks(about: max(2, min(7, Int(height / (tickFont.size * 3.4)))))
    let font = tickFont
    labelWidth = yTicks.map { canvas.measure($0.label, font).width }.max() ?? 0
    let left = area.left + margin + labelWidth + tickFont.size * 0.8
    let notes =
      chart.layers.map { layer -> Double in
        guard case .note(_, _, let text, _) = layer else { return 0 }
        return canvas.measure(text, .sans(font.size * 1.08, .bold)).width + font.size
      }.max() ?? 0
    let right = area.right - margin - notes
    let width = max(10, right - left)
    plot = Rect(x: left, y: top, width: width, height: height).aligned
    xTicks = chart.x.ticks(about: max(2, min(9, Int(width / (tickFont.size * 7)))))
  }

  /// The pixel of a pair of numbers.
  func place(_ x: Double, _ y: Double, in chart: Chart) -> Point {
    Point(
      plot.left + chart.x.share(of: x) * plot.width,
      plot.bottom - chart.y.share(of: y) * plot.height)
  }

  /// Everything around and behind the data.
  func drawFrame(_ chart: Chart, onto canvas: Canvas) {
    let theme = chart.theme
    let wide = area.width - 2 * margin
    let left = area.left + margin
    canvas.text(
      canvas.ellipsized(chart.title, titleFont, width: wide), at: Point(left, titleLine), titleFont,
      theme.text)
    canvas.text(
      canvas.ellipsized(chart.subtitle, textFont, width: wide), at: Point(left, subtitleLine),
      textFont, theme.mutedText)
    drawLegend(chart, onto: canvas)
    canvas.text(chart.y.label, at: Point(left, yLabelLine), tickFont, theme.mutedText)
    drawYTicks(chart, onto: canvas)
    drawXTicks(chart, onto: canvas)
  }

  private func drawYTicks(_ chart: Chart, onto canvas: Canvas) {
    for tick in yTicks {
      let y = place(chart.x.range.lowerBound, tick.value, in: chart).y.rounded()
      let isZero = tick.value == 0 && chart.y.range.lowerBound < 0
      canvas.fill(
        Rect(x: plot.left, y: y, width: plot.width, height: 1),
        isZero ? chart.theme.axis : chart.theme.grid)
      canvas.text(
        tick.label, at: Point(plot.left - tickFont.size * 0.8, y + 0.5), tickFont,
        chart.theme.mutedText, align: .right, anchor: .middle)
    }
  }

  private func drawXTicks(_ chart: Chart, onto canvas: Canvas) {
    canvas.fill(
      Rect(x: plot.left, y: plot.bottom, width: plot.width, height: 1), chart.theme.axis)
    for tick in xTicks {
      let x = place(tick.value, chart.y.range.lowerBound, in: chart).x.rounded()
      canvas.fill(Rect(x: x, y: plot.bottom + 1, width: 1, height: 4 * scale), chart.theme.axis)
      canvas.text(
        tick.label, at: Point(x + 0.5, plot.bottom + tickFont.size * 0.85), tickFont,
        chart.theme.mutedText, align: .center, anchor: .top)
    }
    canvas.text(
      chart.x.label, at: Point(plot.center.x, plot.bottom + tickFont.size * 3.3), tickFont,
      chart.theme.mutedText, align: .center)
  }

  /// Places entries one after the other, in as many rows as they need.
  private static func legend(
    of chart: Chart, in area: Rect, _ margin: Double, _ font: Font, below top: inout Double,
    _ canvas: Canvas
  ) -> [(entry: Chart.LegendEntry, text: String, place: Point)] {
    guard !chart.legend.isEmpty else { return [] }
    top += font.size * 1.35
    let left = area.left + margin
    let sample = sampleWidth(font)
    var x = left
    var legend: [(entry: Chart.LegendEntry, text: String, place: Point)] = []
    for entry in chart.legend {
      let text = canvas.ellipsized(entry.name, font, width: area.width - 2 * margin - sample)
      let width = sample + canvas.measure(text, font).width
      if x > left, x + width > area.right - margin * 0.5 {
        x = left
        top += font.size * 1.5
      }
      legend.append((entry, text, Point(x, top.rounded())))
      x += width + font.size * 1.6
    }
    top += font.size * 0.3
    return legend
  }

  /// The width of the sample in front of an entry's text, including the gap.
  private static func sampleWidth(_ font: Font) -> Double { font.size * 2.2 }

  private func drawLegend(_ chart: Chart, onto canvas: Canvas) {
    let sample = textFont.size * 1.7
    for (entry, text, place) in legend {
      let y = place.y - textFont.size * 0.36
      if let stroke = entry.stroke {
        canvas.stroke(
          .line(Point(place.x, y), Point(place.x + sample, y)), entry.color, stroke)
      } else {
        for share in [0.15, 0.5, 0.85] {
          canvas.fill(.circle(Point(place.x + sample * share, y), radius: 2 * scale), entry.color)
        }
      }
      canvas.text(
        text, at: place.moved(Self.sampleWidth(textFont), 0), textFont, chart.theme.text)
    }
  }
}

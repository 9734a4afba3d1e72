import Analysis
import Raster
import Rollouts

/// Returns over episodes, drawn as a chart of `Analysis` is: in vectors, so that its text can be read.
struct CurveFigure {
  /// The runs of one world, each with its place among all.
  let runs: [(place: Int, run: RunReport)]

  private var curves: [Curve] { runs.map(\.run.curve) }

  /// The chart in the colours of a theme.
  func chart(_ theme: Theme) -> Chart {
    let x = Axis("Episodes", 0...max(1, curves.compactMap(\.x.last).max() ?? 1))
    let averages = curves.map(\.average)
    guard runs.count == 1 else {
      // The episodes of several runs would hide each other.
      var chart = Chart(title: "", x: x, y: .covering("", averages), theme: theme)
      chart.layers = runs.map { place, run in
        .line(
          x: run.curve.x, y: run.curve.average, theme.series[place % theme.series.count],
          Stroke(width: 2.75))
      }
      return chart
    }
    var chart = curves[0].chart(title: "", theme: theme)
    chart.x = x
    // A few terrible episodes must not press all others flat.
    let shown = curves[0].window > 1 ? [0.02, 1] : [0, 1]
    chart.y = .covering("", averages + [Statistics.quantiles(shown, of: curves[0].returns)])
    chart.subtitle = ""
    chart.legend = []
    return chart
  }

  /// Drawn for wide and for narrow screens; `colors` takes note of what is used.
  func drawings(_ colors: inout PageColors) throws -> HTML {
    try .joined([
      drawing("wide", width: 900, height: 340, &colors),
      drawing("narrow", width: 320, height: 260, &colors),
    ])
  }

  private func drawing(
    _ name: String, width: Int, height: Int, _ colors: inout PageColors
  ) throws -> HTML {
    let chart = chart(.light)
    let light = try ChartPaths(chart, width: width, height: height)
    let dark = try ChartPaths(self.chart(.dark), width: width, height: height)
    let (plot, area) = (light.plot, light.area)
    let paths = zip(light.paths, dark.paths).map { light, dark -> HTML in
      let color = colors.name(light: light.color, dark: dark.color)
      let dashes = light.dashes.map { "\($0)" }.joined(separator: " ")
      return """
        <path d="\(light.data)" stroke-width="\(light.width)" stroke-dasharray="\(dashes)" \
        style="stroke:var(--\(color))"/>
        """
    }
    let title = "curve-\(runs[0].place)-\(name)"
    // Lines may be half their thickness beyond the numbers.
    let room = plot.inset(by: -3)
    return """
      <svg class="curve \(name)" viewBox="\(area.x) \(area.y) \(area.width) \(area.height)" role="img" \
      aria-labelledby="\(title)" data-plot="\(plot.x) \(plot.y) \(plot.width) \(plot.height)" \
      data-x="\(Self.ends(of: chart.x))" data-y="\(Self.ends(of: chart.y))" \
      style="font-size:\(light.letters)px">
      <title id="\(title)">\(summary)</title>
      \(marks(light, chart))
      <svg x="\(room.x)" y="\(room.y)" width="\(room.width)" height="\(room.height)" \
      viewBox="\(room.x) \(room.y) \(room.width) \(room.height)">\(HTML.joined(paths))</svg>
      <g class="cursor" visibility="hidden"><line y1="\(plot.top)" y2="\(plot.bottom)"/></g>
      <g class="hover" visibility="hidden"><line y1="\(plot.top)" y2="\(plot.bottom)"/>\
      <circle r="\(light.letters * 0.35)"/></g>
      </svg>
      """
  }

  /// All digits of the numbers that an axis begins and ends with.
  private static func ends(of axis: Axis) -> String {
    "\(axis.range.lowerBound) \(axis.range.upperBound)"
  }

  /// Lines and letters around the data.
  private func marks(_ paths: ChartPaths, _ chart: Chart) -> HTML {
    let (plot, letters) = (paths.plot, paths.letters)
    let zero = chart.y.range.lowerBound < 0 ? "0" : ""
    let y = paths.yMarks.map { place, label -> HTML in
      """
      <line class="\(label == zero ? "axis" : "grid")" x1="\(plot.left)" x2="\(plot.right)" \
      y1="\(place + 0.5)" y2="\(place + 0.5)"/>\
      <text x="\(plot.left - letters * 0.8)" y="\(place + letters * 0.36)" \
      text-anchor="end">\(label)</text>
      """
    }
    let x = paths.xMarks.map { place, label -> HTML in
      "<text x=\"\(place)\" y=\"\(plot.bottom + letters * 1.6)\" text-anchor=\"middle\">\(label)</text>"
    }
    return """
      \(HTML.joined(y + x))
      <line class="axis" x1="\(plot.left)" x2="\(plot.right)" y1="\(plot.bottom + 0.5)" \
      y2="\(plot.bottom + 0.5)"/>
      <text x="\(plot.center.x)" y="\(plot.bottom + letters * 3.3)" \
      text-anchor="middle">\(chart.x.label)</text>
      """
  }

  /// What the drawing says, for those who do not see it.
  private var summary: String {
    "Return per episode. "
      + runs.map { _, run in
        let first = run.curve.average.first.map { NumberText.short($0) } ?? "nothing"
        let last = run.curve.average.last.map { NumberText.short($0) } ?? "nothing"
        return "\(run.name): from \(first) to \(last) over \(run.curve.x.count) episodes."
      }.joined(separator: " ")
  }
}

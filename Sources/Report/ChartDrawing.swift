import Analysis
import Raster

/// A chart of `Analysis` as an SVG drawing, for screens of three widths, so that its letters are legible
/// on each.
struct ChartDrawing {
  /// The prefix of its elements' ids.
  let name: String
  /// The description for screen readers.
  let summary: String
  /// The chart in the colours of a theme; title and legend are written by the page.
  let chart: (Theme) -> Chart

  /// The widths match the screens for which `report.css` shows them: letters of size 12 appear at 11 at least.
  private static let sizes = [("wide", 900, 340), ("medium", 530, 300), ("narrow", 324, 260)]

  /// The drawings; `colors` records the colours that are used.
  func html(_ colors: inout PageColors) throws -> HTML {
    try .joined(
      Self.sizes.map { size, width, height in
        try drawing(size, width: width, height: height, &colors)
      })
  }

  private func bare(_ theme: Theme) -> Chart {
    var chart = chart(theme)
    (chart.title, chart.subtitle, chart.legend, chart.y.label) = ("", "", [], "")
    chart.layers.removeAll { if case .note = $0 { true } else { false } }
    return chart
  }

  private func drawing(
    _ size: String, width: Int, height: Int, _ colors: inout PageColors
  ) throws -> HTML {
    let chart = bare(.light)
    let light = try ChartPaths(chart, width: width, height: height, scale: 1)
    let dark = try ChartPaths(bare(.dark), width: width, height: height, scale: 1)
    let (plot, area) = (light.plot, light.area)
    let paths = zip(light.paths, dark.paths).map { light, dark -> HTML in
      let color = colors.name(light: light.color, dark: dark.color)
      guard light.width > 0 else {
        return "<path class=\"area\" d=\"\(light.data)\" style=\"fill:var(--\(color))\"/>"
      }
      let dashes = light.dashes.map { "\($0)" }.joined(separator: " ")
      return """
        <path d="\(light.data)" stroke-width="\(light.width)" stroke-dasharray="\(dashes)" \
        style="stroke:var(--\(color))"/>
        """
    }
    let title = "\(name)-\(size)"
    // Half of a line's thickness may be outside the plot area.
    let room = plot.inset(by: -3)
    return """
      <svg class="curve \(size)" viewBox="\(area.x) \(area.y) \(area.width) \(area.height)" role="img" \
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

  /// The ends of an axis with all their digits.
  private static func ends(of axis: Axis) -> String {
    "\(axis.range.lowerBound) \(axis.range.upperBound)"
  }

  /// The lines and letters around the data.
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
}

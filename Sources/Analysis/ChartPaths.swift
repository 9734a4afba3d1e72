package import Raster

/// A chart's lines and dots as the paths of an SVG drawing, for pages that set titles and labels in
/// their own fonts. They are at the same places as in the chart itself.
package struct ChartPaths: Sendable {
  /// One path, either a line or a filled area.
  package struct Path: Sendable {
    /// The path as SVG's attribute `d`.
    package var data: String
    package var color: Color
    /// The thickness of its line, with round ends; 0 if it is filled.
    package var width: Double
    /// The lengths of dashes and gaps; empty for a solid line.
    package var dashes: [Double] = []
  }

  /// A tick of an axis: its pixel and its label.
  package typealias Mark = (place: Double, label: String)

  /// The plot area, and the area including the ticks.
  package let plot: Rect
  package let area: Rect
  /// The font size of the labels, in pixels.
  package let letters: Double
  /// From back to front.
  package let paths: [Path]
  /// The ticks of the two axes.
  package let xMarks: [Mark]
  package let yMarks: [Mark]

  /// The paths of a chart with a size in pixels; letters are as large as that allows, or as requested.
  package init(
    _ chart: Chart, width: Int, height: Int, scale: Double? = nil
  ) throws(CanvasError) {
    let area = Rect(x: 0, y: 0, width: Double(width), height: Double(height))
    let layout = ChartLayout(
      chart, in: area, scale: scale, measuring: try Canvas(width: 1, height: 1))
    plot = layout.plot
    letters = layout.tickFont.size
    // The space for titles stays empty without them.
    let left = layout.plot.left - layout.labelWidth - letters * 0.8
    let foot = letters * (chart.x.label.isEmpty ? 1.9 : 3.6)
    self.area = Rect(
      x: left, y: layout.plot.top - letters, width: layout.plot.right + letters * 1.5 - left,
      height: layout.plot.height + letters + foot)
    paths = chart.layers.flatMap { layout.paths(of: $0, in: chart) }
    xMarks = layout.xTicks.map {
      (layout.place($0.value, chart.y.range.lowerBound, in: chart).x.rounded(), $0.label)
    }
    yMarks = layout.yTicks.map {
      (layout.place(chart.x.range.lowerBound, $0.value, in: chart).y.rounded(), $0.label)
    }
  }
}

extension ChartLayout {
  fileprivate func paths(of layer: Chart.Layer, in chart: Chart) -> [ChartPaths.Path] {
    switch layer {
    case .line(let x, let y, let color, let stroke):
      let data = runs(x, y, in: chart).map(Self.data).joined()
      return [.init(data: data, color: color, width: stroke.width, dashes: stroke.dashes)]
    case .dots(let x, let y, let weights, let color, let dense):
      let (radius, shades, dots) = dots(x, y, weights, color, dense: dense, in: chart)
      // Dots of one shade are strokes without length in one path.
      var data = shades.map { _ in "" }
      for (place, shade) in dots { data[shade] += "M\(Self.text(place))h0" }
      return zip(shades, data).filter { !$1.isEmpty }.map {
        .init(data: $1, color: $0, width: radius * 2)
      }
    case .band(let x, let low, let high, let color):
      let lower = runs(x, low, in: chart, keeping: .greatest).flatMap(\.self)
      let upper = runs(x, high, in: chart, keeping: .least).flatMap(\.self)
      return [.init(data: Self.data(upper + lower.reversed()) + "Z", color: color, width: 0)]
    case .bars, .note: return []
    }
  }

  /// A line through points; a single point is a dot.
  private static func data(_ points: [Point]) -> String {
    guard let first = points.first else { return "" }
    if points.count == 1 { return "M\(text(first))h0" }
    // On a level stretch the two ends are enough.
    let kept = points.indices.filter { index in
      index == 0 || index == points.count - 1 || points[index - 1].y != points[index].y
        || points[index + 1].y != points[index].y
    }
    return "M" + kept.map { text(points[$0]) }.joined(separator: "L")
  }

  /// A position in tenths of a pixel.
  private static func text(_ place: Point) -> String { "\(text(place.x)) \(text(place.y))" }

  private static func text(_ value: Double) -> String {
    let tenths = (value * 10).rounded()
    return tenths.remainder(dividingBy: 10) == 0 ? "\(Int(tenths / 10))" : "\(tenths / 10)"
  }
}

import Analysis
import Raster

/// Returns over episodes as a drawing within the page: its text can be read and its colours follow the
/// page's theme.
struct ReportCurves {
  /// The runs of one world, each with its place among all.
  let runs: [(place: Int, run: Report.Run)]

  private let width = 1040.0
  private let height = 380.0
  private let left = 72.0
  private let right = 16.0
  private let top = 14.0
  private let bottom = 46.0
  /// More points than a screen has columns need not be carried.
  private let mostPoints = 1200

  private var curves: [Curve] { runs.map(\.run.curve) }

  private var x: Axis {
    Axis("Episodes", 0...max(1, curves.map { $0.x.last ?? 1 }.max() ?? 1))
  }

  private var y: Axis {
    let averages = curves.flatMap(\.average)
    guard hasDots else { return .covering("Return", [averages]) }
    // A few terrible episodes must not press all others flat.
    return .covering(
      "Return", [averages, Statistics.quantiles([0.02, 1], of: curves.flatMap(\.returns))])
  }

  /// The episodes of several runs would hide each other.
  private var hasDots: Bool { runs.count == 1 && curves[0].window > 1 }

  var html: HTML {
    let (x, y) = (x, y)
    let plot = (width: width - left - right, height: height - top - bottom)
    func px(_ value: Double) -> Double { left + x.share(of: value) * plot.width }
    func py(_ value: Double) -> Double {
      top + (1 - max(0, min(1, y.share(of: value)))) * plot.height
    }
    let yTicks = y.ticks(about: 6).map { tick -> HTML in
      let place = py(tick.value)
      return """
        <line class="grid" x1="\(left)" x2="\(width - right)" y1="\(place)" y2="\(place)"/>\
        <text x="\(left - 10)" y="\(place + 4)" text-anchor="end">\(tick.label)</text>
        """
    }
    let xTicks = x.ticks(about: 8).map { tick -> HTML in
      "<text x=\"\(px(tick.value))\" y=\"\(height - bottom + 22)\" text-anchor=\"middle\">\(tick.label)</text>"
    }
    let lines = runs.map { place, run -> HTML in
      let line = path(run.curve.x, run.curve.average, px, py)
      return """
        <g class="s\(place % 8)" data-run="\(place)">\(dots(run.curve, px, py))\
        <path class="line" d="\(line)"/></g>
        """
    }
    return """
      <svg viewBox="0 0 \(width) \(height)" role="img" aria-labelledby="curve-\(runs[0].place)" \
      data-left="\(left)" data-width="\(plot.width)" data-episodes="\(x.range.upperBound)">
      <title id="curve-\(runs[0].place)">\(summary)</title>
      \(HTML.joined(yTicks))\(HTML.joined(xTicks))
      <text x="\(left + plot.width / 2)" y="\(height - 6)" text-anchor="middle">\(x.label)</text>
      <line class="axis" x1="\(left)" x2="\(width - right)" y1="\(height - bottom)" \
      y2="\(height - bottom)"/>
      \(HTML.joined(lines))
      <line class="cursor" x1="0" x2="0" y1="\(top)" y2="\(height - bottom)" visibility="hidden"/>
      </svg>
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

  /// Each episode as a dot: short strokes with round ends, in one path.
  private func dots(
    _ curve: Curve, _ px: (Double) -> Double, _ py: (Double) -> Double
  ) -> HTML {
    guard hasDots else { return "" }
    let every = max(1, curve.x.count / mostPoints)
    let marks = stride(from: 0, to: curve.x.count, by: every).map { index -> String in
      let mark: HTML = "M\(px(curve.x[index])) \(py(curve.returns[index]))h0"
      return mark.markup
    }
    return "<path class=\"dots\" d=\"\(HTML(sound: marks.joined()))\"/>"
  }

  private func path(
    _ x: [Double], _ y: [Double], _ px: (Double) -> Double, _ py: (Double) -> Double
  ) -> HTML {
    let every = max(1, x.count / mostPoints)
    var kept = Array(stride(from: 0, to: x.count, by: every))
    if let last = x.indices.last, kept.last != last { kept.append(last) }
    let points = kept.enumerated().map { index, place -> String in
      let point: HTML = "\(px(x[place])) \(py(y[place]))"
      return (index == 0 ? "M" : "L") + point.markup
    }
    return HTML(sound: points.joined())
  }
}

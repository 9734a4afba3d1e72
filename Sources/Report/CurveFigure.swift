import Analysis
import Pictures
import Raster
import Rollouts

/// The learning curves of runs in one world: a chart with its legend, and the numbers read under the pointer.
struct CurveFigure {
  /// The numbers of a line.
  struct Line {
    var name: String
    /// The indices of its runs among those shown in full.
    var runs: [Int]
    var x: [Double]
    var y: [Double]
  }

  let lines: [Line]
  /// The name of its x values.
  private let moment: String
  /// The text before a number that is read.
  private let reading: String
  /// The caption.
  private let words: String
  private let chart: (Theme) -> Chart

  /// A single run: its returns, or a language model's losses.
  init(_ run: RunReport, _ curve: Curve, at place: Int) {
    let stroke = Stroke(width: 2.75)
    if let losses = run.losses {
      let x = losses.rows.map { Double($0.batches) }
      lines = [
        Line(name: "training", runs: [], x: x, y: losses.rows.map(\.training)),
        Line(name: "validation", runs: [], x: x, y: losses.rows.map(\.validation)),
      ]
      (moment, reading) = ("Batch", "")
      words = "Loss in nats a token; dots: single batches"
      chart = { losses.chart(title: "", theme: $0) }
      return
    }
    lines = [Line(name: run.name, runs: [place], x: curve.x, y: curve.average)]
    (moment, reading) = (curve.moment, "mean ")
    words =
      curve.words + (curve.window > 1 ? "; dots: each \(curve.measure.unit)" : "")
      + "; dashed: the best"
    chart = { theme in
      var chart = curve.chart(title: "", theme: theme)
      chart.x = Axis(chart.x.label, 0...max(1, curve.x.last ?? 1))
      // A few terrible episodes must not flatten all others.
      let shown = curve.window > 1 ? [0.02, 1] : [0, 1]
      chart.y = .covering("", [curve.average, Statistics.quantiles(shown, of: curve.returns)])
      chart.legend = [.init(run.name, theme.accent, stroke)]
      return chart
    }
  }

  /// Several runs, whose single episodes would hide each other: one line each, in the run's colour.
  init(_ runs: [(place: Int, name: String, curve: Curve)]) {
    let curve = runs[0].curve
    lines = runs.map { Line(name: $0.name, runs: [$0.place], x: $0.curve.x, y: $0.curve.average) }
    (moment, reading) = (curve.moment, "mean ")
    words = curve.words
    let drawn = lines
    chart = { theme in
      let last = drawn.compactMap(\.x.last).max() ?? 1
      var chart = Chart(
        title: "", x: Axis(curve.moments, 0...max(1, last)),
        y: .covering("", drawn.map(\.y)), theme: theme)
      for (run, line) in zip(runs, drawn) {
        let (color, stroke) = (theme.series[run.place % theme.series.count], Stroke(width: 2.75))
        chart.layers.append(.line(x: line.x, y: line.y, color, stroke))
        chart.legend.append(.init(run.name, color, stroke))
      }
      return chart
    }
  }

  /// Groups of runs: the mean of each, with its band.
  init(_ groups: [(name: String, shown: [Int], curves: [Curve])]) {
    let curve = groups[0].curves[0]
    let bands = groups.map { (name: $0.name, band: Band(tasks: [$0.curves])) }
    lines = zip(groups, bands).map { group, band in
      Line(name: group.name, runs: group.shown, x: band.band.x, y: band.band.estimate)
    }
    (moment, reading) = (curve.moment, "mean ")
    words = "\(curve.words), mean of runs; bands: 95 % stratified bootstrap"
    chart = { theme in
      var chart = Chart(bands: bands, of: curve, aggregate: .mean, title: "", theme: theme)
      chart.x = Axis(curve.moments, 0...max(1, chart.x.range.upperBound))
      return chart
    }
  }

  /// The figure; `colors` records the colours that are used.
  func html(
    number: Int, heading: String, _ colors: inout PageColors
  ) throws -> HTML {
    let drawing = ChartDrawing(name: "curve-\(number)", summary: summary, chart: chart)
    let title: HTML = heading.isEmpty ? "" : "<h3>\(heading)</h3>"
    let entries = zip(chart(.light).legend, chart(.dark).legend).filter { $0.0.stroke != nil }
    let legend = entries.map { light, dark -> HTML in
      let color = colors.name(light: light.color, dark: dark.color)
      return "<span class=\"name\" style=\"--color:var(--\(color))\"><i></i>\(light.name)</span>"
    }
    return """
      <figure class="learning">\(title)\(try drawing.html(&colors))
      <figcaption>\(HTML.joined(legend)) <span>\(words)</span>\
      <output class="reading"></output></figcaption></figure>
      """
  }

  /// The description for screen readers.
  private var summary: String {
    "\(words). "
      + lines.map { line in
        let ends = [line.y.first, line.y.last].map { $0.map { NumberText.short($0) } ?? "nothing" }
        let last = line.x.last.map { NumberText.short($0) } ?? "0"
        return "\(line.name): from \(ends[0]) to \(ends[1]) by \(moment.lowercased()) \(last)."
      }.joined(separator: " ")
  }

  // MARK: For the page's script

  /// More points than a screen has columns are not needed.
  private static let mostPlaces = 1200

  func json(_ bytes: inout PageBytes) -> JSON {
    [
      "moment": .string(moment), "reading": .string(reading),
      "lines": .array(lines.map { $0.json(most: Self.mostPlaces, &bytes) }),
    ]
  }
}

extension CurveFigure.Line {
  fileprivate func json(most: Int, _ bytes: inout PageBytes) -> JSON {
    let every = max(1, x.count / most)
    var kept = Array(stride(from: 0, to: x.count, by: every))
    if let last = x.indices.last, kept.last != last { kept.append(last) }
    return [
      "name": .string(name), "runs": .array(runs.map(JSON.integer)),
      "x": bytes.add(kept.map { Float(x[$0]) }), "y": bytes.add(kept.map { Float(y[$0]) }),
    ]
  }
}

extension Curve {
  /// The name of its x values: a language model's steps are batches.
  fileprivate var moment: String { measure == .returns ? "Episode" : "Batch" }

  fileprivate var moments: String { measure == .returns ? "Episodes" : "Batches" }

  /// The caption.
  fileprivate var words: String { "\(measure.label), \(smoothing)" }
}

package import Raster

/// Draws a comparison: a panel for each aggregate, performance profiles, and who beats whom.
package struct ComparisonChart: Drawing {
  private let comparison: ScoreComparison
  private let title: String
  private let subtitle: String
  private let measure: String
  /// The colours.
  package let theme: Theme

  private let span = 1280.0
  private let margin = 32.0
  private let gap = 30.0
  private let rowHeight = 42.0
  private let profileHeight = 400.0
  private let text = Font.sans(13)
  private let tick = Font.sans(12)

  /// A chart whose scores are called `measure`.
  package init(
    _ comparison: ScoreComparison, title: String, subtitle: String, measure: String,
    theme: Theme = .light
  ) {
    self.comparison = comparison
    self.title = title
    self.subtitle = subtitle
    self.measure = measure
    self.theme = theme
  }

  private var headHeight: Double { 82 }
  private var panelHeight: Double { 34 + rowHeight * Double(comparison.groups.count) + 40 }
  /// Pixels from left to right.
  package var width: Int { Int(span) }
  /// Pixels from top to bottom.
  package var height: Int { Int(headHeight + panelHeight + profileHeight + margin / 2) }
  /// More pairs than these are only in the table.
  private var pairs: ArraySlice<ScoreComparison.Improvement> { comparison.improvements.prefix(7) }

  /// Draws everything.
  package func draw(onto canvas: Canvas) {
    let titleFont = Font.sans(21, .bold)
    let wide = span - 2 * margin
    canvas.text(
      canvas.ellipsized(title, titleFont, width: wide), at: Point(margin, margin + 16), titleFont,
      theme.text)
    canvas.text(
      canvas.ellipsized(subtitle, text, width: wide), at: Point(margin, margin + 40), text,
      theme.mutedText)
    drawAggregates(onto: canvas)
    let top = headHeight + panelHeight
    let profileWidth = pairs.isEmpty ? span : (span * 0.56).rounded()
    drawProfiles(
      onto: canvas, in: Rect(x: 4, y: top, width: profileWidth - 4, height: profileHeight))
    if !pairs.isEmpty {
      drawImprovements(
        onto: canvas,
        in: Rect(
          x: profileWidth + gap / 2, y: top, width: span - margin - profileWidth - gap / 2,
          height: profileHeight))
    }
  }

  private func color(_ group: Int) -> Color { theme.series[group % theme.series.count] }

  // MARK: Aggregates

  private func drawAggregates(onto canvas: Canvas) {
    let names = comparison.groups.map { canvas.ellipsized($0.name, text, width: 220) }
    let labels = names.map { canvas.measure($0, text).width }.max() ?? 0
    let left = margin + labels + 20
    let count = Double(Aggregate.allCases.count)
    let panelWidth = (span - margin - left - gap * (count - 1)) / count
    let top = headHeight + 34
    for (row, name) in names.enumerated() {
      canvas.text(
        name, at: Point(margin + labels, middle(of: row, below: top)), text, theme.text,
        align: .right, anchor: .middle)
    }
    for (index, aggregate) in Aggregate.allCases.enumerated() {
      let area = Rect(
        x: left + Double(index) * (panelWidth + gap), y: top, width: panelWidth,
        height: rowHeight * Double(names.count))
      let hint = aggregate.growsWithSuccess ? "more is better" : "less is better"
      canvas.text(aggregate.name, at: Point(area.left, top - 14), .sans(15, .bold), theme.text)
      canvas.text(hint, at: Point(area.right, top - 14), tick, theme.mutedText, align: .right)
      draw(comparison.groups.map { $0.aggregates[aggregate] }, onto: canvas, in: area)
    }
  }

  private func middle(of row: Int, below top: Double) -> Double {
    top + rowHeight * (Double(row) + 0.5) + 4
  }

  /// Intervals in rows above their axis.
  private func draw(
    _ intervals: [Interval?], range: ClosedRange<Double>? = nil, onto canvas: Canvas, in area: Rect
  ) {
    let axis =
      range.map { Axis("", $0) }
      ?? Axis.covering("", intervals.map { $0.map { [$0.low, $0.high] } ?? [] }, air: 0.12)
    drawAxis(axis, onto: canvas, in: area)
    let digits = IntervalColumn(intervals.compactMap(\.self)).digits
    for (row, interval) in intervals.enumerated() {
      guard let interval else { continue }
      let y = middle(of: row, below: area.top)
      let x = { (value: Double) in area.left + axis.share(of: value) * area.width }
      let ink = range == nil ? color(row) : theme.accent
      if interval.high > interval.low {
        canvas.fill(
          .rounded(
            Rect(
              x: x(interval.low), y: y - 7, width: x(interval.high) - x(interval.low), height: 14),
            radius: 3), ink.mixed(with: theme.background, 0.55))
        canvas.fill(
          .rounded(
            Rect(center: Point(x(interval.estimate), y), width: 3.5, height: 20), radius: 1.5), ink)
      } else {
        canvas.fill(.circle(Point(x(interval.estimate), y), radius: 5), ink)
      }
      let label = NumberText.trimmed(interval.estimate, decimals: digits)
      let half = canvas.measure(label, tick).width / 2
      canvas.text(
        label,
        at: Point(
          min(max(x(interval.estimate), area.left + half), area.right - half), y - 16), tick,
        theme.mutedText, align: .center, anchor: .middle)
    }
  }

  private func drawAxis(_ axis: Axis, onto canvas: Canvas, in area: Rect) {
    for mark in axis.ticks(about: max(2, Int(area.width / 62))) {
      let x = (area.left + axis.share(of: mark.value) * area.width).rounded()
      canvas.fill(Rect(x: x, y: area.top, width: 1, height: area.height), theme.grid)
      canvas.text(
        mark.label, at: Point(x + 0.5, area.bottom + 10), tick, theme.mutedText, align: .center,
        anchor: .top)
    }
    canvas.fill(
      Rect(x: area.left, y: area.bottom, width: area.width, height: 1), theme.axis)
  }

  // MARK: Profiles and pairs

  private func drawProfiles(onto canvas: Canvas, in area: Rect) {
    let thresholds = comparison.thresholds
    var chart = Chart(
      title: "Performance profiles", x: Axis("\(measure) τ", thresholds[0]...thresholds[100]),
      y: Axis("Share of runs above τ, with 95 % confidence", 0...1), theme: theme)
    let stroke = Stroke(width: 2.5)
    for (index, group) in comparison.groups.enumerated() where group.scores.values.count > 1 {
      chart.layers.append(
        .band(
          x: thresholds, low: group.profile.map(\.low), high: group.profile.map(\.high),
          color(index).opacity(0.16)))
    }
    for (index, group) in comparison.groups.enumerated() {
      chart.layers.append(
        .line(x: thresholds, y: group.profile.map(\.estimate), color(index), stroke))
      chart.legend.append(.init(group.name, color(index), stroke))
    }
    chart.draw(onto: canvas, in: area, scale: 1)
  }

  private func drawImprovements(onto canvas: Canvas, in area: Rect) {
    let top = area.top + 28 + 15
    canvas.text(
      "Probability of improvement", at: Point(area.left, top), .sans(20, .bold), theme.text)
    canvas.text(
      "that a run of the first beats one of the second", at: Point(area.left, top + 22), text,
      theme.mutedText)
    let room = area.width * 0.52
    let names = pairs.map {
      (comparison.groups[$0.group].name, comparison.groups[$0.over].name)
    }
    let labels = names.map { pair in
      let half = (room - 24) / 2
      return canvas.ellipsized(pair.0, text, width: half) + " > "
        + canvas.ellipsized(pair.1, text, width: half)
    }
    let labelWidth = labels.map { canvas.measure($0, text).width }.max() ?? 0
    let plot = Rect(
      x: area.left + labelWidth + 16, y: top + 44, width: area.width - labelWidth - 28,
      height: rowHeight * Double(labels.count))
    for (row, label) in labels.enumerated() {
      canvas.text(
        label, at: Point(area.left + labelWidth, middle(of: row, below: plot.top)), text,
        theme.text, align: .right, anchor: .middle)
    }
    canvas.stroke(
      .line(Point(plot.center.x, plot.top), Point(plot.center.x, plot.bottom)), theme.axis,
      Stroke(width: 1.5, dashes: [4, 3]))
    draw(pairs.map(\.probability), range: 0...1, onto: canvas, in: plot)
  }
}

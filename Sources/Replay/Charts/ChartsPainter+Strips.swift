import Analysis
import Raster
import Rollouts
import Worlds

extension ChartsPainter {
  /// Draws the whole course of a strip, as it looks ahead of the cursor or behind it.
  func drawCourse(
    of row: Row, _ course: ChartCourse, in area: Rect, isPast: Bool, onto canvas: Canvas
  ) {
    let color = isPast ? color(of: row) : pale(color(of: row))
    switch row {
    case .number(let place):
      guard let track = course.numbers[place] else { return }
      drawLine(
        track, survey.spread(of: place), course, in: area, color,
        isStepped: world.states.isDigit(place), onto: canvas)
    case .choices: drawChoices(course, in: area, isPast: isPast, onto: canvas)
    case .push(let place):
      guard course.pushes.indices.contains(place) else { return }
      drawLine(
        course.pushes[place], survey.pushes[place], course, in: area, color, isStepped: true,
        onto: canvas)
    case .reward: drawRewards(course, in: area, isPast: isPast, onto: canvas)
    case .totalReturn:
      drawLine(course.returns, survey.returns, course, in: area, color, onto: canvas)
    }
  }

  /// The height of a number in a strip, within some spread; nil for NaN.
  func height(of number: Double, _ spread: Spread, in area: Rect) -> Double? {
    let inset = max(1.5, area.height * 0.08)
    return spread.share(of: number).map {
      area.bottom - inset - $0 * (area.height - 2 * inset)
    }
  }

  /// The horizontal place of a point.
  private func x(_ share: Double, in area: Rect) -> Double {
    area.left + share * (area.width - 1) + 0.5
  }

  /// Draws lines from point to point, broken where there is no number; points that cover several moments
  /// extend from the lowest to the highest.
  private func drawLine(
    _ track: ChartTrack, _ spread: Spread, _ course: ChartCourse, in area: Rect, _ color: Color,
    isStepped: Bool = false, onto canvas: Canvas
  ) {
    var lines: [[Point]] = [[]]
    for point in track.first.indices {
      guard let low = height(of: track.low[point], spread, in: area),
        let high = height(of: track.high[point], spread, in: area)
      else {
        if lines.last?.isEmpty == false { lines.append([]) }
        continue
      }
      let x = x(course.share(of: point), in: area)
      if isStepped, let before = lines.last?.last {
        lines[lines.count - 1].append(Point(x, before.y))
      }
      lines[lines.count - 1].append(Point(x, low))
      if low != high { lines[lines.count - 1].append(Point(x, high)) }
      if isStepped, point == track.first.count - 1 {
        lines[lines.count - 1].append(Point(self.x(course.share(of: point + 1), in: area), high))
      }
    }
    let width = max(1, (layout.font.size / 8 * 2).rounded() / 2)
    canvas.isolated {
      canvas.clip(to: .rect(area.inset(0, -1, -1, -1)))
      canvas.stroke(.polylines(lines.filter { $0.count > 1 }), color, Stroke(width: width))
    }
  }

  /// Draws a lane for each choice, with a block where it was made.
  private func drawChoices(
    _ course: ChartCourse, in area: Rect, isPast: Bool, onto canvas: Canvas
  ) {
    let lane = (area.height - 2) / Double(max(1, survey.choices))
    let first = course.choices.first
    var begin = 0
    for point in first.indices {
      // Adjacent blocks of one choice are joined.
      if point + 1 < first.count, first[point + 1] == first[point] { continue }
      defer { begin = point + 1 }
      let choice = first[point]
      guard choice >= 0, choice < Double(survey.choices) else { continue }
      let (left, right) = (
        x(course.share(of: begin), in: area), x(course.share(of: point + 1), in: area)
      )
      let color = color(ofChoice: Int(choice))
      canvas.fill(
        Rect(
          x: left, y: area.top + 1 + choice * lane, width: max(1, right - left),
          height: max(1, lane * 0.86)), isPast ? color : pale(color))
    }
  }

  /// The colour of a choice; after the eighth the colours repeat.
  func color(ofChoice choice: Int) -> Color {
    survey.choices <= 2
      ? [theme.secondAccent, theme.series[2]][choice % 2]
      : theme.series[choice % theme.series.count]
  }

  /// Draws bars from 0 up and down, as wide as their steps.
  private func drawRewards(
    _ course: ChartCourse, in area: Rect, isPast: Bool, onto canvas: Canvas
  ) {
    let spread = survey.rewards
    guard !spread.isEmpty else { return }
    let (low, high) = (min(0, spread.low), max(0, spread.high))
    let range = max(high - low, .leastNonzeroMagnitude)
    func y(_ number: Double) -> Double {
      area.bottom - 1 - (number - low) / range * (area.height - 2)
    }
    let zero = y(0)
    let track = course.rewards
    let gap = course.share(of: 1) * area.width > 4 ? 1.0 : 0
    for point in track.first.indices {
      let (from, to) = (
        x(course.share(of: point), in: area), x(course.share(of: point + 1), in: area)
      )
      for number in [track.low[point], track.high[point]] where number.isFinite && number != 0 {
        let end = y(max(low, min(high, number)))
        let color = number < 0 ? theme.negative : theme.positive
        canvas.fill(
          Rect(
            x: from, y: min(zero, end), width: max(0.75, to - from - gap),
            height: max(1, abs(end - zero))), isPast ? color : pale(color))
        if track.low[point] == track.high[point] { break }
      }
    }
    canvas.fill(
      Rect(x: area.x, y: zero.rounded(), width: area.width, height: 1), theme.axis)
  }

  /// Draws the cursor, and the value of each strip there.
  func drawNow(_ scene: ChartScene, _ course: ChartCourse, at x: Double, onto canvas: Canvas) {
    guard let top = layout.strips.first, let bottom = layout.strips.last else { return }
    let line = max(1, (layout.font.size / 11).rounded())
    canvas.fill(
      Rect(x: x, y: top.top - 3, width: line, height: bottom.bottom - top.top + 6), theme.text)
    for (row, area) in zip(rows, layout.strips) {
      let number = number(of: row, in: scene)
      let (place, align) = valuePlace(area)
      let text = canvas.ellipsized(
        value(of: row, in: scene), layout.font, width: layout.names.width)
      canvas.text(text, at: place, layout.font, theme.text, align: align)
      guard let number, let spread = spread(of: row), row != .reward,
        let y = height(of: number, spread, in: area)
      else { continue }
      let radius = max(2, layout.font.size * 0.27)
      canvas.fill(.circle(Point(x + line / 2, y), radius: radius + 1), theme.floor)
      canvas.fill(.circle(Point(x + line / 2, y), radius: radius), color(of: row))
    }
    let step = "step \(scene.t)"
    let width = canvas.measure(step, layout.font).width
    let middle = max(
      layout.axis.left + width / 2, min(layout.axis.right - width / 2, x))
    canvas.text(
      step, at: Point(middle, layout.axis.bottom - layout.font.size * 0.15), layout.font,
      theme.text, align: .center)
  }

  /// The number of a strip at a moment.
  private func number(of row: Row, in scene: ChartScene) -> Double? {
    switch row {
    case .number(let place): world.states.number(place, of: scene.state)
    case .choices: nil
    case .push(let place): scene.action.flatMap { world.actions.number(place, of: $0) }
    case .reward: scene.reward
    case .totalReturn: scene.totalReturn
    }
  }

  /// The same as text.
  private func value(of row: Row, in scene: ChartScene) -> String {
    if row == .choices { return scene.action.map(world.words) ?? "–" }
    guard let number = number(of: row, in: scene) else { return "–" }
    return NumberText.short(number)
  }
}

import Analysis
import Raster
import Rollouts
import Worlds

extension ChartsPainter {
  /// Draws the frame of the portrait, and the names of its axes.
  func drawPortraitFrame(onto canvas: Canvas) {
    guard let area = layout.portrait, let pair else { return }
    let font = layout.font
    canvas.fill(area, theme.surface.mixed(with: theme.floor, 0.5))
    canvas.stroke(.rect(area.inset(by: 0.5)), theme.grid, width: 1)
    let (x, y) = (Self.name(world.states.names[pair.x]), Self.name(world.states.names[pair.y]))
    canvas.text(
      canvas.ellipsized(y, font, width: area.width),
      at: Point(area.left, area.top - font.size * 0.5),
      font, theme.mutedText)
    canvas.text(
      canvas.ellipsized(x, font, width: area.width * 0.6),
      at: Point(area.center.x, area.bottom + font.size * 1.25), font, theme.mutedText,
      align: .center)
    let small = Font.sans(max(7, font.size * 0.82))
    let (across, up) = (survey.spread(of: pair.x), survey.spread(of: pair.y))
    guard !across.isEmpty, !up.isEmpty, layout.bounds.width > 0 else { return }
    let line = area.bottom + font.size * 1.25
    canvas.text(NumberText.short(across.low), at: Point(area.left, line), small, theme.mutedText)
    canvas.text(
      NumberText.short(across.high), at: Point(area.right, line), small, theme.mutedText,
      align: .right)
    canvas.text(
      NumberText.short(up.high), at: Point(area.right - 3, area.top + 3), small, theme.mutedText,
      align: .right, anchor: .top)
    canvas.text(
      NumberText.short(up.low), at: Point(area.right - 3, area.bottom - 4), small,
      theme.mutedText, align: .right)
  }

  /// The place of a pair of numbers in the portrait.
  private func place(_ x: Double, _ y: Double) -> Point? {
    guard let area = layout.portrait, let pair,
      let across = survey.spread(of: pair.x).share(of: x),
      let up = survey.spread(of: pair.y).share(of: y)
    else { return nil }
    let inner = area.inset(by: max(4, area.width * 0.07))
    return Point(inner.left + across * inner.width, inner.bottom - up * inner.height)
  }

  /// Draws the path of the pair from one point of an episode to another; nothing where a number is missing.
  private func way(_ course: ChartCourse, points: Range<Int>) -> [Point?] {
    guard let pair, let x = course.numbers[pair.x]?.first, let y = course.numbers[pair.y]?.first
    else { return [] }
    return points.clamped(to: 0..<min(x.count, y.count)).map { place(x[$0], y[$0]) }
  }

  /// Draws the whole path, pale.
  func drawWay(_ course: ChartCourse, onto canvas: Canvas) {
    let way = way(course, points: 0..<Int.max)
    let color = pale(theme.accent).mixed(with: theme.floor, 0.25)
    draw(way, color, width: max(1, layout.font.size * 0.11), onto: canvas)
  }

  /// Draws separate line segments: the pixels are the same whether they are drawn at once or one after
  /// the other.
  private func draw(_ way: [Point?], _ color: Color, width: Double, onto canvas: Canvas) {
    let stroke = Stroke(width: width, cap: .round)
    for (start, end) in zip(way, way.dropFirst()) {
      if let start, let end { canvas.stroke(.line(start, end), color, stroke) }
    }
  }

  /// Draws the path so far, and the present place.
  func drawPortrait(_ scene: ChartScene, _ course: ChartCourse, onto canvas: Canvas) {
    guard let pair, let area = layout.portrait else { return }
    let point = scene.t / course.stride
    let width = max(1.25, layout.font.size * 0.15)
    let behind = courses.way(of: scene.episode, upTo: point) { canvas, points in
      // From the last point that is drawn already.
      let way = way(course, points: max(0, points.lowerBound - 1)..<points.upperBound + 1)
      draw(way, theme.accent, width: width, onto: canvas)
    }
    if let behind {
      let reach = area.inset(by: -width)
      canvas.copy(behind, reach.aligned, to: Point(reach.aligned.x, reach.aligned.y))
    }
    let now = place(
      world.states.number(pair.x, of: scene.state) ?? .nan,
      world.states.number(pair.y, of: scene.state) ?? .nan)
    draw(
      way(course, points: point..<point + 1) + [now], theme.accent, width: width, onto: canvas)
    if let start = way(course, points: 0..<1).first ?? nil {
      canvas.fill(.circle(start, radius: max(2, layout.font.size * 0.22)), theme.mutedText)
    }
    if let now {
      let radius = max(3, layout.font.size * 0.4)
      canvas.fill(.circle(now, radius: radius + 1.5), theme.floor)
      canvas.fill(.circle(now, radius: radius), theme.secondAccent)
    }
  }

  /// Draws how often each choice was made so far, as bars.
  func drawTally(_ scene: ChartScene, onto canvas: Canvas) {
    guard let area = layout.tally else { return }
    if survey.choices == 0 { return drawPushes(scene, in: area, onto: canvas) }
    let font = layout.font
    let line = font.size * 1.75
    canvas.text(
      "actions so far", at: Point(area.left, area.top + font.size), font, theme.mutedText)
    let room = Int((area.height - font.size * 1.6) / line)
    let most = Double(max(1, scene.details.max() ?? 1))
    let count = canvas.measure("9999", font).width
    let name = area.width * 0.44
    // The most frequent ones if not all fit.
    let all = Array(scene.details.indices)
    let shown =
      all.count <= room
      ? all
      : all.sorted { (scene.details[$0], $1) > (scene.details[$1], $0) }.prefix(max(0, room))
        .sorted()
    for (index, choice) in shown.enumerated() {
      let y = area.top + font.size * 1.6 + (Double(index) + 0.5) * line
      let baseline = Point(area.left, (y + font.size * 0.36).rounded())
      let isNow = scene.choice == choice
      canvas.text(
        canvas.ellipsized(world.words(of: .index(choice)), font, width: name - font.size * 0.4),
        at: baseline, isNow ? .sans(font.size, .bold) : font, isNow ? theme.text : theme.mutedText)
      let whole = area.width - name - count - font.size * 0.4
      let length = whole * Double(scene.details[choice]) / most
      canvas.fill(
        .rounded(
          Rect(x: area.left + name, y: y - line * 0.28, width: max(1, length), height: line * 0.56),
          radius: 1.5), color(ofChoice: choice))
      canvas.text(
        NumberText.count(Double(scene.details[choice])), at: Point(area.right, baseline.y), font,
        theme.text, align: .right)
    }
  }

  /// Draws the numbers of the last action, as bars to the left and to the right.
  private func drawPushes(_ scene: ChartScene, in area: Rect, onto canvas: Canvas) {
    let font = layout.font
    let line = font.size * 1.75
    canvas.text("action", at: Point(area.left, area.top + font.size), font, theme.mutedText)
    let room = Int((area.height - font.size * 1.6) / line)
    let isMore = world.actions.count > room
    let shown = min(world.actions.count, isMore ? room - 1 : room)
    let name = area.width * 0.4
    let middle = area.left + name + (area.width - name) / 2
    let reach = (area.width - name) / 2
    let most = survey.pushes.reduce(1e-9) { max($0, abs($1.low), abs($1.high)) }
    for place in 0..<max(0, shown) {
      let y = area.top + font.size * 1.6 + (Double(place) + 0.5) * line
      canvas.text(
        canvas.ellipsized(
          Self.name(world.actions.names[place]), font, width: name - font.size * 0.6),
        at: Point(area.left, (y + font.size * 0.36).rounded()), font, theme.mutedText)
      let bar = Rect(x: middle - reach, y: y - line * 0.28, width: 2 * reach, height: line * 0.56)
      canvas.fill(.rounded(bar, radius: 1.5), theme.floorLine)
      if let action = scene.action, let number = world.actions.number(place, of: action),
        number.isFinite
      {
        let length = max(-1, min(1, number / most)) * reach
        canvas.fill(
          Rect(
            x: min(middle, middle + length), y: bar.y, width: abs(length), height: bar.height),
          number < 0 ? theme.series[2] : theme.secondAccent)
      }
      canvas.fill(
        Rect(x: middle.rounded(), y: bar.y - 1, width: 1, height: bar.height + 2), theme.axis)
    }
    guard isMore, shown > 0 else { return }
    let y = area.top + font.size * 1.6 + (Double(shown) + 0.5) * line
    canvas.text(
      "+ \(NumberText.grouped(world.actions.total - shown)) more",
      at: Point(area.left, (y + font.size * 0.36).rounded()), font, theme.mutedText)
  }
}

import Analysis
package import Raster
import Recordings
import Rollouts
import Worlds

/// Draws an episode of a world without a painter: every number, action and reward over time, with
/// one cursor through all of them, and two numbers against one another.
package struct ChartsPainter: Painter {
  let world: RecordedWorld
  let theme: Theme
  let layout: ChartsLayout
  /// What each strip shows, from the top.
  let rows: [Row]
  /// The two numbers of the portrait.
  let pair: (x: Int, y: Int)?
  let survey: ChartSurvey
  private let strip: RecordedStrip
  let courses: ChartCourses
  /// How many numbers have no strip.
  private let leftOut: Int
  /// Everything that does not move.
  package let background: Canvas

  /// What a strip shows.
  enum Row: Equatable {
    /// A number of the state, by field.
    case number(Int)
    /// The action, one of some choices.
    case choices
    /// A number of the action.
    case push(Int)
    case reward
    case totalReturn
  }

  /// The most numbers of a state that have a strip.
  private static let mostNumbers = 12

  /// A painter of the episodes of a survey; `reader` returns the courses of some numbers.
  init(
    _ world: RecordedWorld, _ survey: ChartSurvey, pair: (x: Int, y: Int)?, facts: CaptionFacts,
    options: PictureOptions, reader: (_ places: [Int]) -> (_ episode: Int) -> ChartCourse?
  ) throws(CanvasError) {
    (self.world, self.survey, self.pair) = (world, survey, pair)
    theme = options.theme
    let actions: [Row] =
      survey.choices > 0 ? [.choices] : survey.pushes.indices.map { .push($0) }
    let room = ChartsLayout.room(options) - actions.count - 2
    let shown = survey.chosen(atMost: max(1, min(Self.mostNumbers, room)))
    leftOut = survey.numbers.isEmpty ? 0 : world.states.total - shown.count
    rows = shown.map { .number($0) } + actions + [.reward, .totalReturn]
    layout = ChartsLayout(
      strips: rows.count, hasPortrait: pair != nil,
      lines: survey.choices > 0 ? survey.choices : survey.pushes.isEmpty ? 0 : world.actions.count,
      options: options)
    background = try Canvas(
      width: layout.frame.width, height: layout.frame.height, background: theme.background)
    strip = RecordedStrip(
      in: layout.frame.captionArea, of: world, facts, options, decimals: 2,
      endings: [.ended], measuring: background)
    let places = shown + (pair.map { [$0.x, $0.y] } ?? [])
    courses = ChartCourses(read: reader(places))
    drawStill(onto: background)
    options.drawTitle(in: layout.frame.titleArea, onto: background)
    strip.drawStill(onto: background)
  }

  /// The colours of strips, ahead of and behind the cursor.
  package var declaredColors: [Color] {
    theme.declaredColors
      + rows.flatMap {
        [color(of: $0), pale(color(of: $0)), color(of: $0).mixed(with: theme.floor, 0.85)]
      }
  }

  /// Draws a scene over the previous content of a canvas of this size.
  package func draw(_ scene: ChartScene, onto canvas: Canvas) {
    guard let course = courses[scene.episode] else {
      canvas.copy(background)
      return strip.draw(scene, ending: scene.ending.word(), onto: canvas)
    }
    let pictures = courses.pictures(of: scene.episode) { try drawn(course) }
    canvas.copy(pictures?.ahead ?? background)
    let share = min(1, Double(scene.t) / Double(course.steps))
    let x = cursor(at: share)
    if let behind = pictures?.behind, let top = layout.strips.first, let last = layout.strips.last {
      canvas.copy(
        behind,
        Rect(
          x: top.left - 2, y: top.top - 2, width: x - top.left + 2,
          height: last.bottom - top.top + 4),
        to: Point(top.left - 2, top.top - 2))
    }
    drawNow(scene, course, at: x, onto: canvas)
    drawPortrait(scene, course, onto: canvas)
    drawTally(scene, onto: canvas)
    strip.draw(scene, ending: scene.ending.word(), onto: canvas)
  }

  /// The cursor's place at a share of an episode, on a whole pixel.
  func cursor(at share: Double) -> Double {
    guard let area = layout.strips.first else { return 0 }
    return (area.left + share * (area.width - 1)).rounded()
  }

  /// The strips of an episode as they look ahead of the cursor, and behind it.
  private func drawn(_ course: ChartCourse) throws -> (ahead: Canvas, behind: Canvas) {
    let canvases = try (0..<2).map { _ in
      let canvas = try Canvas(width: width, height: height)
      canvas.copy(background)
      return canvas
    }
    for (canvas, isPast) in zip(canvases, [false, true]) {
      for (row, area) in zip(rows, layout.strips) {
        drawCourse(of: row, course, in: area, isPast: isPast, onto: canvas)
      }
      drawWay(course, onto: canvas)
    }
    return (canvases[0], canvases[1])
  }

  // MARK: Static parts

  private func drawStill(onto canvas: Canvas) {
    canvas.drawStage(layout.frame.board, theme)
    for (row, area) in zip(rows, layout.strips) {
      canvas.fill(area, theme.surface.mixed(with: theme.floor, 0.5))
      canvas.fill(Rect(x: area.x, y: area.bottom, width: area.width, height: 1), theme.grid)
      drawName(of: row, beside: area, onto: canvas)
      drawBounds(of: row, beside: area, onto: canvas)
    }
    let line = layout.axis.bottom - layout.font.size * 0.15
    if leftOut > 0 {
      canvas.text(
        canvas.ellipsized(
          "+ \(NumberText.grouped(leftOut)) more", layout.font, width: layout.names.width),
        at: Point(layout.names.x, line), layout.font, theme.mutedText)
    }
    drawPortraitFrame(onto: canvas)
  }

  /// Draws a name above its value, or beside it if strips are low.
  private func drawName(of row: Row, beside area: Rect, onto canvas: Canvas) {
    let font = layout.font
    let value = layout.isLow ? canvas.measure("−0.000 ", font).width : 0
    let room = layout.names.width - value
    var name = name(of: row)
    // With many numbers of one field, the index says more than the name.
    if let bracket = name.firstIndex(of: "["), canvas.measure(name, font).width > room {
      name = String(name[bracket...])
    }
    canvas.text(
      canvas.ellipsized(name, font, width: room), at: nameLine(area), font, theme.mutedText)
  }

  private func nameLine(_ area: Rect) -> Point {
    return Point(
      layout.names.x,
      (layout.isLow
        ? area.center.y + layout.font.size * 0.36 : area.center.y - layout.font.size * 0.22)
        .rounded())
  }

  /// The place and style of a strip's value.
  func valuePlace(_ area: Rect) -> (place: Point, align: TextAlignment) {
    let font = layout.font
    if layout.isLow {
      return (Point(layout.names.right, nameLine(area).y), .right)
    }
    return (Point(layout.names.x, nameLine(area).y + (font.size * 1.2).rounded()), .left)
  }

  private func drawBounds(of row: Row, beside area: Rect, onto canvas: Canvas) {
    let font = Font.sans(max(7, layout.font.size * 0.82))
    guard layout.bounds.width > 0, let spread = spread(of: row), !spread.isEmpty else { return }
    func write(_ number: Double, _ y: Double, _ anchor: TextAnchor) {
      canvas.text(
        canvas.ellipsized(NumberText.short(number), font, width: layout.bounds.width),
        at: Point(layout.bounds.x, y), font, theme.mutedText, anchor: anchor)
    }
    guard spread.high > spread.low else { return write(spread.low, area.center.y, .middle) }
    guard area.height > font.size * 2.1 else { return write(spread.high, area.center.y, .middle) }
    write(spread.high, area.top + 1, .top)
    write(spread.low, area.bottom - 1, .baseline)
  }

  /// A recorded name, cut to a readable length: measuring a very long one takes time.
  static func name(_ recorded: String) -> String { String(recorded.prefix(80)) }

  /// The name of a strip.
  func name(of row: Row) -> String {
    switch row {
    case .number(let place): Self.name(world.states.names[place])
    case .choices: "action"
    case .push(let place): Self.name(world.actions.names[place])
    case .reward: "reward"
    case .totalReturn: "return"
    }
  }

  /// The spread of a strip's numbers; nil for choices.
  func spread(of row: Row) -> Spread? {
    switch row {
    case .number(let place): survey.spread(of: place)
    case .choices: nil
    case .push(let place): survey.pushes[place]
    case .reward: survey.rewards
    case .totalReturn: survey.returns
    }
  }

  /// States are blue, actions orange, rewards green.
  func color(of row: Row) -> Color {
    switch row {
    case .number: theme.accent
    case .choices, .push: theme.secondAccent
    case .reward, .totalReturn: theme.positive
    }
  }

  /// The colour of what is ahead of the cursor.
  func pale(_ color: Color) -> Color { color.mixed(with: theme.floor, 0.68) }
}

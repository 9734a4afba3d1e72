import Raster
import Worlds

/// The drawn look: coloured bricks, a capsule of a paddle, and a ball with a short trail.
struct BreakoutArcade {
  private let world: Breakout
  private let layout: BreakoutLayout
  private let theme: Theme
  let colors: BreakoutColors
  /// The whole field, with every brick.
  private let full: Canvas
  /// The colours of the overlay, through which the game stays visible, from none to the warmest.
  let heatColors: [Color]
  /// The colours of the ball's trail, the newest first.
  private let trailColors: [Color]

  private var cell: Double { layout.cell }
  private var board: BreakoutBoard { world.board }

  init(_ world: Breakout, layout: BreakoutLayout, theme: Theme) throws(CanvasError) {
    self.world = world
    self.layout = layout
    self.theme = theme
    colors = BreakoutColors(theme)
    let levels = BreakoutHeat.levels
    heatColors = BreakoutColors.heat(over: colors.floor, levels: levels, isDark: theme.isDark)
      .enumerated().map { $1.opacity(0.35 + 0.45 * Double($0) / Double(levels - 1)) }
    let (ball, floor) = (colors.ball, colors.floor)
    trailColors = (0..<BreakoutDetails.trailLength).map {
      ball.mixed(with: floor, 0.45 + 0.5 * Double($0) / Double(BreakoutDetails.trailLength))
    }
    full = try Canvas(width: layout.width, height: layout.height, background: theme.background)
    drawField(onto: full)
    for brick in 0..<board.brickCount {
      drawBrick(brick, onto: full)
    }
  }

  /// The colours that every film of this look needs.
  var declaredColors: [Color] {
    let bricks = (0..<board.brickRows).flatMap { row -> [Color] in
      let (base, light, dark) = BreakoutColors.brick(row: row, of: board.brickRows, theme)
      return [base, light, dark]
    }
    return [
      colors.floor, colors.pit, colors.wall, colors.wallEdge, colors.ball, colors.paddle,
      colors.paddleLight, colors.paddleDark, colors.cap, colors.loss,
    ] + bricks + trailColors
  }

  /// The field without bricks: walls left, above and right, and the pit below.
  func drawField(onto canvas: Canvas) {
    let radius = max(2, cell * 1.4)
    let outer = layout.frame
    canvas.fill(.rounded(outer, radius: radius), colors.wall)
    // The ball turns at the border's own characters: the wall is drawn around them.
    let inner = Rect(
      x: layout.board.left, y: layout.board.top, width: layout.board.width,
      height: outer.bottom - layout.board.top)
    canvas.fill(inner, colors.floor)
    let line = max(1, (cell / 8).rounded())
    canvas.fill(
      Rect(x: inner.left - line, y: inner.top - line, width: inner.width + 2 * line, height: line),
      colors.wallEdge)
    for x in [inner.left - line, inner.right] {
      canvas.fill(Rect(x: x, y: inner.top, width: line, height: inner.height), colors.wallEdge)
    }
    let pit = layout.rect(row: board.rows - 1, column: 0, count: board.columns)
    canvas.fill(
      Rect(x: pit.x, y: pit.y, width: pit.width, height: inner.bottom - pit.y), colors.pit)
    canvas.fill(
      Rect(x: pit.x, y: pit.y, width: pit.width, height: line),
      colors.pit.mixed(with: colors.loss, 0.35))
  }

  /// A brick's pixels, with a joint around it.
  private func brickRect(row: Int, column: Int) -> Rect {
    let rect = layout.rect(row: row, column: column, count: BreakoutBoard.brickWidth)
    guard cell >= 4 else { return rect.inset(0, 0, 1, 1) }
    return rect.inset(by: (cell / 8).rounded())
  }

  /// Edges and corners are on whole pixels: ninety bricks with rounded corners would need more colours
  /// than a film has.
  private func drawBrick(_ brick: Int, onto canvas: Canvas) {
    let place = board.place(ofBrick: brick)
    let rect = brickRect(row: place.row, column: place.column)
    let (base, light, dark) = BreakoutColors.brick(
      row: brick / board.brickColumns, of: board.brickRows, theme)
    let edge = (cell / 4).rounded()
    guard edge >= 1 else { return canvas.fill(rect, base) }
    let cut = max(1, (cell / 10).rounded())
    canvas.fill(rect.inset(0, cut, 0, cut), base)
    canvas.fill(
      Rect(x: rect.x + cut, y: rect.y, width: rect.width - 2 * cut, height: edge), light)
    canvas.fill(
      Rect(x: rect.x + cut, y: rect.bottom - edge, width: rect.width - 2 * cut, height: edge),
      dark)
  }

  /// Everything that moves, over a field without bricks.
  func draw(_ scene: BreakoutScene, onto canvas: Canvas) {
    let hadCoarseEdges = canvas.hasCoarseEdges
    let heat = BreakoutHeat(scene.details.heat, world: world)
    for brick in 0..<board.brickCount where scene.state.isStanding(brick) {
      let place = board.place(ofBrick: brick)
      let rect = layout.rect(
        row: place.row, column: place.column, count: BreakoutBoard.brickWidth)
      canvas.copy(full, rect, to: rect.origin)
    }
    heat?.draw(heatColors, in: layout, onto: canvas)
    if heat == nil {
      for mark in scene.details.broken { drawBroken(mark, onto: canvas) }
    }
    drawPaddle(scene.state, onto: canvas)
    // What moves may have rougher edges: a film has space for only a few mixtures of colours.
    canvas.hasCoarseEdges = true
    if let lost = scene.details.lost { drawLoss(lost, onto: canvas) }
    // Over warm ground its greys would look warm themselves.
    for (age, place) in scene.details.trail.enumerated().reversed() where heat == nil {
      let share = Double(age + 1) / Double(trailColors.count + 1)
      canvas.fill(
        .circle(layout.center(row: place.y, column: place.x), radius: radius * (1 - 0.65 * share)),
        trailColors[age])
    }
    if heat != nil {
      let center = layout.center(row: Int(scene.state.y), column: Int(scene.state.x))
      canvas.fill(.circle(center, radius: radius + max(1, cell / 4)), colors.floor)
    }
    canvas.hasCoarseEdges = hadCoarseEdges
    drawBall(scene.state, onto: canvas)
  }

  private var radius: Double { max(1, cell * 0.72) }

  private func drawBall(_ state: BreakoutState, onto canvas: Canvas) {
    let center = layout.center(row: Int(state.y), column: Int(state.x))
    canvas.fill(.circle(center, radius: radius), colors.ball)
    guard radius >= 4 else { return }
    canvas.fill(
      .circle(center.moved(-radius * 0.32, -radius * 0.34), radius: radius * 0.24), colors.shine)
  }

  /// A destroyed brick shrinks away.
  private func drawBroken(_ mark: BreakoutDetails.Mark, onto canvas: Canvas) {
    let row = mark.place.y - board.firstBrickRow
    let (base, light, _) = BreakoutColors.brick(row: row, of: board.brickRows, theme)
    let share = Double(mark.age) / Double(BreakoutDetails.markAge)
    let rect = brickRect(row: mark.place.y, column: mark.place.x)
    let color = mark.age == 0 ? light : base.mixed(with: colors.floor, 0.25 + share * 0.7)
    let shrunk = rect.inset(
      rect.width * share * 0.35, rect.height * share * 0.35, rect.width * share * 0.35,
      rect.height * share * 0.35)
    canvas.fill(shrunk.aligned, color)
  }

  private func drawPaddle(_ state: BreakoutState, onto canvas: Canvas) {
    let room = layout.rect(
      row: board.paddleRow, column: Int(state.paddle), count: board.paddleWidth)
    let height = max(2, (cell * 1.45).rounded())
    let body = Rect(
      x: room.x, y: room.y + max(0, (cell / 8).rounded()), width: room.width, height: height)
    guard cell >= 3 else { return canvas.fill(body, colors.paddle) }
    let line = max(1, (cell / 8).rounded())
    canvas.isolated {
      canvas.clip(to: .rounded(body, radius: height / 2))
      canvas.fill(body, colors.paddle)
      canvas.fill(
        Rect(x: body.x, y: body.y + 2 * line, width: body.width, height: 2 * line),
        colors.paddleLight)
      canvas.fill(
        Rect(x: body.x, y: body.bottom - 2 * line, width: body.width, height: 2 * line),
        colors.paddleDark)
      for x in [body.x, body.right - cell] {
        canvas.fill(Rect(x: x, y: body.y, width: cell, height: height), colors.cap)
      }
    }
  }

  /// Where a ball was lost: rays out of the pit.
  private func drawLoss(_ mark: BreakoutDetails.Mark, onto canvas: Canvas) {
    let share = Double(mark.age) / Double(BreakoutDetails.markAge)
    let center = layout.center(
      row: board.rows - 1, column: min(max(mark.place.x, 0), board.columns - 1))
    canvas.fill(
      .star(center, radius: cell * (2.1 - share * 1.3), points: 8, inner: 0.45),
      colors.loss.mixed(with: colors.pit, share))
  }
}

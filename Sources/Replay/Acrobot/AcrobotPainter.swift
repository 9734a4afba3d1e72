import Analysis
import Glibc
package import Raster
import Rollouts
package import Worlds

/// Draws two links that hang from a pivot, and the height that their tip must reach.
package struct AcrobotPainter: Painter {
  private let world: RecordedWorld
  private let theme: Theme
  private let layout: GridLayout
  private let geometry: AcrobotGeometry
  private let strip: RecordedStrip
  private let way: [Color]
  /// Everything that does not move.
  package let background: Canvas

  private static let reached = EndingWord("height reached", .good)

  /// A painter of an acrobot's scenes.
  package init(
    _ world: RecordedWorld, facts: CaptionFacts, options: PictureOptions = PictureOptions()
  ) throws(CanvasError) {
    self.world = world
    theme = options.theme
    layout = GridLayout(rows: 1, columns: 1, options: options)
    geometry = AcrobotGeometry(
      pivot: layout.board.center, scale: layout.board.width / (2 * 2.3))
    background = try Canvas(
      width: layout.width, height: layout.height, background: theme.background)
    strip = RecordedStrip(
      in: layout.captionArea, of: world, facts, options,
      [.init(label: "height", widest: "−0.00")], decimals: 0, endings: [Self.reached],
      measuring: background)
    way = theme.way(theme.secondAccent)
    drawGoal(onto: background)
    options.drawTitle(in: layout.titleArea, onto: background)
    strip.drawStill(onto: background)
  }

  /// The theme's colours, and those of the tip's trail.
  package var declaredColors: [Color] { theme.worldColors + way }

  /// Draws a scene over the previous content of a canvas of this size.
  package func draw(_ scene: RecordedScene<AcrobotState>, onto canvas: Canvas) {
    canvas.copy(background)
    if scene.state.isDrawable { canvas.onStage(layout.board) { drawLinks(scene, onto: canvas) } }
    strip.draw(
      scene, [NumberText.fixed(scene.state.height, decimals: 2)],
      ending: scene.ending.word(terminated: Self.reached), onto: canvas)
  }

  private var unit: Double { geometry.scale }

  private func drawGoal(onto canvas: Canvas) {
    let board = layout.board
    let line = max(1, (board.width / 480).rounded())
    let height = (geometry.pivot.y - AcrobotGeometry.goal * unit).rounded()
    canvas.drawStage(board, theme)
    canvas.onStage(board) {
      canvas.fill(
        Rect(x: board.x, y: board.y, width: board.width, height: height - board.y),
        theme.goal.mixed(with: theme.floor, 0.92))
      for reach in [1.0, 2] {
        canvas.stroke(
          .circle(geometry.pivot, radius: reach * unit), theme.floorLine, width: line)
      }
      canvas.stroke(
        .line(Point(board.left, height + 0.5), Point(board.right, height + 0.5)), theme.goal,
        Stroke(width: 1.5 * line, dashes: [6 * line, 4 * line]))
      let font = Font.sans(max(9, (board.width / 44).rounded()))
      guard board.isLettered else { return }
      canvas.text(
        "the height to reach", at: Point(board.left + font.size, height - font.size * 0.55), font,
        theme.goal.mixed(with: theme.text, 0.2))
    }
    canvas.stroke(
      .rounded(board.inset(by: 0.5), radius: max(2, board.width / 60)), theme.axis, width: 1)
  }

  private func drawLinks(_ scene: RecordedScene<AcrobotState>, onto canvas: Canvas) {
    let state = scene.state
    let places = scene.details.filter(\.isDrawable).map(geometry.tip)
    canvas.drawWay(places, way, width: max(1.5, 0.045 * unit), isSmooth: true)
    let (pivot, elbow, tip) = (geometry.pivot, geometry.elbow(state), geometry.tip(state))
    let push = world.push(scene.action, of: 3)
    canvas.drawLink(
      elbow, tip, width: 0.15 * unit, theme.agent.mixed(with: theme.floor, 0.35), rim: theme.floor)
    canvas.drawLink(pivot, elbow, width: 0.15 * unit, theme.agent, rim: theme.floor)
    let isHigh = state.height > AcrobotGeometry.goal
    canvas.fill(.circle(tip, radius: 0.115 * unit), theme.floor)
    canvas.fill(.circle(tip, radius: 0.1 * unit), isHigh ? theme.goal : theme.secondAccent)
    // At angle 0 links hang straight down.
    let second = state.angle1 + state.angle2 - .pi / 2
    canvas.drawTorque(
      push, at: elbow, from: second + (push > 0 ? 0.35 : -0.35), radius: 0.32 * unit,
      width: max(2, 0.055 * unit), push > 0 ? theme.secondAccent : theme.series[2])
    canvas.drawJoint(elbow, radius: 0.085 * unit, theme.wall, rim: theme.floor)
    canvas.drawJoint(pivot, radius: 0.105 * unit, theme.wall, rim: theme.floor)
  }
}

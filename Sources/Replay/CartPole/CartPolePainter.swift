import Analysis
import Glibc
package import Raster
import Rollouts
package import Worlds

/// Draws a cart on its rail, the pole that it balances, and the limits of both.
package struct CartPolePainter: Painter {
  private let world: RecordedWorld
  private let theme: Theme
  private let layout: GridLayout
  private let geometry: CartPoleGeometry
  private let strip: RecordedStrip
  private let way: [Color]
  /// Everything that does not move.
  package let background: Canvas

  private static let endings = (
    fell: EndingWord("dropped", .bad), held: EndingWord("balanced", .good)
  )

  /// A painter of a cart's scenes.
  package init(
    _ world: RecordedWorld, facts: CaptionFacts, options: PictureOptions = PictureOptions()
  ) throws(CanvasError) {
    self.world = world
    theme = options.theme
    layout = GridLayout(rows: 4, columns: 9, options: options)
    let board = layout.board
    let scale = board.width / 5.3
    geometry = CartPoleGeometry(
      origin: Point(board.center.x, board.bottom - 0.74 * scale), scale: scale)
    background = try Canvas(
      width: layout.width, height: layout.height, background: theme.background)
    strip = RecordedStrip(
      in: layout.captionArea, of: world, facts, options,
      [.init(label: "position", widest: "−0.00"), .init(label: "angle", widest: "−00.0°")],
      decimals: 0, endings: [Self.endings.fell, Self.endings.held], measuring: background)
    way = theme.way(theme.secondAccent)
    drawRail()
    options.drawTitle(in: layout.titleArea, onto: background)
    strip.drawStill(onto: background)
  }

  /// The theme's colours, and those of the pole's trail.
  package var declaredColors: [Color] { theme.worldColors + way }

  /// Draws a scene over the previous content of a canvas of this size.
  package func draw(_ scene: RecordedScene<CartPoleState>, onto canvas: Canvas) {
    canvas.copy(background)
    if scene.state.isDrawable {
      canvas.onStage(layout.board) {
        drawWay(scene, onto: canvas)
        drawCart(scene, onto: canvas)
      }
    }
    let state = scene.state
    let angle = state.theta * 180 / .pi
    strip.draw(
      scene,
      [
        NumberText.fixed(state.x, decimals: 2),
        angle.isFinite ? NumberText.fixed(angle, decimals: 1) + "°" : "–",
      ],
      ending: scene.ending.word(
        terminated: Self.endings.fell, truncated: Self.endings.held), onto: canvas)
  }

  private var unit: Double { geometry.scale }
  private var line: Double { max(1, (layout.board.width / 480).rounded()) }
  /// The places of the wheels.
  private var rail: Double { (geometry.origin.y + 0.18 * unit).rounded() }

  private func drawRail() {
    let (canvas, board) = (background, layout.board)
    canvas.drawStage(board, theme)
    canvas.onStage(board) {
      canvas.fill(
        Rect(x: board.x, y: rail, width: board.width, height: board.bottom - rail),
        theme.floorLine.mixed(with: theme.floor, 0.35))
      canvas.fill(Rect(x: board.x, y: rail, width: board.width, height: 2 * line), theme.wallEdge)
      // Beyond the bounds the rail is marked as out of limits.
      for side in [-1.0, 1] {
        let x = (board.center.x + side * CartPoleGeometry.bounds.x * unit).rounded()
        canvas.stroke(
          .line(Point(x + 0.5, board.top), Point(x + 0.5, rail)),
          theme.negative.mixed(with: theme.floor, 0.45),
          Stroke(width: line, dashes: [4 * line, 4 * line]))
        canvas.fill(
          Rect(x: x - line, y: rail, width: 3 * line, height: 0.14 * unit), theme.negative)
      }
      let font = Font.sans(max(9, (board.width / 46).rounded()))
      for mark in -2...2 {
        let x = (board.center.x + Double(mark) * unit).rounded()
        canvas.fill(
          Rect(x: x, y: rail, width: line, height: 0.1 * unit + 2 * line), theme.wallEdge)
        guard board.isLettered else { continue }
        canvas.text(
          NumberText.fixed(Double(mark), decimals: 0), at: Point(x, rail + 0.2 * unit), font,
          theme.mutedText, align: .center, anchor: .top)
      }
    }
    canvas.stroke(
      .rounded(board.inset(by: 0.5), radius: max(2, board.width / 60)), theme.axis, width: 1)
  }

  /// Draws the trail of the pole's tip, and the limits of its angle.
  private func drawWay(_ scene: RecordedScene<CartPoleState>, onto canvas: Canvas) {
    let axle = geometry.axle(scene.state)
    let bound = CartPoleGeometry.bounds.theta
    canvas.fill(
      .slice(
        axle, radius: 1.12 * unit, from: -.pi / 2 - bound, to: -.pi / 2 + bound),
      theme.goal.mixed(with: theme.floor, 0.87))
    for side in [-1.0, 1] {
      canvas.stroke(
        .line(axle, geometry.pole(leaning: side * bound, at: axle, length: 1.12)),
        theme.goal.mixed(with: theme.floor, 0.5), Stroke(width: line, dashes: [3 * line, 3 * line]))
    }
    let places = scene.details.filter(\.isDrawable).map(geometry.tip)
    canvas.drawWay(places, way, width: max(1.5, 0.03 * unit))
  }

  private func drawCart(_ scene: RecordedScene<CartPoleState>, onto canvas: Canvas) {
    let state = scene.state
    let (cart, axle, tip) = (geometry.cart(state), geometry.axle(state), geometry.tip(state))
    let radius = 0.065 * unit
    let dark = theme.agent.mixed(with: theme.text, 0.45)
    for side in [-1.0, 1] {
      let wheel = Point(cart.center.x + side * 0.115 * unit, rail - radius)
      canvas.fill(.circle(wheel, radius: radius), dark)
      canvas.fill(.circle(wheel, radius: radius * 0.42), theme.floor)
    }
    canvas.fill(.rounded(cart.inset(0, 0, 0, 0.07 * unit), radius: 0.05 * unit), theme.agent)
    drawPush(scene, cart, onto: canvas)
    let leans = abs(state.theta) > CartPoleGeometry.bounds.theta
    canvas.drawLink(
      axle, tip, width: 0.08 * unit, leans ? theme.negative : theme.secondAccent, rim: theme.floor)
    canvas.drawJoint(axle, radius: 0.055 * unit, dark, rim: theme.floor)
  }

  /// An arrow that pushes the cart's side.
  private func drawPush(
    _ scene: RecordedScene<CartPoleState>, _ cart: Rect, onto canvas: Canvas
  ) {
    let push = world.push(scene.action, of: 2)
    guard abs(push) > 0.02 else { return }
    let side = push > 0 ? -1.0 : 1
    let tip = Point(
      cart.center.x + side * (cart.width / 2 + 0.05 * unit), cart.center.y - 0.035 * unit)
    canvas.fill(
      .arrow(
        from: tip.moved(side * (0.1 + 0.28 * abs(push)) * unit, 0), to: tip,
        thickness: 0.055 * unit), theme.text.mixed(with: theme.floor, 0.25))
  }
}

import Analysis
import Glibc
package import Raster
import Rollouts
package import Worlds

/// Draws a valley between two mountains, the car that rocks in it, and the flag that it must reach.
package struct MountainCarPainter: Painter {
  private let world: RecordedWorld
  private let theme: Theme
  private let layout: GridLayout
  private let geometry: MountainCarGeometry
  private let strip: RecordedStrip
  private let way: [Color]
  /// The flag's place.
  private let goal: Double
  /// Everything that does not move.
  package let background: Canvas

  private static let reached = EndingWord("goal reached", .good)

  /// A painter of a car's scenes, with the flag at a position.
  package init(
    _ world: RecordedWorld, goal: Double, facts: CaptionFacts,
    options: PictureOptions = PictureOptions()
  ) throws(CanvasError) {
    (self.world, self.goal) = (world, goal)
    theme = options.theme
    layout = GridLayout(rows: 21, columns: 32, options: options)
    let board = layout.board
    let scale = board.width / 2.02
    geometry = MountainCarGeometry(
      origin: Point(board.left + 0.1 * scale, board.bottom - 0.08 * scale), scale: scale)
    background = try Canvas(
      width: layout.width, height: layout.height, background: theme.background)
    strip = RecordedStrip(
      in: layout.captionArea, of: world, facts, options,
      [.init(label: "position", widest: "−0.00"), .init(label: "velocity", widest: "−0.000")],
      decimals: world.description.actions.isEmpty ? 1 : 0, endings: [Self.reached],
      measuring: background)
    way = theme.way(theme.agent)
    drawMountains(onto: background)
    options.drawTitle(in: layout.titleArea, onto: background)
    strip.drawStill(onto: background)
  }

  /// The theme's colours, and those of the car's trail.
  package var declaredColors: [Color] { theme.worldColors + way }

  /// Draws a scene over the previous content of a canvas of this size.
  package func draw(_ scene: RecordedScene<MountainCarState>, onto canvas: Canvas) {
    canvas.copy(background)
    let state = scene.state
    if state.isDrawable {
      canvas.onStage(layout.board) {
        let places = scene.details.filter(\.isDrawable).map {
          geometry.road($0.position)
        }
        canvas.drawWay(places, way, width: max(2, 0.016 * unit))
        drawCar(scene, onto: canvas)
      }
    }
    strip.draw(
      scene,
      [
        NumberText.fixed(state.position, decimals: 2),
        NumberText.fixed(state.velocity, decimals: 3),
      ], ending: scene.ending.word(terminated: Self.reached), onto: canvas)
  }

  private var unit: Double { geometry.scale }
  private var line: Double { max(1, (layout.board.width / 480).rounded()) }

  private func drawMountains(onto canvas: Canvas) {
    let board = layout.board
    canvas.drawStage(board, theme)
    canvas.onStage(board) {
      let road = stride(from: -1.31, through: 0.73, by: 0.01).map(geometry.road)
      let ground = road + [Point(board.right, board.bottom), Point(board.left, board.bottom)]
      let (peak, foot) = (
        theme.wall.mixed(with: theme.floor, theme.isDark ? 0.45 : 0.72),
        theme.wall.mixed(with: theme.floor, theme.isDark ? 0.75 : 0.9)
      )
      canvas.fill(
        .polygon(ground),
        Gradient(
          from: Point(board.left, board.top + 0.25 * unit),
          to: Point(board.left, board.bottom), colors: [peak, foot]))
      canvas.stroke(
        .polyline(road), theme.wallEdge, Stroke(width: max(2, 0.012 * unit), join: .round))
      // The wall at the left end of the road.
      let wall = geometry.road(MountainCarGeometry.road.lowerBound - 0.075)
      canvas.fill(
        Rect(x: board.x, y: board.y, width: wall.x - board.x, height: board.height), theme.wall)
      let font = Font.sans(max(9, (board.width / 46).rounded()))
      for mark in [-1.0, -0.5, 0, 0.5] {
        let place = geometry.road(mark)
        canvas.fill(
          Rect(x: place.x.rounded(), y: place.y + 0.02 * unit, width: line, height: 0.03 * unit),
          theme.wallEdge)
        guard board.isLettered else { continue }
        canvas.text(
          NumberText.trimmed(mark, decimals: 1), at: Point(place.x, place.y + 0.065 * unit), font,
          theme.mutedText, align: .center, anchor: .top)
      }
      let height = 0.17 * unit
      // A flag's pole is a little to the left of its middle.
      canvas.drawFlag(
        at: geometry.road(goal).moved(0.46 * 0.58 * height, -height / 2), height: height,
        theme.goal, ink: theme.text)
    }
    canvas.stroke(
      .rounded(board.inset(by: 0.5), radius: max(2, board.width / 60)), theme.axis, width: 1)
  }

  private func drawCar(_ scene: RecordedScene<MountainCarState>, onto canvas: Canvas) {
    let position = scene.state.position
    func place(_ ahead: Double, _ above: Double) -> Point {
      geometry.place(ahead, above, from: position)
    }
    let dark = theme.agent.mixed(with: theme.text, 0.45)
    let rim = Stroke(width: max(2, 0.02 * unit), join: .round)
    let body = [(-0.066, 0.03), (0.066, 0.03), (0.066, 0.056), (-0.066, 0.056)].map(place)
    let cabin = [(-0.046, 0.056), (0.042, 0.056), (0.02, 0.092), (-0.032, 0.092)].map(place)
    for shape in [cabin, body] {
      canvas.stroke(.polygon(shape), theme.floor, Stroke(width: rim.width + 2 * line, join: .round))
    }
    for shape in [cabin, body] {
      canvas.stroke(.polygon(shape), theme.agent, rim)
      canvas.fill(.polygon(shape), theme.agent)
    }
    canvas.fill(
      .polygon([(-0.03, 0.06), (0.028, 0.06), (0.014, 0.086), (-0.025, 0.086)].map(place)),
      theme.agent.mixed(with: theme.floor, 0.75))
    for ahead in [-0.04, 0.04] {
      let wheel = place(ahead, 0.024)
      canvas.fill(.circle(wheel, radius: 0.028 * unit), theme.floor)
      canvas.fill(.circle(wheel, radius: 0.024 * unit), dark)
      canvas.fill(.circle(wheel, radius: 0.009 * unit), theme.floor)
    }
    let push = world.push(scene.action, of: 3)
    guard abs(push) > 0.02 else { return }
    let side = push > 0 ? 1.0 : -1
    canvas.fill(
      .arrow(
        from: place(side * 0.03, 0.135), to: place(side * (0.06 + 0.12 * abs(push)), 0.135),
        thickness: 0.018 * unit), theme.secondAccent)
  }
}

import Analysis
import Glibc
package import Raster
import Rollouts
package import Worlds

/// Draws a pendulum that a motor has to swing up and hold, and the motor's torque.
package struct PendulumPainter: Painter {
  private let world: RecordedWorld
  private let theme: Theme
  private let layout: GridLayout
  private let geometry: PendulumGeometry
  private let strip: RecordedStrip
  private let way: [Color]
  /// Everything that does not move.
  package let background: Canvas

  /// The greatest torque.
  private static let torque = 2.0

  /// A painter of a pendulum's scenes.
  package init(
    _ world: RecordedWorld, facts: CaptionFacts, options: PictureOptions = PictureOptions()
  ) throws(CanvasError) {
    self.world = world
    theme = options.theme
    layout = GridLayout(rows: 1, columns: 1, options: options)
    geometry = PendulumGeometry(
      pivot: layout.board.center, scale: layout.board.width / (2 * 1.45))
    background = try Canvas(
      width: layout.width, height: layout.height, background: theme.background)
    strip = RecordedStrip(
      in: layout.captionArea, of: world, facts, options,
      [.init(label: "angle", widest: "−000°"), .init(label: "velocity", widest: "−0.0")],
      measuring: background)
    way = theme.way(theme.secondAccent)
    drawDial(onto: background)
    options.drawTitle(in: layout.titleArea, onto: background)
    strip.drawStill(onto: background)
  }

  /// The theme's colours, and those of the bob's trail.
  package var declaredColors: [Color] { theme.worldColors + way }

  /// Draws a scene over the previous content of a canvas of this size.
  package func draw(_ scene: RecordedScene<PendulumState>, onto canvas: Canvas) {
    canvas.copy(background)
    let state = scene.state
    if state.isDrawable { canvas.onStage(layout.board) { drawRod(scene, onto: canvas) } }
    strip.draw(
      scene, [NumberText.degrees(state.angle), NumberText.fixed(state.velocity, decimals: 1)],
      ending: scene.ending.word(), onto: canvas)
  }

  private var unit: Double { geometry.scale }

  /// Draws marks every 30 degrees, and the upright direction.
  private func drawDial(onto canvas: Canvas) {
    canvas.drawStage(layout.board, theme)
    let line = max(1, (layout.board.width / 480).rounded())
    canvas.stroke(.circle(geometry.pivot, radius: 1.2 * unit), theme.floorLine, width: line)
    for mark in 0..<12 {
      let angle = Double(mark) * .pi / 6
      let isLong = mark.isMultiple(of: 3)
      canvas.stroke(
        .line(geometry.place(angle, isLong ? 1.14 : 1.17), geometry.place(angle, 1.23)),
        mark == 0 ? theme.goal : theme.axis, width: isLong ? 2 * line : line)
    }
    guard layout.board.isLettered else { return }
    let font = Font.sans(max(9, (layout.board.width / 44).rounded()))
    for (mark, text) in [(0, "0°"), (3, "90°"), (6, "180°"), (9, "−90°")] {
      let place = geometry.place(Double(mark) * .pi / 2 / 3, 1.33)
      canvas.text(
        text, at: place, font, mark == 0 ? theme.goal : theme.mutedText, align: .center,
        anchor: .middle)
    }
  }

  private func drawRod(_ scene: RecordedScene<PendulumState>, onto canvas: Canvas) {
    let places = scene.details.filter(\.isDrawable).map(geometry.end)
    canvas.drawWay(places, way, width: max(1.5, 0.05 * unit), isSmooth: true)
    let (pivot, end) = (geometry.pivot, geometry.end(scene.state))
    let push = world.push(scene.action, of: 3, greatest: Self.torque)
    let angle = scene.state.angle + .pi / 2
    canvas.drawLink(pivot, end, width: 0.14 * unit, theme.agent, rim: theme.floor)
    canvas.drawTorque(
      push, at: pivot, from: angle + (push > 0 ? 0.3 : -0.3), radius: 0.38 * unit,
      width: max(2, 0.055 * unit), push > 0 ? theme.secondAccent : theme.series[2])
    canvas.fill(.circle(end, radius: 0.125 * unit), theme.floor)
    canvas.fill(.circle(end, radius: 0.11 * unit), theme.secondAccent)
    canvas.drawJoint(pivot, radius: 0.1 * unit, theme.wall, rim: theme.floor)
  }
}

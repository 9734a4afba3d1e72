import Glibc
import Raster
import Rollouts
import Worlds

extension GridPainter {
  /// The way that the agent came, fading with age.
  func drawTrail(_ scene: GridScene, onto canvas: Canvas) {
    guard scene.trail.count > 1 else { return }
    let thickness = max(1.5, layout.cell * 0.10)
    // The newest lies on top; an arrow stands in its place where the agent slipped.
    let slipped = scene.last.map { $0.slipped && $0.from != scene.state } ?? false
    let newest = slipped && layout.cell >= 16 ? 1 : 0
    for age in (newest..<max(newest, scene.trail.count - 1)).reversed() {
      let (to, from) = (scene.trail[age], scene.trail[age + 1])
      canvas.stroke(
        .line(center(of: from), center(of: to)), trailColors[age],
        Stroke(width: thickness, cap: .round))
    }
  }

  /// Where the agent slipped: what it meant to do as an outline, what happened as a solid arrow.
  func drawSlip(_ scene: GridScene, onto canvas: Canvas) {
    guard let move = scene.last, move.slipped, layout.cell >= 16 else { return }
    let side = layout.cell
    let from = center(of: move.from)
    let stays = move.from == scene.state
    func arrow(_ action: ActionMeaning, from start: Double, to end: Double) -> Shape {
      let (dx, dy) = (Double(action.dx) * side, Double(action.dy) * side)
      return .arrow(
        from: from.moved(dx * start, dy * start), to: from.moved(dx * end, dy * end),
        thickness: side * 0.09)
    }
    let ground = map.kind == .lake ? theme.ice : theme.floor
    let meant = arrow(actions[move.action], from: stays ? 0.36 : 0.14, to: stays ? 0.86 : 0.72)
    canvas.fill(meant, ground)
    canvas.stroke(
      meant, theme.mutedText, Stroke(width: max(1, side * 0.02), dashes: side < 40 ? [] : [4, 2.5]))
    guard !stays else { return }
    canvas.fill(arrow(actions[move.executed], from: 0, to: 0.66), theme.secondAccent)
  }

  /// The one who moves, looking where it went, pressed against what stopped it.
  func drawAgent(_ scene: GridScene, onto canvas: Canvas) {
    let place = center(of: scene.state)
    let side = layout.cell
    guard side >= GridBoard.leastDetailed else {
      let radius = max(3.5, side * 0.42)
      canvas.fill(.circle(place, radius: radius + 1), theme.agentRim)
      canvas.fill(.circle(place, radius: radius), theme.agent)
      return
    }
    let (row, column) = map.position(of: scene.state)
    let direction = scene.last.map { actions[$0.executed] }
    let (dx, dy) = (Double(direction?.dx ?? 0), Double(direction?.dy ?? 0))
    let isGoal = map.cell(of: scene.state) == .goal
    let isHole = map.cell(of: scene.state) == .hole
    let bumped = scene.last.map { $0.from == scene.state && (dx != 0 || dy != 0) } ?? false
    let agent = AgentFigure(
      radius: side * 0.29, theme: theme, dx: dx, dy: dy,
      mood: isGoal ? .glad : isHole ? .sunk : bumped ? .dazed : .calm)
    if bumped { drawImpact(place, dx, dy, onto: canvas) }
    if isGoal {
      // The flag is taken up: its place below the agent is empty.
      GridMarks(theme: theme, isDetailed: true).drawGoalTile(
        in: layout.rect(row: row, column: column), onto: canvas)
    }
    let push = bumped ? side * 0.14 : 0
    agent.draw(at: place.moved(dx * push, dy * push), onto: canvas)
    if isGoal {
      canvas.drawFlag(at: place.moved(side * 0.26, -side * 0.12), height: side * 0.44, theme)
    }
  }

  /// Short strokes that fly off where the agent hit a wall.
  private func drawImpact(_ place: Point, _ dx: Double, _ dy: Double, onto canvas: Canvas) {
    let side = layout.cell
    let contact = place.moved(dx * side * 0.42, dy * side * 0.42)
    for sign in [-1.0, 1.0] {
      for (along, across, reach) in [(0.02, 0.22, 0.16), (-0.10, 0.25, 0.13)] {
        let start = contact.moved(
          dx * side * along - dy * sign * side * across,
          dy * side * along + dx * sign * side * across)
        let spread = along < 0 ? 0.75 : 0.25
        let end = start.moved(
          (-dx * spread - dy * sign) * side * reach * 0.8,
          (-dy * spread + dx * sign) * side * reach * 0.8)
        canvas.stroke(
          .line(start, end), theme.secondAccent, Stroke(width: max(1.2, side * 0.04), cap: .round))
      }
    }
  }
}

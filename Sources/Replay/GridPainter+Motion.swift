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
    // Steps of one colour are one line: where lines overlap, their soft edges would add up.
    var end = scene.trail.count - 1
    while end > newest {
      let color = trailColors[end - 1]
      var start = end - 1
      while start > newest, trailColors[start - 1] == color { start -= 1 }
      canvas.stroke(
        .polyline((start...end).map { center(of: scene.trail[$0]) }), color,
        Stroke(width: thickness, cap: .round))
      end = start
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
    let direction = scene.last.map { actions[$0.executed] }
    var pose = AgentPose(dx: direction?.dx ?? 0, dy: direction?.dy ?? 0)
    switch map.cell(of: scene.state) {
    case .goal:
      pose.mood = .glad
      // The flag is taken up: its place below the agent is empty.
      let (row, column) = map.position(of: scene.state)
      GridMarks(theme: theme, isDetailed: true).drawGoalTile(
        in: layout.rect(row: row, column: column), onto: canvas)
    case .hole: pose.mood = .sunk
    case .floor, .wall, .exit:
      let moves = pose.dx != 0 || pose.dy != 0
      if moves, scene.last?.from == scene.state { pose.mood = .dazed }
    }
    sprites.draw(pose, at: place, onto: canvas)
  }
}

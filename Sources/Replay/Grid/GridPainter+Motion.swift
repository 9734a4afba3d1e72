import Analysis
import Glibc
import Raster
import Rollouts
import Worlds

extension GridPainter {
  /// Draws the agent's trail, fading with age.
  func drawTrail(_ scene: GridScene, onto canvas: Canvas) {
    let trail = scene.details.trail
    guard trail.count > 1 else { return }
    // The newest piece is on top; if the agent slipped, an arrow replaces it.
    let newest = newestOfTrail(scene)
    // Steps of one colour are one line: if lines overlapped, their soft edges would add up.
    var end = trail.count - 1
    while end > newest {
      let color = trailColors[end - 1]
      var start = end - 1
      while start > newest, trailColors[start - 1] == color { start -= 1 }
      canvas.stroke(
        .polyline((start...end).map { center(of: trail[$0]) }), color, trailStroke)
      end = start
    }
  }

  /// How a piece of the trail is drawn.
  var trailStroke: Stroke { Stroke(width: max(1.5, layout.cell * 0.10), cap: .round) }

  /// The age of the newest visible piece of the trail.
  func newestOfTrail(_ scene: GridScene) -> Int {
    let slipped = scene.slip != nil && scene.previous != scene.state
    return slipped && layout.cell >= 16 ? 1 : 0
  }

  /// Draws a slip: the intended move as an outline, the executed one as a solid arrow.
  func drawSlip(_ scene: GridScene, onto canvas: Canvas) {
    guard let executed = scene.slip, let action = scene.action, let previous = scene.previous,
      layout.cell >= 16
    else { return }
    let side = layout.cell
    let from = center(of: previous)
    let stays = previous == scene.state
    func arrow(_ action: ActionMeaning, from start: Double, to end: Double) -> Shape {
      let (dx, dy) = (Double(action.dx) * side, Double(action.dy) * side)
      return .arrow(
        from: from.moved(dx * start, dy * start), to: from.moved(dx * end, dy * end),
        thickness: side * 0.09)
    }
    let ground = map.kind == .lake ? theme.ice : theme.floor
    let end = slipReach(scene)
    let meant = arrow(actions[action], from: min(stays ? 0.36 : 0.14, end - 0.25), to: end)
    canvas.fill(meant, ground)
    canvas.stroke(
      meant, theme.mutedText, Stroke(width: max(1, side * 0.02), dashes: side < 40 ? [] : [4, 2.5]))
    guard !stays else { return }
    canvas.fill(arrow(actions[executed], from: 0, to: 0.66), theme.secondAccent)
  }

  /// The length of the arrow for the intended move after a slip, in cells: it must not leave
  /// the picture, nor cover text.
  func slipReach(_ scene: GridScene) -> Double {
    guard let action = scene.action, let previous = scene.previous else { return 0 }
    let (place, room) = (center(of: previous), layout.board.inset(by: -layout.margin * 0.6))
    let length =
      switch (actions[action].dx, actions[action].dy) {
      case (1, _): room.right - place.x
      case (-1, _): place.x - room.left
      case (_, 1): room.bottom - place.y
      default: place.y - room.top
      }
    return min(previous == scene.state ? 0.86 : 0.72, length / layout.cell)
  }

  /// Draws the agent, looking in its direction, pressed against what stopped it.
  func drawAgent(_ scene: GridScene, onto canvas: Canvas) {
    let place = center(of: scene.state)
    let side = layout.cell
    guard side >= GridBoard.leastDetailed else {
      let radius = max(3.5, side * 0.42)
      canvas.fill(.circle(place, radius: radius + 1), theme.agentRim)
      canvas.fill(.circle(place, radius: radius), theme.agent)
      return
    }
    let direction = scene.details.executed.map { actions[$0] }
    var pose = AgentPose(dx: direction?.dx ?? 0, dy: direction?.dy ?? 0)
    switch map.cell(of: scene.state) {
    case .goal:
      pose.mood = .glad
      // The flag is taken: its place below the agent is empty.
      let (row, column) = map.position(of: scene.state)
      GridMarks(theme: theme, isDetailed: true).drawGoalTile(
        in: layout.rect(row: row, column: column), onto: canvas)
    case .hole: pose.mood = .sunk
    case .floor, .wall, .exit:
      let moves = pose.dx != 0 || pose.dy != 0
      if moves, scene.previous == scene.state { pose.mood = .dazed }
    }
    sprites.draw(pose, at: place, onto: canvas)
  }
}

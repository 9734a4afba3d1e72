import Analysis
import Glibc
package import Raster
import Rollouts
package import Worlds

/// A state of Gymnasium's CliffWalking.
package struct CliffWalkingState: NamedState {
  package static let names = ["row", "column"]
  package let numbers: [Double]
  package init(numbers: [Double]) { self.numbers = numbers }

  /// The sides of the board in cells; the cliff is between its lower corners, start and goal.
  static let (rows, columns) = (4, 12)

  package var isDrawable: Bool {
    (0..<Double(Self.rows)).contains(numbers[0]) && (0..<Double(Self.columns)).contains(numbers[1])
  }

  /// The row from the top, and the column; only valid for a state that can be drawn.
  var row: Int { Int(numbers[0]) }
  var column: Int { Int(numbers[1]) }
  /// Whether the episode ends here.
  var isGoal: Bool { row == Self.rows - 1 && column == Self.columns - 1 }

  /// The direction of an action: up, right, down, left.
  static func way(of action: Int?) -> (dx: Int, dy: Int)? {
    let ways = [(0, -1), (1, 0), (0, 1), (-1, 0)]
    return action.flatMap { ways.indices.contains($0) ? ways[$0] : nil }
  }
}

/// Draws a path along an abyss, and the walker on it.
package struct CliffWalkingPainter: Painter {
  private let theme: Theme
  private let layout: GridLayout
  private let strip: RecordedStrip
  private let sprites: AgentSprites
  private let way: [Color]
  /// Everything that does not move.
  package let background: Canvas

  /// The reward of a fall.
  private static let fall = -100.0
  private static let reached = EndingWord("goal reached", .good)

  /// A painter of a walker's scenes.
  package init(
    _ world: RecordedWorld, facts: CaptionFacts, options: PictureOptions = PictureOptions()
  ) throws(CanvasError) {
    theme = options.theme
    layout = GridLayout(
      rows: CliffWalkingState.rows, columns: CliffWalkingState.columns, options: options)
    sprites = AgentSprites(cell: layout.cell, theme: theme)
    way = theme.way(theme.agent)
    background = try Canvas(
      width: layout.width, height: layout.height, background: theme.background)
    strip = RecordedStrip(
      in: layout.captionArea, of: world, facts, options, decimals: 0, endings: [Self.reached],
      measuring: background)
    CliffBoard(layout: layout, theme: theme).draw(onto: background)
    options.drawTitle(in: layout.titleArea, onto: background)
    strip.drawStill(onto: background)
  }

  /// The theme's colours, and those of the trail.
  package var declaredColors: [Color] { theme.worldColors + way }

  /// Draws a scene over the previous content of a canvas of this size.
  package func draw(_ scene: RecordedScene<CliffWalkingState>, onto canvas: Canvas) {
    canvas.copy(background)
    if scene.state.isDrawable { drawWalker(scene, onto: canvas) }
    strip.draw(scene, ending: scene.ending.word(terminated: Self.reached), onto: canvas)
  }

  private func center(of state: CliffWalkingState) -> Point {
    layout.center(row: state.row, column: state.column)
  }

  private func drawWalker(_ scene: RecordedScene<CliffWalkingState>, onto canvas: Canvas) {
    let state = scene.state
    // After a fall the walker is back at the start, with no trail leading there.
    let falls = scene.reward == Self.fall
    let steps = scene.details.dropFirst(falls ? 1 : 0).prefix { $0.isDrawable }
    let walked = zip(steps, steps.dropFirst()).prefix {
      abs($0.row - $1.row) + abs($0.column - $1.column) <= 1
    }
    let places = steps.prefix(1).map(center) + walked.map { center(of: $1) }
    canvas.drawWay(places, way, width: max(1.5, layout.cell * 0.1))
    if let previous = scene.previous, previous.isDrawable, falls {
      drawFall(from: previous, scene, onto: canvas)
    }
    let way = CliffWalkingState.way(of: scene.choice) ?? (0, 0)
    var pose = AgentPose(dx: way.dx, dy: way.dy)
    if state.isGoal {
      pose.mood = .glad
      GridMarks(theme: theme, isDetailed: layout.cell >= GridBoard.leastDetailed).drawGoalTile(
        in: layout.rect(row: state.row, column: state.column), onto: canvas)
    } else if falls {
      (pose.dx, pose.dy) = (0, 0)
    } else if scene.previous == state, pose.dx != 0 || pose.dy != 0 {
      pose.mood = .dazed
    }
    guard layout.cell >= GridBoard.leastDetailed else {
      let radius = max(3.5, layout.cell * 0.42)
      canvas.fill(.circle(center(of: state), radius: radius + 1), theme.agentRim)
      return canvas.fill(.circle(center(of: state), radius: radius), theme.agent)
    }
    sprites.draw(pose, at: center(of: state), onto: canvas)
  }

  /// An arrow over the edge, and a splinter where it ends.
  private func drawFall(
    from previous: CliffWalkingState, _ scene: RecordedScene<CliffWalkingState>,
    onto canvas: Canvas
  ) {
    let side = layout.cell
    let from = center(of: previous)
    let way = CliffWalkingState.way(of: scene.choice) ?? (0, 1)
    let place = from.moved(Double(way.dx) * side, Double(way.dy) * side)
    canvas.fill(
      .arrow(from: from, to: from.toward(place, 0.78), thickness: max(2, side * 0.1)),
      theme.negative)
    canvas.fill(
      .star(from.toward(place, 1.05), radius: side * 0.2, points: 8, inner: 0.5), theme.negative)
  }
}

import Analysis
package import Raster
import Rollouts
package import Worlds

/// Draws mazes, lakes and CS188 grids: a board that is drawn once, and what moves on it.
package struct GridPainter: Painter {
  let map: GridMap
  let layout: GridLayout
  let theme: Theme
  let actions: [ActionMeaning]
  let strip: CaptionStrip?
  /// Everything that does not move.
  package let background: Canvas
  let sprites: AgentSprites
  /// The trail's colours, the newest first.
  let trailColors: [Color]

  /// A painter of a world's scenes.
  package init(
    _ world: GridWorld, facts: CaptionFacts, options: PictureOptions = PictureOptions()
  ) throws(CanvasError) {
    map = world.map
    theme = options.theme
    actions = map.kind.actions
    layout = GridLayout(rows: map.rows, columns: map.columns, options: options)
    background = try Canvas(
      width: layout.width, height: layout.height, background: theme.background)
    strip =
      options.showsCaption
      ? CaptionStrip(
        in: layout.captionArea, size: options.evenSize, facts: facts, theme: theme,
        vocabulary: CaptionStrip.Vocabulary(
          actions: actions.map(Caption.name), canSlip: world.rules.noise > 0,
          endings: Caption.endings(on: map)),
        measuring: background)
      : nil
    sprites = AgentSprites(cell: layout.cell, theme: theme)
    let ground = map.kind == .lake ? theme.ice : theme.floor
    let newest = theme.trail.mixed(with: theme.agent, 0.35)
    // Steps of three, so that a film's palette has space for them.
    trailColors = (0..<GridDetails.trailLength).map { age in
      newest.mixed(with: ground, Double(age / 3) / Double(GridDetails.trailLength / 3) * 0.95)
    }
    GridBoard(map: map, layout: layout, theme: theme).draw(onto: background)
    options.drawTitle(in: layout.titleArea, onto: background)
    strip?.drawStill(onto: background)
  }

  /// The trail's colours and the theme's.
  package var declaredColors: [Color] { trailColors + theme.worldColors }

  /// Draws a scene over the previous content of a canvas of this size.
  package func draw(_ scene: GridScene, onto canvas: Canvas) {
    canvas.copy(background)
    drawTrail(scene, onto: canvas)
    drawSlip(scene, onto: canvas)
    drawAgent(scene, onto: canvas)
    strip?.draw(Caption(scene, on: map), onto: canvas)
  }

  /// The place of a pixel, in cells from the left and from the top.
  package func place(at point: Point, in scene: GridScene) -> SIMD2<Double>? {
    layout.place(at: point)
  }

  /// The middle of a state's cell.
  func center(of state: Int) -> Point {
    let (row, column) = map.position(of: state)
    return layout.center(row: row, column: column)
  }
}

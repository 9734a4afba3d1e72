import Glibc
package import Raster
import Rollouts
package import Worlds

/// Draws Snake: a chequered board that is drawn once, a snake without corners, and an apple.
package struct SnakePainter: Painter {
  let theme: Theme
  let layout: GridLayout
  /// The run's name for its world.
  let world: String
  /// Everything that does not move.
  package let background: Canvas
  private let strip: FactStrip?

  /// A painter of Snake's scenes.
  package init(
    _ world: Snake, facts: CaptionFacts, options: PictureOptions = PictureOptions()
  ) throws(CanvasError) {
    self.world = facts.world
    theme = options.theme
    layout = GridLayout(rows: Snake.rows, columns: Snake.columns, options: options)
    background = try Canvas(
      width: layout.width, height: layout.height, background: theme.background)
    strip = FactStrip(
      in: layout.captionArea, options, columns: Self.columns(facts), endings: ["hit the wall"],
      measuring: background)
    drawBoard()
    options.drawTitle(in: layout.titleArea, onto: background)
    strip?.drawStill(onto: background)
  }

  /// The snake's and the apple's colours, and a few of the theme's.
  package var declaredColors: [Color] {
    let colors = SnakeColors(theme)
    return [
      theme.background, colors.even, colors.odd, colors.body, colors.rim, colors.back,
      colors.apple, colors.dead, colors.deadRim, theme.text, theme.mutedText,
    ]
  }

  /// Draws a scene over the previous content of a canvas of this size.
  package func draw(_ scene: SnakeScene, onto canvas: Canvas) {
    canvas.copy(background)
    if let food = scene.state.foodCell { drawApple(in: food, onto: canvas) }
    SnakeFigure(scene, layout: layout, theme: theme).draw(onto: canvas)
    let ending = scene.ending.word(terminated: Self.word(for: scene.state.end))
    strip?.draw(facts(of: scene), ending: ending, onto: canvas)
  }

  /// The place of a pixel, in cells from the left and from the top.
  package func place(at point: Point, in scene: SnakeScene) -> SIMD2<Double>? {
    layout.place(at: point)
  }

  /// The middle of a cell on the picture.
  package func center(of cell: SnakeCell) -> Point {
    layout.center(row: cell.y, column: cell.x)
  }

  private func drawBoard() {
    let colors = SnakeColors(theme)
    background.fill(layout.board, colors.even)
    for row in 0..<Snake.rows {
      for column in 0..<Snake.columns where (row + column).isMultiple(of: 2) {
        background.fill(layout.rect(row: row, column: column), colors.odd)
      }
    }
    background.stroke(.rect(layout.board.inset(by: -0.5)), theme.axis, width: 1)
  }

  /// Draws two lobes, a stem and a leaf; a small apple is a disc.
  private func drawApple(in cell: SnakeCell, onto canvas: Canvas) {
    let colors = SnakeColors(theme)
    let side = layout.cell
    let center = layout.center(row: cell.y, column: cell.x).moved(0, side * 0.06)
    guard side >= 8 else {
      canvas.fill(.circle(center, radius: max(1.5, side * 0.42)), colors.apple)
      return
    }
    // One outline, so that there is no seam between the lobes: a circle with a dip at the top and bottom.
    let outline = (0..<40).map { step -> Point in
      let angle = Double(step) / 40 * 2 * .pi
      let dip = pow(max(0, -sin(angle)), 10) * 0.24 + pow(max(0, sin(angle)), 14) * 0.1
      let radius = side * (0.37 - dip * 0.4)
      return center.moved(cos(angle) * radius * 1.06, sin(angle) * radius)
    }
    canvas.fill(.polygon(outline), colors.apple)
    canvas.stroke(
      .line(center.moved(0, -side * 0.24), center.moved(side * 0.05, -side * 0.46)), colors.stem,
      Stroke(width: max(1, side * 0.08), cap: .round))
    let leaf = (0...12).map { step -> Point in
      let share = Double(step) / 6
      let along = share <= 1 ? share : 2 - share
      let across = sin(along * .pi) * 0.1 * (share <= 1 ? 1 : -1)
      let (x, y) = (0.05 + along * 0.26 + across * 0.5, -0.38 - along * 0.12 + across)
      return center.moved(x * side, y * side)
    }
    canvas.fill(.polygon(leaf), colors.leaf)
    guard side >= 16 else { return }
    canvas.fill(
      .circle(center.moved(-side * 0.15, -side * 0.12), radius: side * 0.065), colors.shine)
  }
}

/// The colours of Snake in a theme.
struct SnakeColors {
  let even: Color
  let odd: Color
  let body: Color
  let rim: Color
  let back: Color
  let dead: Color
  let deadRim: Color
  let deadBack: Color
  let apple: Color
  let leaf: Color
  let stem: Color
  let shine: Color
  let eye = Color(0xFFFFFF)
  let pupil = Color(0x1D2330)

  init(_ theme: Theme) {
    even = theme.floor
    odd = theme.floor.mixed(with: theme.floorLine, 0.5)
    body = theme.positive
    rim = theme.positive.mixed(with: Color(0x10222A), 0.4)
    back = theme.positive.mixed(with: Color(0xFFFFFF), 0.28)
    dead = theme.mutedText.mixed(with: theme.floor, 0.25)
    deadRim = theme.mutedText.mixed(with: Color(0x10222A), 0.35)
    deadBack = theme.mutedText.mixed(with: theme.floor, 0.45)
    apple = theme.negative
    leaf = theme.positive
    stem = theme.mutedText
    shine = theme.negative.mixed(with: Color(0xFFFFFF), 0.6)
  }
}

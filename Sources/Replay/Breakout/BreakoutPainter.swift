package import Raster
import Rollouts
package import Worlds

extension PictureOptions.Look {
  /// The drawn look.
  package static let arcade = Self(rawValue: "arcade")
  /// The text itself, as on a terminal.
  package static let ascii = Self(rawValue: "ascii")
}

/// Draws Breakout, as its text or as the arcade game that the text represents.
package struct BreakoutPainter: Painter {
  /// How the field is drawn.
  private enum Field {
    case arcade(BreakoutArcade)
    case terminal(BreakoutTerminal)
  }

  let world: Breakout
  let facts: CaptionFacts
  private let theme: Theme
  private let layout: BreakoutLayout
  private let field: Field
  /// Everything that does not move.
  package let background: Canvas
  private let strip: FactStrip?

  /// A painter of Breakout's scenes; above scenes with an overlay is a legend of its colours.
  package init(
    _ world: Breakout, facts: CaptionFacts, options: PictureOptions = PictureOptions(),
    hasOverlay: Bool = false
  ) throws(CanvasError) {
    self.world = world
    self.facts = facts
    theme = options.theme
    layout = BreakoutLayout(world.board, options: options, hasScale: hasOverlay)
    background = try Canvas(
      width: layout.width, height: layout.height, background: theme.background)
    if options.look == .ascii {
      let terminal = try BreakoutTerminal(world, layout: layout, theme: theme)
      terminal.drawScreen(onto: background)
      field = .terminal(terminal)
    } else {
      let arcade = try BreakoutArcade(world, layout: layout, theme: theme)
      arcade.drawField(onto: background)
      field = .arcade(arcade)
    }
    strip = FactStrip(
      in: layout.captionArea, options, columns: Self.columns(facts, world),
      endings: ["game over"], measuring: background)
    options.drawTitle(in: layout.titleArea, onto: background)
    strip?.drawStill(onto: background)
    drawScale()
  }

  /// Draws the legend of an overlay's colours.
  private func drawScale() {
    let (colors, ground) =
      switch field {
      case .arcade(let arcade): (arcade.heatColors, arcade.colors.floor)
      case .terminal(let terminal): (terminal.heatColors, terminal.colors.screen)
      }
    let area = layout.scaleArea
    guard area.height > 0 else { return }
    let font = Font.sans((area.height * 0.62).rounded())
    background.drawScale(
      Array(colors.dropFirst()), of: "attention", from: "little", to: "most",
      endingAt: Point(area.right, (area.top + font.size).rounded()), font, theme, over: ground)
  }

  /// The look's colours, and a few of the theme's.
  package var declaredColors: [Color] {
    let own =
      switch field {
      case .arcade(let arcade): arcade.declaredColors
      case .terminal(let terminal): terminal.declaredColors
      }
    return [theme.background, theme.text, theme.mutedText] + own
  }

  /// Draws a scene over the previous content of a canvas of this size.
  package func draw(_ scene: BreakoutScene, onto canvas: Canvas) {
    canvas.copy(background)
    switch field {
    case .arcade(let arcade): arcade.draw(scene, onto: canvas)
    case .terminal(let terminal): terminal.draw(scene, onto: canvas)
    }
    strip?.draw(facts(of: scene), ending: Self.ending(of: scene), onto: canvas)
  }

  /// A pixel's place, in characters from the left and lines from the top.
  package func place(at point: Point, in scene: BreakoutScene) -> SIMD2<Double>? {
    SIMD2(
      (point.x - layout.board.left) / layout.cell, (point.y - layout.board.top) / (2 * layout.cell))
  }

  /// The middle of a character on the picture.
  package func center(row: Int, column: Int) -> Point {
    layout.center(row: row, column: column)
  }
}

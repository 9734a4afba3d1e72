import Raster
import Worlds

/// The original look: its characters, in a monospaced font, on a dark screen.
struct BreakoutTerminal {
  private let world: Breakout
  private let layout: BreakoutLayout
  let colors: BreakoutColors
  private let font: Font
  /// The whole screen, with every brick.
  private let full: Canvas
  let heatColors: [Color]

  private var board: BreakoutBoard { world.board }

  /// The width of a character of DejaVu Sans Mono and its extent, relative to the font size.
  private static let letter = (width: 0.60205, ascent: 0.928, descent: 0.236)

  init(_ world: Breakout, layout: BreakoutLayout, theme: Theme) throws(CanvasError) {
    self.world = world
    self.layout = layout
    colors = BreakoutColors(theme)
    // Letters of a whole size, each at its own place, are sharper than those that just fit.
    font = .mono(max(1, (layout.cell / Self.letter.width).rounded()))
    heatColors = BreakoutColors.heat(
      over: colors.screen, levels: BreakoutHeat.levels, isDark: true)
    full = try Canvas(width: layout.width, height: layout.height, background: theme.background)
    drawScreen(onto: full)
    for brick in 0..<board.brickCount {
      let place = board.place(ofBrick: brick)
      full.isolated {
        // What extends beyond a brick's own place would be copied with its neighbours.
        full.clip(
          to: .rect(
            layout.rect(
              row: place.row, column: place.column, count: BreakoutBoard.brickWidth)))
        write("|____|", row: place.row, column: place.column, colors.bricks, bold: true, onto: full)
      }
    }
  }

  /// The colours that every film of this look needs.
  var declaredColors: [Color] {
    [colors.screen, colors.border, colors.bricks, colors.bar, colors.letterO]
  }

  /// The screen and the border.
  func drawScreen(onto canvas: Canvas) {
    let shape = Shape.rounded(layout.frame, radius: max(2, layout.cell))
    canvas.fill(shape, colors.screen)
    canvas.stroke(
      .rounded(layout.frame.inset(by: 0.5), radius: max(2, layout.cell)), colors.screenEdge,
      width: 1)
    let line = String(repeating: "#", count: board.columns)
    for row in 0..<board.rows {
      if row == 0 || row == board.rows - 1 {
        write(line, row: row, column: 0, colors.border, onto: canvas)
      } else {
        write("#", row: row, column: 0, colors.border, onto: canvas)
        write("#", row: row, column: board.columns - 1, colors.border, onto: canvas)
      }
    }
  }

  /// Everything that moves, over a screen without bricks.
  func draw(_ scene: BreakoutScene, onto canvas: Canvas) {
    if let heat = BreakoutHeat(scene.details.heat, world: world) {
      return draw(scene, over: heat, onto: canvas)
    }
    let state = scene.state
    for brick in 0..<board.brickCount where state.isStanding(brick) {
      let place = board.place(ofBrick: brick)
      let rect = layout.rect(
        row: place.row, column: place.column, count: BreakoutBoard.brickWidth)
      canvas.copy(full, rect, to: rect.origin)
    }
    writePaddle(state, onto: canvas)
    // What is below the ball is hidden: a character shows one letter.
    canvas.fill(layout.rect(row: Int(state.y), column: Int(state.x)), colors.screen)
    write("O", row: Int(state.y), column: Int(state.x), colors.letterO, bold: true, onto: canvas)
  }

  private func writePaddle(_ state: BreakoutState, onto canvas: Canvas) {
    write(
      String(repeating: "=", count: board.paddleWidth), row: board.paddleRow,
      column: Int(state.paddle), colors.bar, onto: canvas)
  }

  /// Draws all letters over warm ground, dark ones where it is bright.
  private func draw(_ scene: BreakoutScene, over heat: BreakoutHeat, onto canvas: Canvas) {
    canvas.fill(layout.board, colors.screen)
    heat.draw(heatColors, in: layout, onto: canvas)
    let kinds: [(letters: Set<Character>, color: Color, bold: Bool)] = [
      (["#"], colors.border, false), (["|", "_"], colors.bricks, true),
      (["="], colors.bar, false), (["O"], colors.letterO, true),
    ]
    for (row, line) in world.text(scene.state).split(separator: "\n").enumerated() {
      for (letters, color, bold) in kinds where line.contains(where: letters.contains) {
        for isBright in [false, true] {
          var any = false
          let part = line.enumerated().map { column, letter -> Character in
            let level = heat.level(row: row, column: column)
            guard letters.contains(letter), (level > BreakoutHeat.levels / 2) == isBright else {
              return " "
            }
            any = true
            return letter
          }
          if any {
            write(
              String(part), row: row, column: 0, isBright ? colors.onHeat : color,
              bold: bold, onto: canvas)
          }
        }
      }
    }
  }

  /// Writes letter by letter, each centred in its place; spaces leave what is there.
  private func write(
    _ text: String, row: Int, column: Int, _ color: Color, bold: Bool = false, onto canvas: Canvas
  ) {
    let (ascent, descent) = (Self.letter.ascent * font.size, Self.letter.descent * font.size)
    let margin = (layout.cell - Self.letter.width * font.size) / 2
    let weighted = bold ? Font.mono(font.size, .bold) : font
    for (index, letter) in text.enumerated() where letter != " " {
      let rect = layout.rect(row: row, column: column + index)
      // Rounded down, because underscores are at the very bottom.
      let baseline = rect.y + ((2 * layout.cell - ascent - descent) / 2 + ascent).rounded(.down)
      canvas.text(String(letter), at: Point(rect.x + margin, baseline), weighted, color)
    }
  }
}

import Analysis
import Glibc
package import Raster
import Rollouts
package import Worlds

/// Draws a small town from above: its walls, the taxi, the passenger, and the destination.
package struct TaxiPainter: Painter {
  let theme: Theme
  let layout: GridLayout
  private let strip: RecordedStrip
  private let way: [Color]
  /// Everything that does not move.
  package let background: Canvas

  private static let delivered = EndingWord("delivered", .good)

  /// A painter of a taxi's scenes.
  package init(
    _ world: RecordedWorld, facts: CaptionFacts, options: PictureOptions = PictureOptions()
  ) throws(CanvasError) {
    theme = options.theme
    layout = GridLayout(rows: TaxiState.side, columns: TaxiState.side, options: options)
    background = try Canvas(
      width: layout.width, height: layout.height, background: theme.background)
    strip = RecordedStrip(
      in: layout.captionArea, of: world, facts, options,
      [.init(label: "passenger", widest: "in the taxi")], decimals: 0, endings: [Self.delivered],
      measuring: background)
    way = theme.way(Self.yellow(theme))
    drawTown(onto: background)
    options.drawTitle(in: layout.titleArea, onto: background)
    strip.drawStill(onto: background)
  }

  /// The theme's colours, and those of taxi and places.
  package var declaredColors: [Color] {
    theme.worldColors + way + TaxiState.places.indices.map(color)
  }

  /// Draws a scene over the previous content of a canvas of this size.
  package func draw(_ scene: RecordedScene<TaxiState>, onto canvas: Canvas) {
    canvas.copy(background)
    let state = scene.state
    var passenger = "–"
    if state.isDrawable {
      let places = scene.details.filter(\.isDrawable).map {
        layout.center(row: $0.row, column: $0.column)
      }
      canvas.drawWay(places, way, width: max(2, side * 0.07))
      drawWalls(onto: canvas)
      drawDestination(state, onto: canvas)
      if !state.isCarrying {
        let isHome = state.passenger == state.destination
        drawPassenger(
          at: waiting(state.passenger), size: side * 0.34, isGlad: isHome, onto: canvas)
      }
      drawTaxi(scene, onto: canvas)
      passenger =
        state.isCarrying
        ? "in the taxi"
        : "at \(TaxiState.places[state.passenger].letter)"
    }
    strip.draw(
      scene, [passenger], ending: scene.ending.word(terminated: Self.delivered), onto: canvas)
  }

  var side: Double { layout.cell }

  /// A place's colour.
  func color(of place: Int) -> Color {
    switch place {
    case 0: theme.negative
    case 1: theme.positive
    case 2: theme.color(light: 0xC79A1B, dark: 0xE5C04F)
    default: theme.accent
    }
  }

  /// The taxi's colour.
  static func yellow(_ theme: Theme) -> Color { theme.color(light: 0xF3B72E, dark: 0xF0B840) }

  private func cell(of place: Int) -> Rect {
    let place = TaxiState.places[place]
    return layout.rect(row: place.row, column: place.column)
  }

  /// Where the passenger waits: in a corner of the cell, so that the taxi has space.
  private func waiting(_ place: Int) -> Point {
    let cell = cell(of: place)
    return Point(cell.left + side * 0.22, cell.bottom - side * 0.3)
  }

  private func drawTown(onto canvas: Canvas) {
    let board = layout.board
    canvas.fill(board, theme.floor)
    for line in 1..<TaxiState.side {
      let corner = layout.rect(row: line, column: line)
      canvas.fill(Rect(x: corner.x, y: board.y, width: 1, height: board.height), theme.floorLine)
      canvas.fill(Rect(x: board.x, y: corner.y, width: board.width, height: 1), theme.floorLine)
    }
    for place in TaxiState.places.indices {
      let tile = cell(of: place).inset(by: (side * 0.06).rounded())
      canvas.fill(
        .rounded(tile, radius: side * 0.1), color(of: place).mixed(with: theme.floor, 0.8))
      canvas.text(
        TaxiState.places[place].letter,
        at: Point(tile.right - side * 0.12, tile.top + side * 0.1), .sans(side * 0.2, .bold),
        color(of: place), align: .right, anchor: .top)
    }
    drawWalls(onto: canvas)
    let rim = max(2, min(6, (side * 0.05).rounded()))
    canvas.stroke(
      .rounded(board.inset(by: -rim / 2), radius: rim), theme.wall, width: rim)
  }

  private func drawWalls(onto canvas: Canvas) {
    let width = max(3, (side * 0.09).rounded())
    for wall in TaxiState.walls {
      let first = layout.rect(row: wall.rows.lowerBound, column: wall.column)
      let last = layout.rect(row: wall.rows.upperBound, column: wall.column)
      let x = (first.right - width / 2).rounded()
      canvas.fill(
        .rounded(
          Rect(x: x, y: first.top, width: width, height: last.bottom - first.top),
          radius: width / 2), theme.wall)
      // It is joined to the town's outline.
      let isUpper = wall.rows.lowerBound == 0
      canvas.fill(
        Rect(
          x: x, y: isUpper ? first.top : last.bottom - width, width: width, height: width),
        theme.wall)
    }
  }

  /// Draws a ring around the place, and its flag.
  private func drawDestination(_ state: TaxiState, onto canvas: Canvas) {
    let (cell, color) = (cell(of: state.destination), color(of: state.destination))
    canvas.stroke(
      .rounded(cell.inset(by: (side * 0.06).rounded()), radius: side * 0.1), color,
      width: max(2, side * 0.035))
    canvas.drawFlag(
      at: Point(cell.left + side * 0.27, cell.top + side * 0.3), height: side * 0.34, color,
      ink: theme.text)
  }
}

import Analysis
import Raster
import Worlds

/// Draws the static part of a grid world.
struct GridBoard {
  let map: GridMap
  let layout: GridLayout
  let theme: Theme

  /// Cells with a smaller side are plain areas of colour.
  static let leastDetailed = 12.0

  func draw(onto canvas: Canvas) {
    if layout.cell < 3 { return drawPixels(onto: canvas) }
    switch map.kind {
    case .maze, .grid: drawFloor(onto: canvas)
    case .lake: LakeSurface(board: self).draw(onto: canvas)
    }
    drawWalls(onto: canvas)
    drawMarks(onto: canvas)
    drawRim(onto: canvas)
  }

  var isDetailed: Bool { layout.cell >= Self.leastDetailed }

  func rect(_ place: Int) -> Rect {
    layout.rect(row: place / map.columns, column: place % map.columns)
  }

  /// Whether there is a wall at a row and a column; beyond the board there is none.
  func isWall(_ row: Int, _ column: Int) -> Bool {
    row >= 0 && column >= 0 && row < map.rows && column < map.columns
      && map.cells[row * map.columns + column] == .wall
  }

  private func drawFloor(onto canvas: Canvas) {
    canvas.fill(layout.board, theme.floor)
    drawLines(theme.floorLine, onto: canvas)
  }

  /// One-pixel lines between cells.
  func drawLines(_ color: Color, onto canvas: Canvas) {
    guard layout.cell >= 16 else { return }
    for column in 1..<max(1, map.columns) {
      let x = layout.rect(row: 0, column: column).left
      canvas.fill(
        Rect(x: x, y: layout.board.top, width: 1, height: layout.board.height), color)
    }
    for row in 1..<max(1, map.rows) {
      let y = layout.rect(row: row, column: 0).top
      canvas.fill(Rect(x: layout.board.left, y: y, width: layout.board.width, height: 1), color)
    }
  }

  /// Walls look raised: a lit edge above, a darker side and a shadow below.
  private func drawWalls(onto canvas: Canvas) {
    let walls = map.cells.indices.filter { map.cells[$0] == .wall }
    guard isDetailed else {
      for place in walls { canvas.fill(rect(place), theme.wall) }
      return
    }
    let depth = max(2, (layout.cell * 0.10).rounded())
    let shadow = theme.floor.mixed(with: theme.wall, theme.isDark ? -0.2 : 0.16)
    let side = theme.wall.mixed(with: theme.hole, 0.45)
    for place in walls where !isWall(place / map.columns + 1, place % map.columns) {
      // A wall's shadow has the wall's shape, a little lower, and ends with the board.
      let cell = rect(place)
      canvas.isolated {
        canvas.clip(to: .rect(layout.board))
        canvas.fill(
          .rounded(
            cell.inset(0, cell.height / 2, 0, -depth), radius: (cell.width * 0.10).rounded()),
          shadow)
      }
    }
    for place in walls { fillWall(place, side, raisedBy: 0, onto: canvas) }
    for place in walls { fillWall(place, theme.wallEdge, raisedBy: depth, onto: canvas) }
    let lit = max(1, (layout.cell * 0.03).rounded())
    for place in walls { fillWall(place, theme.wall, raisedBy: depth, lit: lit, onto: canvas) }
  }

  /// Fills a wall cell, with rounded corners where no other wall adjoins.
  private func fillWall(
    _ place: Int, _ color: Color, raisedBy depth: Double, lit: Double = 0, onto canvas: Canvas
  ) {
    let (row, column) = (place / map.columns, place % map.columns)
    let (up, down) = (isWall(row - 1, column), isWall(row + 1, column))
    let (left, right) = (isWall(row, column - 1), isWall(row, column + 1))
    let area = rect(place).inset(0, up ? 0 : lit, 0, down ? 0 : depth)
    let radius = (layout.cell * 0.10).rounded()
    if !(up && down && left && right) { canvas.fill(.rounded(area, radius: radius), color) }
    // Everything but the free corners is filled square.
    let half = (width: area.width / 2, height: area.height / 2)
    if up || left {
      canvas.fill(Rect(x: area.x, y: area.y, width: half.width, height: half.height), color)
    }
    if up || right {
      canvas.fill(
        Rect(x: area.x + half.width, y: area.y, width: half.width, height: half.height), color)
    }
    if down || left {
      canvas.fill(
        Rect(x: area.x, y: area.y + half.height, width: half.width, height: half.height), color)
    }
    if down || right {
      canvas.fill(
        Rect(
          x: area.x + half.width, y: area.y + half.height, width: half.width, height: half.height),
        color)
    }
  }

  /// The start, goals and exits.
  private func drawMarks(onto canvas: Canvas) {
    let marks = GridMarks(theme: theme, isDetailed: isDetailed)
    marks.drawStart(in: rect(map.start), onto: canvas)
    for place in map.cells.indices {
      switch map.cells[place] {
      case .goal: marks.drawGoal(in: rect(place), onto: canvas)
      case .exit(let value): marks.drawExit(value, in: rect(place), onto: canvas)
      case .floor, .wall, .hole: break
      }
    }
  }

  /// The thickness of the board's outline, which is a maze's outer wall.
  var rim: Double { map.kind == .maze ? max(2, min(6, (layout.cell * 0.06).rounded())) : 1.5 }

  private func drawRim(onto canvas: Canvas) {
    let thickness = rim
    let color = map.kind == .maze ? theme.wall : map.kind == .lake ? theme.iceLine : theme.axis
    canvas.stroke(
      .rounded(layout.board.inset(by: -thickness / 2), radius: thickness), color, width: thickness)
  }

  /// Draws cells of few pixels: each pixel takes the colour of the cell below its middle.
  private func drawPixels(onto canvas: Canvas) {
    let (left, top) = (Int(layout.board.left), Int(layout.board.top))
    let (width, height) = (Int(layout.board.width), Int(layout.board.height))
    let colors = map.cells.map { color(of: $0).hex | 0xFF00_0000 }
    canvas.withMutablePixels { pixels in
      for y in 0..<height {
        let row = (2 * y + 1) * map.rows / (2 * height)
        for x in 0..<width {
          let column = (2 * x + 1) * map.columns / (2 * width)
          pixels[(top + y) * canvas.width + left + x] = colors[row * map.columns + column]
        }
      }
    }
    drawRim(onto: canvas)
    let marks = GridMarks(theme: theme, isDetailed: false)
    for place in map.cells.indices where map.cells[place] == .goal {
      marks.drawDot(in: rect(place), theme.goal, onto: canvas)
    }
    marks.drawDot(in: rect(map.start), theme.start, onto: canvas)
  }

  private func color(of cell: Cell) -> Color {
    switch cell {
    case .floor: map.kind == .lake ? theme.ice : theme.floor
    case .wall: theme.wall
    case .goal: theme.goal
    case .hole: theme.hole
    case .exit(let value): value < 0 ? theme.negative : theme.positive
    }
  }
}

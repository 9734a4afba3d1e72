import Glibc
import Raster
import Worlds

/// Draws ice with its sheen, and holes with their cracks.
struct LakeSurface {
  let board: GridBoard

  private var theme: Theme { board.theme }

  func draw(onto canvas: Canvas) {
    canvas.fill(board.layout.board, theme.ice)
    guard board.isDetailed else {
      board.drawLines(theme.iceLine, onto: canvas)
      for place in board.map.cells.indices where board.map.cells[place] == .hole {
        canvas.fill(board.rect(place), theme.hole)
      }
      return
    }
    for place in board.map.cells.indices { drawIce(place, onto: canvas) }
    board.drawLines(theme.iceLine, onto: canvas)
    for place in board.map.cells.indices where board.map.cells[place] == .hole {
      drawHole(place, onto: canvas)
    }
  }

  /// Two strokes of light across a cell, never quite alike.
  private func drawIce(_ place: Int, onto canvas: Canvas) {
    let cell = board.rect(place)
    let side = cell.width
    guard side >= 20, board.map.cells[place] == .floor, place != board.map.start else { return }
    var chance = Chance(place)
    let sheen = theme.ice.mixed(with: Color(0xFFFFFF), theme.name == "dark" ? 0.10 : 0.65)
    let middle = Point(
      cell.x + side * (0.28 + 0.44 * chance.next()), cell.y + side * (0.26 + 0.48 * chance.next()))
    let reach = side * (0.09 + 0.07 * chance.next())
    let stroke = Stroke(width: max(1, side * 0.028), cap: .round)
    canvas.stroke(.line(middle.moved(-reach, reach), middle.moved(reach, -reach)), sheen, stroke)
    let beside = middle.moved(side * 0.07, side * 0.07)
    let short = reach * (0.35 + 0.3 * chance.next())
    canvas.stroke(.line(beside.moved(-short, short), beside.moved(short, -short)), sheen, stroke)
  }

  /// Open water with a broken rim, and cracks that run out into the ice.
  private func drawHole(_ place: Int, onto canvas: Canvas) {
    let cell = board.rect(place)
    let side = cell.width
    let center = cell.center
    var chance = Chance(place &* 31 &+ 7)
    let phases = (0..<3).map { _ in chance.next() * 2 * .pi }
    func outline(_ radius: Double) -> [Point] {
      (0..<40).map { corner in
        let angle = Double(corner) / 40 * 2 * .pi
        let bend =
          1 + 0.07 * sin(2 * angle + phases[0]) + 0.05 * sin(3 * angle + phases[1])
          + 0.03 * sin(5 * angle + phases[2])
        return Point(
          center.x + cos(angle) * radius * bend, center.y + sin(angle) * radius * bend * 0.94)
      }
    }
    if side >= 24 { drawCracks(around: center, side, &chance, onto: canvas) }
    canvas.fill(.polygon(outline(side * 0.375)), theme.crack.mixed(with: theme.ice, 0.25))
    let water = outline(side * 0.325)
    canvas.fill(.polygon(water), theme.hole)
    guard side >= 24 else { return }
    // The near side of the water catches some sky.
    let glint = theme.hole.mixed(with: theme.crack, 0.35)
    canvas.isolated {
      canvas.clip(to: .polygon(water))
      canvas.fill(.polygon(outline(side * 0.325).map { $0.moved(0, side * 0.13) }), glint)
      canvas.fill(.polygon(outline(side * 0.325).map { $0.moved(0, side * 0.085) }), theme.hole.mixed(with: theme.crack, 0.16))
      canvas.fill(.polygon(outline(side * 0.30).map { $0.moved(0, -side * 0.02) }), theme.hole)
    }
  }

  private func drawCracks(
    around center: Point, _ side: Double, _ chance: inout Chance, onto canvas: Canvas
  ) {
    let turn = chance.next() * 2 * .pi
    for crack in 0..<5 {
      let angle = turn + (Double(crack) + 0.5 * chance.next()) / 5 * 2 * .pi
      let bend = (chance.next() - 0.5) * 0.7
      let end = 0.45 + 0.05 * chance.next()
      let points = [(0.36, 0.0), (0.41, bend * 0.5), (end, bend * 0.2)].map { reach, off in
        Point(center.x + cos(angle + off) * side * reach, center.y + sin(angle + off) * side * reach)
      }
      canvas.stroke(
        .polyline(points), theme.crack, Stroke(width: max(1, side * 0.018), cap: .round))
    }
  }
}

/// Small irregularities that are the same in every picture of a map.
private struct Chance {
  private var state: UInt64

  init(_ seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  /// The next number from 0 to 1.
  mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double((state ^ state >> 29) >> 11 & 0xFFFF_FFFF) / 0x1p32
  }
}

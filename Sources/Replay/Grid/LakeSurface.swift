import Analysis
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

  /// Draws two strokes of light across a cell, slightly different in each.
  private func drawIce(_ place: Int, onto canvas: Canvas) {
    let cell = board.rect(place)
    let side = cell.width
    guard side >= 20, board.map.cells[place] == .floor, place != board.map.start else { return }
    var chance = Chance(place)
    let sheen = theme.ice.mixed(with: Color(0xFFFFFF), theme.isDark ? 0.10 : 0.65)
    let middle = Point(
      cell.x + side * (0.28 + 0.44 * chance.next()), cell.y + side * (0.26 + 0.48 * chance.next()))
    let reach = side * (0.09 + 0.07 * chance.next())
    let stroke = Stroke(width: max(1, side * 0.028), cap: .round)
    canvas.stroke(.line(middle.moved(-reach, reach), middle.moved(reach, -reach)), sheen, stroke)
    let beside = middle.moved(side * 0.07, side * 0.07)
    let short = reach * (0.35 + 0.3 * chance.next())
    canvas.stroke(.line(beside.moved(-short, short), beside.moved(short, -short)), sheen, stroke)
  }

  /// Draws open water where the ice broke, with cracks from its corners.
  private func drawHole(_ place: Int, onto canvas: Canvas) {
    let cell = board.rect(place)
    let side = cell.width
    var chance = Chance(place &* 31 &+ 7)
    let turn = chance.next() * 2 * .pi
    let corners = 9
    let shape = (0..<corners).map { corner -> Point in
      let angle = turn + (Double(corner) + 0.5 * (chance.next() - 0.5)) / Double(corners) * 2 * .pi
      let radius = 0.295 + 0.075 * chance.next()
      return Point(cos(angle) * radius, sin(angle) * radius * 0.95)
    }
    func outline(_ scale: Double, lowered: Double = 0) -> Shape {
      .polygon(
        shape.map {
          Point(
            cell.center.x + $0.x * side * scale, cell.center.y + ($0.y * scale + lowered) * side)
        })
    }
    if side >= 24 { drawCracks(from: shape, in: cell, &chance, onto: canvas) }
    canvas.fill(outline(1.15), theme.ice.mixed(with: theme.crack, 0.55))
    canvas.fill(outline(1.04), theme.crack)
    let water = outline(1)
    canvas.fill(water, theme.hole)
    guard side >= 24 else { return }
    // The thickness of the ice is visible at the far edge, and some sky near the front.
    canvas.isolated {
      canvas.clip(to: water)
      canvas.fill(water, theme.hole.mixed(with: theme.crack, 0.38))
      canvas.fill(outline(1, lowered: 0.045), theme.hole.mixed(with: theme.crack, 0.12))
      canvas.fill(outline(0.94, lowered: 0.025), theme.hole)
    }
  }

  /// Draws kinked lines from every third corner of a hole towards its cell's edge.
  private func drawCracks(
    from shape: [Point], in cell: Rect, _ chance: inout Chance, onto canvas: Canvas
  ) {
    let stroke = Stroke(width: max(1, cell.width * 0.014), cap: .round)
    let color = theme.crack.mixed(with: theme.ice, 0.25)
    for corner in stride(from: 0, to: shape.count, by: 3) {
      let out = shape[corner]
      let length = (out.x * out.x + out.y * out.y).squareRoot()
      let (dx, dy) = (out.x / length, out.y / length)
      let kink = (chance.next() - 0.5) * 0.10
      let path = [
        Point(dx * length, dy * length), Point(dx * 0.41 - dy * kink, dy * 0.41 + dx * kink),
        Point(dx * 0.48 + dy * kink * 0.4, dy * 0.48 - dx * kink * 0.4),
      ]
      let branch = [
        path[1], Point(path[1].x - dy * 0.06 + dx * 0.03, path[1].y + dx * 0.06 + dy * 0.03),
      ]
      for line in [path, branch] {
        canvas.stroke(
          .polyline(
            line.map {
              Point(cell.center.x + $0.x * cell.width, cell.center.y + $0.y * cell.width)
            }), color, stroke)
      }
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

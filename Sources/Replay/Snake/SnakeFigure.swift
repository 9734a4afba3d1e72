import Glibc
import Raster
import Rollouts
import Worlds

/// A snake's shape: one outline from the head to a tapering tail, with round bends.
struct SnakeFigure {
  /// A point on the middle line of the body.
  private struct Spine {
    var place: Point
    /// The direction toward the head, of length 1.
    var way: Point
    /// The distance from the head, in cells.
    var distance: Double
  }

  private let scene: SnakeScene
  private let theme: Theme
  private let cell: Double
  private let head: Point
  private let heading: Int
  private let spine: [Spine]

  init(_ scene: SnakeScene, layout: GridLayout, theme: Theme) {
    self.scene = scene
    self.theme = theme
    cell = layout.cell
    heading = Int(scene.state.heading)
    let places = scene.state.cells.map { layout.center(row: $0.y, column: $0.x) }
    head = places.first ?? layout.board.center
    spine = Self.spine(through: places, cell: cell)
  }

  private var isDead: Bool { scene.state.end != .none && scene.state.end != .full }

  func draw(onto canvas: Canvas) {
    let colors = SnakeColors(theme)
    let (body, rim, back) =
      isDead
      ? (colors.dead, colors.deadRim, colors.deadBack) : (colors.body, colors.rim, colors.back)
    let line = max(1, cell * 0.09)
    let outline = Shape.polygon(self.outline)
    let face = Shape.polygon(faceOutline)
    canvas.stroke(outline, rim, width: 2 * line)
    canvas.stroke(face, rim, width: 2 * line)
    canvas.fill(outline, body)
    if cell >= 8 { drawBands(back, onto: canvas) }
    canvas.fill(face, body)
    drawFace(onto: canvas)
    if isDead { drawMark(onto: canvas) }
  }

  // MARK: The body

  /// The middle line, with bends as arcs from the middle of one cell's side to that of another.
  private static func spine(through places: [Point], cell: Double) -> [Spine] {
    guard let first = places.first else { return [] }
    var points = [first]
    for index in places.indices.dropFirst().dropLast() {
      let (before, place, after) = (places[index - 1], places[index], places[index + 1])
      let (start, end) = (before.toward(place, 0.5), place.toward(after, 0.5))
      let isStraight = abs(before.x - after.x) < 1 || abs(before.y - after.y) < 1
      for step in 0...(isStraight ? 1 : 6) {
        let share = Double(step) / (isStraight ? 1 : 6)
        points.append(start.toward(place, share).toward(place.toward(end, share), share))
      }
    }
    if places.count > 1, let last = places.last { points.append(last) }
    var spine: [Spine] = []
    var distance = 0.0
    for (index, point) in points.enumerated() {
      if let before = spine.last {
        let step = hypot(point.x - before.place.x, point.y - before.place.y)
        guard step > 0.01 else { continue }
        distance += step / cell
      }
      let (from, to) = (points[max(0, index - 1)], points[min(points.count - 1, index + 1)])
      let length = max(1e-9, hypot(from.x - to.x, from.y - to.y))
      spine.append(
        Spine(
          place: point, way: Point((from.x - to.x) / length, (from.y - to.y) / length),
          distance: distance))
    }
    return Self.refined(spine, every: 0.5)
  }

  /// More points on long straight stretches, so that the taper is even.
  private static func refined(_ spine: [Spine], every most: Double) -> [Spine] {
    var result: [Spine] = []
    for place in spine {
      if let before = result.last {
        let parts = Int(((place.distance - before.distance) / most).rounded(.up))
        for part in stride(from: 1, to: parts, by: 1) {
          let share = Double(part) / Double(parts)
          result.append(
            Spine(
              place: before.place.toward(place.place, share), way: place.way,
              distance: before.distance + (place.distance - before.distance) * share))
        }
      }
      result.append(place)
    }
    return result
  }

  private var length: Double { spine.last?.distance ?? 0 }

  /// Half the body's width at a distance from the head: the last cells taper to a point.
  private func radius(at distance: Double) -> Double {
    let taper = max(1, min(6, length * 0.45))
    let share = max(0, min(1, (length + 0.35 - distance) / taper))
    return cell * 0.37 * pow(share, 0.6)
  }

  private var outline: [Point] {
    var (left, right): ([Point], [Point]) = ([], [])
    for place in spine {
      let radius = radius(at: place.distance)
      left.append(place.place.moved(place.way.y * radius, -place.way.x * radius))
      right.append(place.place.moved(-place.way.y * radius, place.way.x * radius))
    }
    guard let last = spine.last else { return [] }
    let tip = last.place.moved(-last.way.x * cell * 0.35, -last.way.y * cell * 0.35)
    return left + [tip] + right.reversed()
  }

  /// Draws lighter bands across the back, which move along with it.
  private func drawBands(_ color: Color, onto canvas: Canvas) {
    let end = length - 1.2
    var next = 0.75
    for (before, place) in zip(spine, spine.dropFirst()) {
      while next <= place.distance, next < end {
        let span = max(1e-9, place.distance - before.distance)
        let share = (next - before.distance) / span
        let middle = before.place.toward(place.place, share)
        let reach = radius(at: next) * 0.52
        let (x, y) = (place.way.y * reach, -place.way.x * reach)
        canvas.stroke(
          .line(middle.moved(x, y), middle.moved(-x, -y)), color,
          Stroke(width: max(1, cell * 0.13), cap: .round))
        next += 0.5
      }
    }
  }

  // MARK: The head

  /// A point on the head, in cells: ahead and to its right.
  private func onHead(_ ahead: Double, _ right: Double) -> Point {
    let (dx, dy) = [(1.0, 0.0), (0, 1), (-1, 0), (0, -1)][heading & 3]
    return head.moved((dx * ahead - dy * right) * cell, (dy * ahead + dx * right) * cell)
  }

  private var faceOutline: [Point] {
    (0..<32).map { step in
      let angle = Double(step) / 32 * 2 * .pi
      // Longer toward the nose, and a little narrower there.
      let ahead = cos(angle)
      return onHead(
        0.03 + ahead * (ahead > 0 ? 0.5 : 0.44), sin(angle) * (0.46 - 0.05 * ahead))
    }
  }

  private func drawFace(onto canvas: Canvas) {
    let colors = SnakeColors(theme)
    guard cell >= 8 else {
      canvas.fill(.circle(onHead(0.2, 0), radius: max(0.8, cell * 0.16)), colors.eye)
      return
    }
    for side in [-0.22, 0.22] {
      let eye = onHead(0.12, side)
      if isDead {
        let reach = 0.11
        let stroke = Stroke(width: max(1, cell * 0.07), cap: .round)
        for turn in [1.0, -1] {
          canvas.stroke(
            .line(
              onHead(0.12 - reach, side - reach * turn), onHead(0.12 + reach, side + reach * turn)),
            colors.eye, stroke)
        }
      } else {
        canvas.fill(.circle(eye, radius: cell * 0.155), colors.eye)
        canvas.fill(.circle(onHead(0.17, side), radius: cell * 0.085), colors.pupil)
      }
    }
  }

  /// Draws a burst at the side of the cell that the snake bumped into.
  private func drawMark(onto canvas: Canvas) {
    guard scene.state.end == .wall || scene.state.end == .body else { return }
    let place = onHead(0.62, 0)
    let radius = max(3, cell * 0.42)
    canvas.fill(.star(place, radius: radius * 1.25, points: 8, inner: 0.55), theme.background)
    canvas.fill(.star(place, radius: radius, points: 8, inner: 0.5), theme.secondAccent)
  }
}

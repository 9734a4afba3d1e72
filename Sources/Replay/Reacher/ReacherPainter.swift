import Glibc
package import Raster
import Rollouts
import Worlds

/// Draws a reacher from above: an arm of two links on a round table, its target, and the torques.
package struct ReacherPainter: Painter {
  let facts: CaptionFacts
  let theme: Theme
  private let layout: GridLayout
  /// Everything that does not move.
  package let background: Canvas
  private let strip: FactStrip?
  private let colors: ReacherColors
  /// Pixels per metre.
  private let scale: Double

  /// The visible distance from the middle, in metres: the arm's reach and a little more.
  private static let seen = 0.235
  private static let reach = Reacher.linkLength + Reacher.fingertipReach
  /// Half a link's width, and the fingertip's radius.
  private static let thickness = 0.01
  /// The distance from a joint to its torque's arc.
  private static let arcRadius = 0.034
  /// How far an arc goes around a joint at full torque.
  private static let fullSweep = 0.75 * Double.pi

  /// A painter of a reacher's scenes.
  package init(
    facts: CaptionFacts, options: PictureOptions = PictureOptions()
  ) throws(CanvasError) {
    self.facts = facts
    theme = options.theme
    colors = ReacherColors(theme)
    layout = GridLayout(rows: 1, columns: 1, options: options)
    scale = layout.board.width / (2 * Self.seen)
    background = try Canvas(
      width: layout.width, height: layout.height, background: theme.background)
    strip = FactStrip(
      in: layout.captionArea, options, columns: Self.columns(facts), endings: ["time limit"],
      measuring: background)
    drawTable()
    options.drawTitle(in: layout.titleArea, onto: background)
    strip?.drawStill(onto: background)
  }

  /// The arm's, the trail's and the target's colours, and a few of the theme's.
  package var declaredColors: [Color] {
    [theme.background, theme.text, theme.mutedText] + colors.all
  }

  /// Draws a scene over the previous content of a canvas of this size.
  package func draw(_ scene: ReacherScene, onto canvas: Canvas) {
    canvas.copy(background)
    let hadCoarseEdges = canvas.hasCoarseEdges
    canvas.isolated {
      canvas.clip(to: .rect(layout.board))
      // A film has space for few mixtures of colours; the arm's own edges get the smoothest ones.
      canvas.hasCoarseEdges = true
      drawTarget(scene.state, onto: canvas)
      drawTrail(scene, onto: canvas)
      canvas.hasCoarseEdges = hadCoarseEdges
      drawArm(scene.state.angles, onto: canvas)
      canvas.hasCoarseEdges = true
      if let action = scene.action {
        let (angles, torques) = (scene.state.angles, action.torques)
        drawTorque(Double(torques.x), at: .zero, from: angles.x, onto: canvas)
        drawTorque(
          Double(torques.y), at: Reacher.elbow(angles), from: angles.x + angles.y, onto: canvas)
      }
      canvas.hasCoarseEdges = hadCoarseEdges
    }
    strip?.draw(facts(of: scene), ending: scene.ending.word(), onto: canvas)
  }

  /// The place of a point of the table on the picture.
  package func position(of place: SIMD2<Double>) -> Point {
    let center = layout.board.center
    return Point(center.x + place.x * scale, center.y - place.y * scale)
  }

  /// The place of a pixel, in metres to the right of the shoulder and above it.
  package func place(at point: Point, in scene: ReacherScene) -> SIMD2<Double>? {
    let center = layout.board.center
    return SIMD2((point.x - center.x) / scale, (center.y - point.y) / scale)
  }

  /// The distance from the fingertip to the target, in metres.
  static func distance(in state: ReacherState) -> Double {
    let way = Reacher.fingertip(state.angles) - state.target
    return hypot(way.x, way.y)
  }

  private func pixels(_ metres: Double, atLeast least: Double = 0) -> Double {
    max(least, metres * scale)
  }

  // MARK: Static parts

  private func drawTable() {
    let canvas = background
    let center = layout.board.center
    let radius = max(2, layout.board.width / 60)
    canvas.fill(.rounded(layout.board, radius: radius), colors.ground)
    canvas.fill(.circle(center, radius: pixels(Self.reach)), colors.table)
    let line = max(1, (layout.board.width / 480).rounded())
    for metres in [0.05, 0.1, 0.15] {
      canvas.stroke(.circle(center, radius: pixels(metres)), colors.ring, width: line)
    }
    for (x, y) in [(1.0, 0.0), (0, 1)] {
      let arm = pixels(Self.reach)
      canvas.stroke(
        .line(center.moved(-x * arm, -y * arm), center.moved(x * arm, y * arm)), colors.ring,
        width: line)
    }
    canvas.stroke(.circle(center, radius: pixels(Self.reach)), colors.rim, width: 1.5 * line)
    canvas.stroke(.rounded(layout.board.inset(by: 0.5), radius: radius), theme.axis, width: 1)
    // The scale.
    let font = Font.sans(max(8, (layout.board.width / 46).rounded()))
    guard layout.board.width >= 260 else { return }
    let (left, bottom) = (layout.board.left + font.size, layout.board.bottom - font.size)
    let length = pixels(0.05)
    canvas.fill(
      Rect(x: left.rounded(), y: bottom.rounded(), width: length.rounded(), height: line),
      theme.mutedText)
    canvas.text(
      "5 cm", at: Point(left + length / 2, bottom - font.size * 0.45), font, theme.mutedText,
      align: .center)
  }

  // MARK: Moving parts

  /// Draws rings around a dot, and a thin line from the fingertip that becomes shorter.
  private func drawTarget(_ state: ReacherState, onto canvas: Canvas) {
    let place = position(of: state.target)
    let isReached = Self.distance(in: state) < 2 * Self.thickness
    let radius = pixels(0.02, atLeast: 3)
    canvas.fill(.circle(place, radius: radius), isReached ? colors.glow : colors.halo)
    canvas.stroke(.circle(place, radius: radius), colors.target, width: max(1, radius * 0.14))
    canvas.fill(.circle(place, radius: radius * 0.46), colors.target)
    guard radius >= 5, !isReached else { return }
    let tip = position(of: Reacher.fingertip(state.angles))
    let length = hypot(tip.x - place.x, tip.y - place.y)
    guard length > radius + pixels(Self.thickness) else { return }
    canvas.stroke(
      .line(place.toward(tip, radius / length), tip), colors.gap,
      Stroke(width: max(1, radius * 0.14), dashes: [radius * 0.35, radius * 0.35]))
  }

  /// Draws the fingertip's trail, along a smooth curve that gets thinner and paler.
  private func drawTrail(_ scene: ReacherScene, onto canvas: Canvas) {
    let points = scene.details.trail.map(position).smoothed
    guard !points.isEmpty else { return }
    drawRibbon(
      points, whole: ReacherDetails.trailLength * [Point].pointsOfPlace, onto: canvas)
  }

  /// Draws a band along some points, in pieces of one shade.
  private func drawRibbon(_ points: [Point], whole: Int, onto canvas: Canvas) {
    var sides: [(left: Point, right: Point)] = []
    var normal = Point(0, 0)
    for (index, point) in points.enumerated() {
      let (before, after) = (points[max(0, index - 1)], points[min(points.count - 1, index + 1)])
      let length = hypot(after.x - before.x, after.y - before.y)
      // Where the trail stands still, it keeps its direction.
      if length > 0.01 {
        normal = Point((before.y - after.y) / length, (after.x - before.x) / length)
      }
      let reach = pixels(Self.thickness, atLeast: 1) * (1.2 - Double(index) / Double(whole)) / 2
      sides.append(
        (
          point.moved(normal.x * reach, normal.y * reach),
          point.moved(-normal.x * reach, -normal.y * reach)
        ))
    }
    let piece = whole / colors.trail.count
    for (index, shade) in colors.trail.enumerated().reversed() {
      // One point more than its own, so that there is no gap between two pieces.
      let part = sides.dropFirst(index * piece).prefix(piece + 2)
      guard part.count > 1 else { continue }
      canvas.fill(.polygon(part.map(\.left) + part.reversed().map(\.right)), shade)
    }
  }

  private func drawArm(_ angles: SIMD2<Double>, onto canvas: Canvas) {
    let (base, elbow, tip) = (
      position(of: .zero), position(of: Reacher.elbow(angles)),
      position(of: Reacher.fingertip(angles))
    )
    let width = pixels(2 * Self.thickness, atLeast: 3)
    let rim = max(1, width * 0.12)
    // The second link ends where the fingertip's ball begins.
    let wrist = elbow.toward(tip, Reacher.linkLength / Reacher.fingertipReach)
    for (from, to, color) in [(elbow, wrist, colors.second), (base, elbow, colors.first)] {
      canvas.stroke(.line(from, to), colors.edge, Stroke(width: width + 2 * rim, cap: .round))
      canvas.stroke(.line(from, to), color, Stroke(width: width, cap: .round))
    }
    canvas.fill(.circle(tip, radius: width / 2 + rim), colors.edge)
    canvas.fill(.circle(tip, radius: width / 2), colors.fingertip)
    for (joint, size) in [(base, 0.74), (elbow, 0.6)] {
      canvas.fill(.circle(joint, radius: width * size), colors.edge)
      canvas.fill(.circle(joint, radius: width * size - rim), colors.hub)
      canvas.fill(.circle(joint, radius: width * 0.17), colors.edge)
    }
  }

  /// Draws an arc around a joint, as long as the torque is strong, with an arrowhead in its direction.
  private func drawTorque(
    _ torque: Double, at joint: SIMD2<Double>, from angle: Double, onto canvas: Canvas
  ) {
    let strength = max(-1, min(1, torque))
    guard abs(strength) > 0.02 else { return }
    let center = position(of: joint)
    let radius = pixels(Self.arcRadius, atLeast: 5)
    let sweep = strength * Self.fullSweep
    // On the picture angles grow clockwise; the arc begins at the link's side.
    let side = (sweep > 0 ? 1.6 : -1.6) * Self.thickness / Self.arcRadius
    let (start, end) = (-(angle + side), -(angle + side + sweep))
    let width = max(1.5, pixels(0.0062))
    let color = strength > 0 ? colors.plus : colors.minus
    // A weak torque has a smaller head, which never points beyond the arc.
    let head = min(2.8 * width, 0.8 * abs(sweep) * radius)
    let neck = end + (sweep > 0 ? head : -head) / radius
    canvas.stroke(
      .arc(center, radius: radius, from: min(start, neck), to: max(start, neck)), color,
      Stroke(width: min(width, head * 0.6)))
    func place(_ angle: Double, _ radius: Double) -> Point {
      Point(center.x + radius * cos(angle), center.y + radius * sin(angle))
    }
    canvas.fill(
      .polygon([
        place(neck, radius - 0.6 * head), place(end, radius), place(neck, radius + 0.6 * head),
      ]), color)
  }
}

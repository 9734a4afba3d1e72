import Glibc
package import Raster
import Rollouts
package import Worlds

/// Draws the crawler: a cart that drags itself along with arm and hand, over ground that scrolls by.
package struct CrawlerPainter: Painter {
  private let theme: Theme
  private let actions: [ActionMeaning]
  private let strip: CaptionStrip?
  /// Everything that does not move.
  package let background: Canvas
  /// The area of the world.
  private let view: Rect
  /// Pixels per unit of length.
  private let unit: Double
  private let labelFont: Font

  /// The visible part of the world, in its units: behind the cart, ahead of it, above and below ground.
  private static let seen = (behind: 64.0, ahead: 206.0, above: 96.0, below: 30.0)

  /// A painter of a crawler's scenes.
  package init(
    _ world: Crawler, facts: CaptionFacts, options: PictureOptions = PictureOptions()
  ) throws(CanvasError) {
    let size = options.evenSize
    let side = Double(size)
    let margin = max(6, (side / 30).rounded())
    let titleHeight = options.titleHeight(width: side - 2 * margin)
    let captionHeight = options.showsCaption ? CaptionStrip.height(size: size) : 0
    let gap = options.showsCaption ? max(6, (side / 42).rounded()) : 0
    unit = (side - 2 * margin) / (Self.seen.behind + Self.seen.ahead)
    view = Rect(
      x: margin, y: margin + titleHeight, width: side - 2 * margin,
      height: ((Self.seen.above + Self.seen.below) * unit).rounded())
    theme = options.theme
    actions = world.description.actions
    labelFont = .sans(max(8, (side / 46).rounded()))
    background = try Canvas(
      width: size, height: (Int(view.bottom + gap + captionHeight + margin * 0.75) + 1) & ~1,
      background: theme.background)
    strip =
      options.showsCaption
      ? CaptionStrip(
        in: Rect(x: margin, y: view.bottom + gap, width: view.width, height: captionHeight),
        size: size, facts: facts, theme: theme,
        vocabulary: CaptionStrip.Vocabulary(
          actions: actions.map(\.name), endings: ["time limit"]),
        measuring: background) : nil
    options.drawTitle(
      in: Rect(x: margin, y: margin, width: view.width, height: titleHeight), onto: background)
    drawGround()
    strip?.drawStill(onto: background)
  }

  /// The theme's colours.
  package var declaredColors: [Color] { theme.worldColors }

  /// Draws a scene over the previous content of a canvas of this size.
  package func draw(_ scene: CrawlerScene, onto canvas: Canvas) {
    canvas.copy(background)
    drawTicks(at: scene.totalReturn, onto: canvas)
    drawCart(scene, onto: canvas)
    strip?.draw(Caption(scene, actions: actions), onto: canvas)
  }

  /// The place of a pixel, in units to the right of the rear wheel's place on the ground and above it, as seen
  /// from the body, which the hand may have lifted.
  package func place(at point: Point, in scene: CrawlerScene) -> SIMD2<Double>? {
    let (x, y) = ((point.x - view.x) / unit - Self.seen.behind, (ground - point.y) / unit)
    let tilt = Self.tilt(of: scene.state)
    return SIMD2(x * cos(tilt) + y * sin(tilt), y * cos(tilt) - x * sin(tilt))
  }

  /// How far the hand tilts the body, in radians.
  private static func tilt(of state: Int) -> Double {
    let tip = Crawler.tip(of: state)
    return tip.y < 0 ? atan2(-tip.y, tip.x) : 0
  }

  private var ground: Double { (view.top + Self.seen.above * unit).rounded() }
  private var line: Double { max(1.5, unit * 1.4) }

  private func drawGround() {
    let radius = max(2, view.width / 60)
    background.fill(.rounded(view, radius: radius), theme.floor)
    background.isolated {
      background.clip(to: .rounded(view, radius: radius))
      background.fill(
        Rect(x: view.x, y: ground, width: view.width, height: view.bottom - ground),
        theme.floorLine.mixed(with: theme.floor, 0.2))
      background.fill(
        Rect(x: view.x, y: ground, width: view.width, height: max(1, line.rounded())), theme.axis)
    }
    background.stroke(.rounded(view.inset(by: 0.5), radius: radius), theme.axis, width: 1)
  }

  /// Draws marks every 20 units and numbers every 100, at their places relative to the cart.
  private func drawTicks(at distance: Double, onto canvas: Canvas) {
    let first = ((distance - Self.seen.behind) / 20).rounded(.up)
    let last = ((distance + Self.seen.ahead) / 20).rounded(.down)
    guard first.isFinite, last.isFinite else { return }
    canvas.isolated {
      canvas.clip(to: .rect(view.inset(by: 1)))
      for mark in stride(from: first, through: last, by: 1) {
        let place = mark * 20
        let isLong = mark.remainder(dividingBy: 5) == 0
        let x = (view.x + (place - distance + Self.seen.behind) * unit).rounded()
        canvas.fill(
          Rect(x: x, y: ground, width: isLong ? 2 : 1, height: ((isLong ? 9 : 5) * unit).rounded()),
          isLong ? theme.mutedText : theme.axis)
        // Numbers are drawn wholly inside the ground, or not at all.
        guard isLong, labelFont.size <= 15 * unit else { continue }
        let label = NumberText.trimmed(place, decimals: 0)
        let half = canvas.measure(label, labelFont).width / 2
        guard x + 1 - half > view.left, x + 1 + half < view.right else { continue }
        canvas.text(
          label, at: Point(x + 1, ground + 13 * unit), labelFont, theme.mutedText, align: .center,
          anchor: .top)
      }
    }
  }

  /// Draws the cart on its rear wheel; if the hand is below ground, it lifts the cart.
  private func drawCart(_ scene: CrawlerScene, onto canvas: Canvas) {
    let arm = Crawler.angles(of: scene.state).arm
    let tip = Crawler.tip(of: scene.state)
    let tilt = Self.tilt(of: scene.state)
    let shoulder = (x: Crawler.bodyWidth, y: Crawler.bodyHeight)
    let elbow = (
      x: shoulder.x + Crawler.armLength * cos(arm), y: shoulder.y + Crawler.armLength * sin(arm)
    )
    func place(_ x: Double, _ y: Double) -> Point {
      Point(
        view.x + (Self.seen.behind + x * cos(tilt) - y * sin(tilt)) * unit,
        ground - (x * sin(tilt) + y * cos(tilt)) * unit)
    }
    let joints = (place(shoulder.x, shoulder.y), place(elbow.x, elbow.y), place(tip.x, tip.y))
    let (dark, light) = (theme.agent.mixed(with: theme.text, 0.35), theme.secondAccent)
    // The body's corner is the shoulder; below it is space for the wheels.
    let body = [(0.0, 9.0), (80, 9), (80, 40), (0, 40)].map { place($0.0, $0.1) }
    canvas.fill(.polygon(body), theme.agent)
    canvas.stroke(.polygon(body), theme.agent, Stroke(width: unit * 5))
    for wheel in [13.0, 62] {
      drawWheel(at: place(wheel, 9), turned: scene.totalReturn / 9, dark, onto: canvas)
    }
    canvas.stroke(
      .polyline([joints.0, joints.1]), dark, Stroke(width: unit * 9, cap: .round))
    canvas.stroke(.polyline([joints.1, joints.2]), light, Stroke(width: unit * 7, cap: .round))
    for (joint, radius) in [(joints.0, 6.5), (joints.1, 5.0)] {
      canvas.fill(.circle(joint, radius: unit * radius), dark)
      canvas.fill(.circle(joint, radius: unit * radius * 0.45), theme.floor)
    }
    drawEyes(place, onto: canvas)
  }

  private func drawWheel(
    at center: Point, turned angle: Double, _ color: Color, onto canvas: Canvas
  ) {
    let radius = unit * 9
    canvas.fill(.circle(center, radius: radius), color)
    canvas.fill(.circle(center, radius: radius * 0.62), theme.floor)
    for spoke in 0..<3 {
      let turn = angle + Double(spoke) * .pi / 3
      let (dx, dy) = (cos(turn) * radius * 0.62, sin(turn) * radius * 0.62)
      canvas.stroke(
        .line(center.moved(-dx, -dy), center.moved(dx, dy)), color, width: max(1, unit * 1.3))
    }
  }

  private func drawEyes(_ place: (Double, Double) -> Point, onto canvas: Canvas) {
    for x in [50.0, 64] {
      canvas.fill(.circle(place(x, 29), radius: unit * 5), Color(0xFFFFFF))
      canvas.fill(.circle(place(x + 1.8, 28.6), radius: unit * 2.6), Color(0x1D2330))
    }
  }
}

import Analysis
import Glibc
import Raster
import Rollouts
import Worlds

/// Drawing that the pictures of other programs' worlds share.
extension Canvas {
  /// Draws the card for a world.
  func drawStage(_ area: Rect, _ theme: Theme) {
    let radius = max(2, area.width / 60)
    fill(.rounded(area, radius: radius), theme.floor)
    stroke(.rounded(area.inset(by: 0.5), radius: radius), theme.axis, width: 1)
  }

  /// Draws only inside a stage.
  func onStage(_ area: Rect, _ body: () -> Void) {
    isolated {
      clip(to: .rounded(area.inset(by: 1), radius: max(2, area.width / 60)))
      body()
    }
  }

  /// Draws a trail, the newest place first, fading with age.
  func drawWay(_ places: [Point], _ colors: [Color], width: Double, isSmooth: Bool = false) {
    guard places.count > 1, let last = colors.indices.last else { return }
    let places = isSmooth ? places.smoothed : places
    // Pieces of one colour are one line: if lines overlapped, their soft edges would add up.
    let size = max(1, Int((Double(places.count - 1) / Double(colors.count)).rounded(.up)))
    var end = places.count - 1
    while end > 0 {
      let start = max(0, (end - 1) / size * size)
      stroke(
        .polyline(Array(places[start...end])), colors[min(last, start / size)],
        Stroke(width: width, cap: .round))
      end = start
    }
  }

  /// Draws an arc around a joint with an arrowhead, as long as the torque is strong, from −1 to 1.
  /// Angles count counter-clockwise from the right.
  func drawTorque(
    _ share: Double, at center: Point, from angle: Double, radius: Double, width: Double,
    _ color: Color
  ) {
    let strength = max(-1, min(1, share))
    guard abs(strength) > 0.02, radius > 2 else { return }
    let sweep = strength * 0.75 * Double.pi
    let (start, end) = (-angle, -(angle + sweep))
    let head = min(3 * width, 0.8 * abs(sweep) * radius)
    let neck = end + (sweep > 0 ? head : -head) / radius
    stroke(
      .arc(center, radius: radius, from: min(start, neck), to: max(start, neck)), color,
      Stroke(width: min(width, head * 0.6), cap: .butt))
    func place(_ angle: Double, _ radius: Double) -> Point {
      Point(center.x + radius * cos(angle), center.y + radius * sin(angle))
    }
    fill(
      .polygon([
        place(neck, radius - 0.6 * head), place(end, radius), place(neck, radius + 0.6 * head),
      ]), color)
  }

  /// Draws a link of an arm between two joints, with a rim around it.
  func drawLink(_ start: Point, _ end: Point, width: Double, _ color: Color, rim: Color) {
    let edge = max(1, width * 0.1)
    stroke(.line(start, end), rim, Stroke(width: width + 2 * edge, cap: .round))
    stroke(.line(start, end), color, Stroke(width: width, cap: .round))
  }

  /// Draws the hub of a joint.
  func drawJoint(_ place: Point, radius: Double, _ color: Color, rim: Color) {
    fill(.circle(place, radius: radius + max(1, radius * 0.16)), rim)
    fill(.circle(place, radius: radius), color)
    fill(.circle(place, radius: radius * 0.3), rim)
  }
}

extension Rect {
  /// Whether a stage is large enough for text.
  var isLettered: Bool { width >= 180 }
}

extension Theme {
  /// The colours of a trail, the newest first.
  func way(_ color: Color) -> [Color] {
    (0..<8).map { color.mixed(with: floor, 0.4 + 0.54 * Double($0) / 8) }
  }
}

extension RecordedWorld {
  /// The force of a world's one motor, from −1 to 1: choices count from the first to the last,
  /// a number relative to the greatest one.
  func push(_ action: Value?, of choices: Int, greatest: Double = 1) -> Double {
    switch action {
    case .index(let index) where (0..<choices).contains(index) && choices > 1:
      return Double(2 * index) / Double(choices - 1) - 1
    case .bytes(let bytes):
      let number = actions.number(0, of: .bytes(bytes)) ?? 0
      return number.isFinite ? max(-1, min(1, number / greatest)) : 0
    case .index, nil: return 0
    }
  }
}

import Glibc
import Raster

/// The marks of targets: pins with letters, whose tips are at the place.
struct CityPins: Sendable {
  private let theme: Theme
  private let font: Font
  /// The radius of a pin's head.
  private let radius: Double
  /// The distance from the tip to the middle of the head.
  private let rise: Double

  /// Pins for pictures of a size.
  init(size: Int, theme: Theme) {
    self.theme = theme
    radius = max(7, min(22, (Double(size) / 62).rounded()))
    rise = radius * 1.75
    font = .sans(max(7, (radius * 0.9 * 2).rounded() / 2), .bold)
  }

  /// Draws a pin, in a stronger colour for the current target.
  func draw(_ name: String, isLit: Bool, tip: Point, onto canvas: Canvas) {
    let head = tip.moved(0, -rise)
    let color = isLit ? theme.city.target : theme.city.waiting
    let outline = Self.outline(tip: tip, head: head, radius: radius)
    canvas.stroke(outline, theme.agentRim, width: max(2, radius * 0.28))
    canvas.fill(outline, color)
    canvas.text(
      name, at: head, font, theme.city.pinText, align: .center, anchor: .middle)
  }

  /// Draws a badge at the border of a view, pointing toward a place beyond it.
  func drawBeyond(
    _ name: String, toward place: Point, from car: Point, in view: Rect, onto canvas: Canvas
  ) {
    let room = view.inset(by: radius * 1.9)
    let way = Point(place.x - car.x, place.y - car.y)
    // How far from the car the badge fits into the view.
    func share(_ from: Double, _ step: Double, _ low: Double, _ high: Double) -> Double {
      step > 0 ? (high - from) / step : step < 0 ? (low - from) / step : .infinity
    }
    let reach = max(
      0,
      min(
        share(car.x, way.x, room.left, room.right), share(car.y, way.y, room.top, room.bottom)))
    guard reach.isFinite else { return }
    let center = Point(
      max(room.left, min(room.right, car.x + way.x * reach)),
      max(room.top, min(room.bottom, car.y + way.y * reach)))
    let length = max(1e-9, hypot(place.x - center.x, place.y - center.y))
    let tip = Point(
      center.x + (place.x - center.x) / length * rise * 0.92,
      center.y + (place.y - center.y) / length * rise * 0.92)
    let outline = Self.outline(tip: tip, head: center, radius: radius)
    canvas.stroke(outline, theme.agentRim, width: max(2, radius * 0.28))
    canvas.fill(outline, theme.city.target)
    canvas.text(name, at: center, font, theme.city.pinText, align: .center, anchor: .middle)
  }

  /// A circle with a tip where two tangents meet.
  private static func outline(tip: Point, head: Point, radius: Double) -> Shape {
    let (dx, dy) = (tip.x - head.x, tip.y - head.y)
    let length = max(radius * 1.01, hypot(dx, dy))
    let toward = atan2(dy, dx)
    let half = acos(radius / length)
    let arc = (0...28).map { step -> Point in
      let angle = toward + half + (2 * .pi - 2 * half) * Double(step) / 28
      return head.moved(radius * cos(angle), radius * sin(angle))
    }
    return .polygon([tip] + arc)
  }
}

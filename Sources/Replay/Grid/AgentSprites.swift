import Analysis
import Raster

/// A pose of the agent.
struct AgentPose: Hashable {
  /// At rest or moving, at the goal, bumped into a wall, or fallen into a hole.
  enum Mood: Hashable { case calm, glad, dazed, sunk }

  var mood = Mood.calm
  /// The direction that it looks in.
  var dx: Int
  var dy: Int
}

/// Draws the agent; each pose is drawn once, and copied from then on.
///
/// A class, because painters of the same pictures share the sprites. Like a canvas it
/// belongs to one thread at a time.
final class AgentSprites {
  private let cell: Double
  private let theme: Theme
  private var known: [Key: Canvas] = [:]

  /// A pose, and where the middle of a cell is in its sprite: on a pixel or between two.
  private struct Key: Hashable {
    var pose: AgentPose
    var middle: Point
  }

  /// Larger sprites would take more memory than they save time.
  private static let greatestSide = 400

  init(cell: Double, theme: Theme) {
    self.cell = cell
    self.theme = theme
  }

  /// Draws the agent in a cell around a middle.
  func draw(_ pose: AgentPose, at place: Point, onto canvas: Canvas) {
    let side = Int((cell * 1.3).rounded(.up)) | 1
    let corner = Point(
      (place.x - Double(side) / 2).rounded(.up), (place.y - Double(side) / 2).rounded(.up))
    let middle = Point(place.x - corner.x, place.y - corner.y)
    let key = Key(pose: pose, middle: middle)
    if let sprite = known[key] { return canvas.draw(sprite, at: corner) }
    guard side <= Self.greatestSide,
      let sprite = try? Canvas(width: side, height: side, background: Color(0).opacity(0))
    else { return draw(pose, around: place, onto: canvas) }
    draw(pose, around: middle, onto: sprite)
    known[key] = sprite
    canvas.draw(sprite, at: corner)
  }

  private func draw(_ pose: AgentPose, around place: Point, onto canvas: Canvas) {
    let (dx, dy) = (Double(pose.dx), Double(pose.dy))
    let bumps = pose.mood == .dazed
    if bumps { drawImpact(place, dx, dy, onto: canvas) }
    let push = bumps ? cell * 0.14 : 0
    AgentFigure(radius: cell * 0.29, theme: theme, dx: dx, dy: dy, mood: pose.mood)
      .draw(at: place.moved(dx * push, dy * push), onto: canvas)
    if pose.mood == .glad {
      canvas.drawFlag(
        at: place.moved(cell * 0.26, -cell * 0.12), height: cell * 0.44, theme.goal,
        ink: theme.text)
    }
  }

  /// Short strokes where the agent hit a wall.
  private func drawImpact(_ place: Point, _ dx: Double, _ dy: Double, onto canvas: Canvas) {
    let contact = place.moved(dx * cell * 0.42, dy * cell * 0.42)
    for sign in [-1.0, 1.0] {
      for (along, across, reach) in [(0.02, 0.22, 0.16), (-0.10, 0.25, 0.13)] {
        let start = contact.moved(
          dx * cell * along - dy * sign * cell * across,
          dy * cell * along + dx * sign * cell * across)
        let spread = along < 0 ? 0.75 : 0.25
        let end = start.moved(
          (-dx * spread - dy * sign) * cell * reach * 0.8,
          (-dy * spread + dx * sign) * cell * reach * 0.8)
        canvas.stroke(
          .line(start, end), theme.secondAccent, Stroke(width: max(1.2, cell * 0.04), cap: .round))
      }
    }
  }
}

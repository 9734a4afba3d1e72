import Raster
import Recordings
import Replay
import Rollouts
import TestSupport
import Worlds

/// A ride through a city in a test, steered by the satnav alone.
struct CityRide {
  let transitions: [Transition]

  /// Drives for some ticks, or to the end of the lap.
  init(_ world: CityWorld, number: Int = 1, ticks: Int) {
    var state = world.start()
    var transitions: [Transition] = []
    for t in 0..<ticks {
      let bearing = world.satnavPoint(state).map { world.bearing(from: state, to: $0) } ?? 0
      let half = world.rules.rotation / 2
      let action = bearing > half ? 2 : bearing < -half ? 1 : 0
      let step = world.step(state, action)
      let isLast = t == ticks - 1 && step.ending == .running
      transitions.append(
        Transition(
          episode: number, state: .bytes(state.bytes), action: .index(action),
          reward: Double(step.reward), next: .bytes(step.next.bytes),
          ending: isLast ? .truncated : step.ending))
      state = step.next
      if step.ending != .running { break }
    }
    self.transitions = transitions
  }

  /// The cities that are shipped.
  static let names = ["eixample", "etoile", "grachten"]

  /// One of them.
  static func map(_ name: String) throws -> CityMap {
    try CityMap(parsing: try Repository.text("maps/cities/\(name).geojson"))
  }

  /// The middle of all pixels of a colour, except those of the heading; nil if there are none.
  static func middle(of color: Color, _ canvas: Canvas) -> Point? {
    let top = canvas.height / 12
    var (x, y, count) = (0.0, 0.0, 0.0)
    canvas.withPixels { pixels in
      for row in top..<canvas.height {
        for column in 0..<canvas.width
        where pixels[row * canvas.width + column] & 0xFF_FFFF == color.hex {
          (x, y, count) = (x + Double(column) + 0.5, y + Double(row) + 0.5, count + 1)
        }
      }
    }
    return count > 0 ? Point(x / count, y / count) : nil
  }

  /// The episode, as known before it is read.
  func episode(_ number: Int = 1) -> Episode {
    Episode(
      number: number, steps: transitions.count, ending: transitions.last?.ending ?? .running)
  }
}

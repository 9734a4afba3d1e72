import Raster
import Replay
import Rollouts
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

  /// What is known of it before it is read.
  func episode(_ number: Int = 1) -> ReplayEpisode {
    ReplayEpisode(
      number: number, steps: transitions.count, ending: transitions.last?.ending ?? .running)
  }
}

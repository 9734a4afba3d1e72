package import Recordings
package import Rollouts
package import Worlds

/// The content of one frame of a city.
package typealias CityScene = Scene<CityState, Int, CityDetails>

/// What cities show besides their states.
package struct CityDetails: Equatable, Sendable {
  /// The length of the car's trail.
  package static let trailLength = 120

  /// How many laps the run has completed, this episode's included.
  package var laps: Int
  /// How many ticks of this episode ended off the road.
  package var ticksOffRoad = 0
  /// Whether the episode ended because a lap was completed.
  package var endsLap = false
  /// The car's places, including the present one.
  package var trail: Trail<CityPoint>

  /// The details of an episode that begins in a state, after some laps.
  package init(_ state: CityState, laps: Int = 0) {
    self.laps = laps
    trail = Trail(capacity: Self.trailLength, state.position)
  }
}

extension CityScene {
  /// The share of this episode's ticks that ended off the road; nil before the first.
  package var offRoadShare: Double? { t > 0 ? Double(details.ticksOffRoad) / Double(t) : nil }
}

/// Turns the transitions of a car's episode into scenes.
package struct CityScenes: SceneBuilder {
  package typealias State = CityState

  private let world: CityWorld
  /// The episodes that ended with a lap, by number.
  private var laps: [Int] = []

  /// Scenes of a city.
  package init(_ world: CityWorld) { self.world = world }

  /// Takes note of the run's next episodes: they say how many laps were done before each.
  package mutating func countLaps(of episodes: [Episode]) {
    // A lap is what ends an episode early.
    for episode in episodes where episode.ending == .truncated && episode.steps < world.stepLimit {
      laps.append(episode.number)
    }
  }

  private func laps(before episode: Int) -> Int {
    var (low, high) = (0, laps.count)
    while low < high {
      let middle = (low + high) / 2
      if laps[middle] < episode { low = middle + 1 } else { high = middle }
    }
    return low
  }

  package func action(_ value: Value) -> Int? { value.index(below: CityWorld.actions.count) }

  /// The world is not reset between episodes, so they start wherever the last one ended.
  package func details(_ state: CityState, of episode: Episode) -> CityDetails {
    CityDetails(state, laps: laps(before: episode.number))
  }

  package func update(_ scene: inout CityScene) {
    guard let previous = scene.previous else { return }
    let reached = world.reached(from: previous, to: scene.state)
    let isLap = reached == CityMap.targetNames.count - 1
    scene.details.endsLap = isLap && scene.ending == .truncated
    if isLap { scene.details.laps += 1 }
    if world.isOffRoad(scene.state) { scene.details.ticksOffRoad += 1 }
    scene.details.trail.append(scene.state.position)
  }
}

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
  private let lapsBefore: [Int: Int]

  /// Scenes of a city; the run's episodes say how many laps were completed before each of them.
  package init(_ world: CityWorld, run: [Episode] = []) {
    self.world = world
    var laps = 0
    var before: [Int: Int] = [:]
    for episode in run {
      before[episode.number] = laps
      // Only a lap ends an episode early.
      if episode.ending == .truncated, episode.steps < world.stepLimit { laps += 1 }
    }
    lapsBefore = before
  }

  package func action(_ value: Value) -> Int? { value.index(below: CityWorld.actions.count) }

  /// The world is not reset between episodes, so they start wherever the last one ended.
  package func details(_ state: CityState, of episode: Episode) -> CityDetails {
    CityDetails(state, laps: lapsBefore[episode.number] ?? 0)
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

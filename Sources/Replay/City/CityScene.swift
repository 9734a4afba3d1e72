package import Rollouts
package import Worlds

/// All that one frame of a city shows.
package struct CityScene: Sendable, Equatable {
  /// The episode's number in the run.
  package var episode: Int
  /// How many ticks led here; 0 in the first frame.
  package var t: Int
  /// How many ticks the episode has.
  package var steps: Int
  /// The car, and where it is going.
  package var state: CityState
  /// The last action; nil in the first frame.
  package var action: Int?
  /// The last reward; nil in the first frame.
  package var reward: Double?
  /// The rewards so far, summed.
  package var totalReturn: Double
  /// How many laps the run has completed, this episode's included.
  package var laps: Int
  /// How many ticks of this episode ended off the road.
  package var ticksOffRoad: Int
  /// How the episode stands.
  package var ending: Ending
  /// Whether it ended because a lap was completed.
  package var endsLap: Bool
  /// Where the car was, the newest place first.
  package var trail: CityTrail

  /// A scene; one of an episode's beginning unless told otherwise.
  package init(
    episode: Int, t: Int = 0, steps: Int, state: CityState, action: Int? = nil,
    reward: Double? = nil, totalReturn: Double = 0, laps: Int = 0, ticksOffRoad: Int = 0,
    ending: Ending = .running, endsLap: Bool = false, trail: CityTrail = CityTrail()
  ) {
    self.episode = episode
    self.t = t
    self.steps = steps
    self.state = state
    self.action = action
    self.reward = reward
    self.totalReturn = totalReturn
    self.laps = laps
    self.ticksOffRoad = ticksOffRoad
    self.ending = ending
    self.endsLap = endsLap
    self.trail = trail
  }

  /// The share of this episode's ticks that ended off the road; nil before the first.
  package var offRoadShare: Double? { t > 0 ? Double(ticksOffRoad) / Double(t) : nil }
}

/// The last places of a car, in constant memory.
package struct CityTrail: Sendable, Equatable {
  /// How many places are remembered.
  package static let capacity = 120

  private var places: [SIMD2<Float>] = Array(repeating: .zero, count: capacity)
  private var newest = 0
  /// How many places there are.
  package private(set) var count = 0

  /// An empty trail.
  package init() {}

  /// Adds a place; the oldest one is forgotten where there are too many.
  package mutating func append(_ place: CityPoint) {
    newest = (newest + 1) % Self.capacity
    places[newest] = SIMD2(Float(place.x), Float(place.y))
    count = min(count + 1, Self.capacity)
  }

  /// The place so many ticks back; 0 is the newest.
  package subscript(age: Int) -> CityPoint {
    precondition((0..<count).contains(age), "the trail is not that long")
    let place = places[(newest - age + Self.capacity) % Self.capacity]
    return CityPoint(Double(place.x), Double(place.y))
  }
}

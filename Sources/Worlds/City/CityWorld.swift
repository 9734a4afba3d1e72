import Glibc
package import Rollouts

/// A car on a city's map that drives to three targets in turn, for ever.
///
/// A lap ends its episode as truncated, but nothing is reset: the next episode starts in the state
/// where the last one ended.
package struct CityWorld: DiscreteActionWorld {
  package let map: CityMap
  package let rules: CityRules
  package let description: WorldDescription
  /// The way along the roads; nil where the rules do not need it.
  package let satnav: Satnav?
  /// The directions of the outer sensors, relative to the car.
  private let aside: CityPoint

  /// The car's actions in their published order.
  package static let actions = [
    ActionMeaning("straight", dy: -1), ActionMeaning("left", dx: -1), ActionMeaning("right", dx: 1),
  ]

  /// A car on a map.
  package init(_ map: CityMap, rules: CityRules = CityRules()) {
    self.map = map
    self.rules = rules
    satnav = rules.needsSatnav ? Satnav(map, targetRadius: rules.targetRadius) : nil
    aside = Self.direction(rules.sensorAngle)
    description = WorldDescription(
      name: "city", map: map.text, mapName: map.name, actions: Self.actions,
      fields: CityState.fields)
  }

  /// The same map with other rules.
  package func following(_ rules: CityRules) -> CityWorld { CityWorld(map, rules: rules) }

  /// The end of an episode resets nothing.
  package var isContinuing: Bool { true }

  /// After how many ticks an episode is truncated.
  package var stepLimit: Int { rules.stepLimit }

  /// The car at the map's start, on its way to A1.
  package func start(_ draws: Draws) -> CityState { start() }

  /// The car at the map's start, on its way to A1.
  package func start() -> CityState {
    state(at: map.start, heading: map.startAngle, speed: rules.startSpeed, target: 0)
  }

  /// A car at a point, as fast as the ground permits.
  package func state(at place: CityPoint, heading: Double, target: Int) -> CityState {
    let isRoad = map.mask.isRoad(place.x, place.y)
    return state(
      at: place, heading: heading, speed: isRoad ? rules.roadSpeed : rules.sandSpeed,
      target: target)
  }

  private func state(
    at place: CityPoint, heading: Double, speed: Double, target: Int
  ) -> CityState {
    let angle = Self.wrapped(heading)
    let direction = Self.direction(angle)
    let velocity = direction * speed
    let signals = sense(from: place, direction: direction)
    return CityState(
      x: Float(place.x), y: Float(place.y), angle: Float(angle), velocityX: Float(velocity.x),
      velocityY: Float(velocity.y), signal1: Float(signals.x), signal2: Float(signals.y),
      signal3: Float(signals.z), distance: Float(distance(from: place, to: target)), target: target)
  }

  /// One tick: turn, move by the old velocity, sense, and get the reward for the new position.
  package func step(_ state: CityState, _ action: Int, _ draws: Draws) -> Step<CityState> {
    step(state, action)
  }

  /// One tick; nothing in a city is random.
  package func step(_ state: CityState, _ action: Int) -> Step<CityState> {
    precondition((0..<3).contains(action), "the car goes straight, left or right")
    let angle = heading(Double(state.angle), turned: action)
    let direction = Self.direction(angle)
    var place = state.position + state.velocity
    let signals = sense(from: place, direction: direction)

    let target = Int(state.target)
    var distance = Float(distance(from: place, to: target))
    let isNear = straightDistance(from: place, to: target) < rules.targetRadius
    var reward = rules.livingReward
    var speed = rules.roadSpeed
    if !map.mask.isRoad(place.x, place.y) {
      reward = rules.sandReward
      speed = rules.sandSpeed
    } else if distance < state.distance {
      reward = rules.nearerReward
    }

    let low = CityPoint(rules.edge, rules.edge)
    let inside = place.clamped(lowerBound: low, upperBound: size - low)
    if inside != place {
      place = inside
      reward = rules.edgeReward
    }

    let next = isNear ? (target + 1) % CityMap.targetNames.count : target
    // With road distances, the last distance is to the new target; with straight distances it keeps
    // its old value, as published.
    if isNear, rules.progress == .road { distance = Float(self.distance(from: place, to: next)) }
    let velocity = direction * speed
    return Step(
      next: CityState(
        x: Float(place.x), y: Float(place.y), angle: Float(angle), velocityX: Float(velocity.x),
        velocityY: Float(velocity.y), signal1: Float(signals.x), signal2: Float(signals.y),
        signal3: Float(signals.z), distance: distance, target: next),
      // Adding zero turns −0 into 0, because a recording cannot store −0.
      reward: reward + 0, ending: isNear && next == 0 ? .truncated : .running)
  }

  /// The car's heading after an action: straight, left or right.
  package func heading(_ degrees: Double, turned action: Int) -> Double {
    let turn = action == 0 ? 0 : action == 1 ? rules.rotation : -rules.rotation
    return Self.wrapped(degrees + turn)
  }

  private var size: CityPoint { CityPoint(Double(map.width), Double(map.height)) }
}

// MARK: Measuring

extension CityWorld {
  /// The positions of a car's three sensors: ahead, to the left, to the right.
  package func sensors(of state: CityState) -> [CityPoint] {
    let (ahead, left, right) = sensors(
      from: state.position, direction: Self.direction(Double(state.angle)))
    return [ahead, left, right]
  }

  private func sensors(
    from place: CityPoint, direction: CityPoint
  ) -> (ahead: CityPoint, left: CityPoint, right: CityPoint) {
    let reach = rules.sensorDistance
    // y points down, so `aside.y`, the negative sine, turns left.
    let left = CityPoint(
      direction.x * aside.x - direction.y * aside.y, direction.x * aside.y + direction.y * aside.x)
    let right = CityPoint(
      direction.x * aside.x + direction.y * aside.y, direction.y * aside.x - direction.x * aside.y)
    return (place + reach * direction, place + reach * left, place + reach * right)
  }

  private func sense(from place: CityPoint, direction: CityPoint) -> SIMD3<Double> {
    let (ahead, left, right) = sensors(from: place, direction: direction)
    return SIMD3(signal(at: ahead), signal(at: left), signal(at: right))
  }

  /// The reading of a sensor at a point.
  package func signal(at place: CityPoint) -> Double {
    let margin = rules.boundaryMargin
    guard place.x >= margin, place.y >= margin, place.x <= size.x - margin,
      place.y <= size.y - margin
    else { return rules.boundarySignal }
    return map.mask.offRoadShare(x: place.x, y: place.y, side: rules.sensorSize)
  }

  private func straightDistance(from place: CityPoint, to target: Int) -> Double {
    let way = map.targets[target] - place
    return (way * way).sum().squareRoot()
  }

  /// The distance to a target, as the rules measure progress.
  package func distance(from place: CityPoint, to target: Int) -> Double {
    guard rules.progress == .road, let satnav else {
      return straightDistance(from: place, to: target)
    }
    return satnav.distance(from: place, to: target)
  }

  /// Whether the car is off the road.
  package func isOffRoad(_ state: CityState) -> Bool {
    !map.mask.isRoad(Double(state.x), Double(state.y))
  }

  /// The target that a tick reached; nil where it reached none. Reaching A3 completes a lap.
  package func reached(from state: CityState, to next: CityState) -> Int? {
    state.target == next.target ? nil : Int(state.target)
  }

  /// Whether a tick completed a lap.
  package func isSuccess(
    from state: CityState, reward: Double, to next: CityState, ending: Ending
  ) -> Bool { reached(from: state, to: next) == CityMap.targetNames.count - 1 }

  /// Targets, laps, and the share of ticks off the road.
  package var tally: any StepTally { CityTally(city: self) }

  /// The unit vector on a picture for an angle that counts counter-clockwise from east.
  static func direction(_ degrees: Double) -> CityPoint {
    let radians = degrees * .pi / 180
    return CityPoint(cos(radians), -sin(radians))
  }

  /// The angle, normalized to above −180° and up to 180°.
  static func wrapped(_ degrees: Double) -> Double {
    let rest = degrees.truncatingRemainder(dividingBy: 360)
    return rest > 180 ? rest - 360 : rest <= -180 ? rest + 360 : rest
  }
}

/// What a car achieved.
private struct CityTally: StepTally {
  let city: CityWorld
  private var steps = 0
  private var targets = 0
  private var laps = 0
  private var ticksOffRoad = 0

  init(city: CityWorld) { self.city = city }

  mutating func add(_ transition: Transition) {
    steps += 1
    guard let state = CityState(recorded: transition.state),
      let next = CityState(recorded: transition.next)
    else { return }
    if city.isOffRoad(next) { ticksOffRoad += 1 }
    guard let target = city.reached(from: state, to: next) else { return }
    targets += 1
    if target == CityMap.targetNames.count - 1 { laps += 1 }
  }

  var members: [JSON.Member] {
    [
      .init("targets", .integer(targets)), .init("laps", .integer(laps)),
      .init("off_road", .number(Double(ticksOffRoad) / Double(max(1, steps)))),
    ]
  }
}

extension CityState {
  /// Where the car is.
  package var position: CityPoint { CityPoint(Double(x), Double(y)) }
  /// The car's movement in the next tick.
  package var velocity: CityPoint { CityPoint(Double(velocityX), Double(velocityY)) }
}

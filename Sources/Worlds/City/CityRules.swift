package import Rollouts

/// The distance that a step must shorten to be rewarded.
package enum CityProgress: String, Sendable, CaseIterable {
  /// The straight line to the target.
  case straight
  /// The way to the target along the roads.
  case road
}

/// What the learner sees of a state.
package enum CityInputs: String, Sendable, CaseIterable {
  /// The five published numbers: three sensors, and the bearing to the target twice.
  case course
  /// The same, plus the satnav's directions and whether the car is off the road.
  case satnav
}

/// Every number that governs the car and its city.
package struct CityRules: Configuration, Equatable {
  /// By how many degrees an action turns the car.
  package var rotation = 15.0
  /// The car's speed on a road, in pixels per tick.
  package var roadSpeed = 4.0
  /// Its speed off the road.
  package var sandSpeed = 2.0
  /// Its speed in the first tick.
  package var startSpeed = 4.0
  /// How far ahead the sensors look, in pixels.
  package var sensorDistance = 30.0
  /// The angle of the outer sensors, in degrees.
  package var sensorAngle = 30.0
  /// The side of the square that a sensor covers, in pixels.
  package var sensorSize = 20
  /// A sensor closer to the map's edge than this, in pixels, reads the boundary signal.
  package var boundaryMargin = 10.0
  /// What a sensor reads at the map's edge.
  package var boundarySignal = 1.0
  /// The distance that the car keeps from the map's edge, in pixels.
  package var edge = 5.0
  /// A target closer than this, in pixels, is reached.
  package var targetRadius = 25.0
  /// The reward of a tick off the road.
  package var sandReward = -1.0
  /// The reward of a tick on a road that brings the car no nearer.
  package var livingReward = -0.2
  /// The reward of a tick on a road that brings the car nearer.
  package var nearerReward = 0.5
  /// The reward of a tick that ends at the map's edge, whatever else happened.
  package var edgeReward = -1.0
  /// The distance to the target that must shrink.
  package var progress = CityProgress.road
  /// What the learner sees.
  package var inputs = CityInputs.satnav
  /// How far along the way the satnav's two bearings point, in pixels.
  package var satnavNear = 16.0
  package var satnavFar = 48.0
  /// After how many ticks an episode is truncated, unless a lap is completed before.
  package var stepLimit = 2000

  /// Reel's own rules: a car that is twice as fast and turns more tightly, with a satnav.
  package init() {}

  /// The published car with its five inputs.
  package static let course: CityRules = {
    var rules = CityRules()
    (rules.rotation, rules.roadSpeed, rules.sandSpeed, rules.startSpeed) = (5, 2, 0.5, 6)
    rules.nearerReward = 0.1
    rules.progress = .straight
    rules.inputs = .course
    return rules
  }()

  /// The same rules: what is wrong in the published copies is wrong in their trainers, which among
  /// other things store each reward one tick late.
  package static let original = course

  /// Every rule by name.
  package static let settings: [Setting<Self>] = [
    .number("rotation", \.rotation, in: 0...180, "degrees by which an action turns the car"),
    .number("road_speed", \.roadSpeed, in: 0.01...100, "pixels per tick on a road"),
    .number("sand_speed", \.sandSpeed, in: 0.01...100, "pixels per tick off the road"),
    .number("start_speed", \.startSpeed, in: 0.01...100, "pixels in the first tick"),
    .number("sensor_distance", \.sensorDistance, in: 0...1000, "pixels that sensors look ahead"),
    .number(
      "sensor_angle", \.sensorAngle, in: 0...180,
      "degrees between the middle sensor and the outer two"),
    .count("sensor_size", \.sensorSize, in: 1...400, "side of the square that a sensor sees"),
    .number(
      "boundary_margin", \.boundaryMargin, in: 0...500,
      "pixels from the map's edge within which a sensor reads boundary_signal"),
    .number("boundary_signal", \.boundarySignal, in: -1000...1000, "a sensor's reading there"),
    .number("edge", \.edge, in: 0...25, "pixels that the car is kept from the map's edge"),
    .number("target_radius", \.targetRadius, in: 1...500, "pixels at which a target is reached"),
    .number("sand_reward", \.sandReward, in: -1e6...1e6, "reward off the road"),
    .number("living_reward", \.livingReward, in: -1e6...1e6, "reward on a road"),
    .number("nearer_reward", \.nearerReward, in: -1e6...1e6, "reward on a road, coming nearer"),
    .number("edge_reward", \.edgeReward, in: -1e6...1e6, "reward at the map's edge, always"),
    .choice("progress", \.progress, "what 'nearer' measures"),
    .choice("inputs", \.inputs, "what the learner sees"),
    .number(
      "satnav_near", \.satnavNear, in: 8...400, "pixels along the way to the first bearing's point"),
    .number("satnav_far", \.satnavFar, in: 8...400, "the same for the second bearing"),
    .count("step_limit", \.stepLimit, in: 1...1_000_000_000, "ticks until truncation"),
  ]

  /// The settings that differ from Reel's own rules, as users type them.
  package var overrides: [(name: String, value: String)] {
    zip(members, CityRules().members).filter { $0.value != $1.value }.map { member, _ in
      (member.key, member.value.text ?? member.value.compact)
    }
  }

  /// Whether any rule needs the way along the roads.
  package var needsSatnav: Bool { progress == .road || inputs == .satnav }
}

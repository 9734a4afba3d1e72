import Glibc
package import Rollouts

/// A city in numbers, for `reel map check` and for its authors.
package struct CitySurvey: Sendable, Equatable {
  /// The way from the start or a target to the next target.
  package struct Leg: Sendable, Equatable {
    package var from: String
    package var to: String
    /// In pixels, along the roads.
    package var road: Double
    /// In pixels, as the crow flies.
    package var straight: Double
    /// The share of the straight line that is off the road.
    package var offRoad: Double
    /// Whether roads alone lead to the target.
    package var isReachable: Bool
  }

  package let name: String
  package let width: Int
  package let height: Int
  package let metresPerPixel: Double
  package let roads: Int
  package let areas: Int
  /// The share of all pixels that are drivable.
  package let drivable: Double
  package let startsOnRoad: Bool
  /// From the start to A1, then from target to target.
  package let legs: [Leg]
  package let notes: [String]

  /// The largest drivable share in shipped and generated cities.
  package static let mostDrivable = 0.35
  /// The smallest off-road share of each leg's straight line in those cities.
  package static let leastOffRoad = 0.5

  /// Surveys a city.
  package init(_ map: CityMap) {
    name = map.name
    (width, height, metresPerPixel) = (map.width, map.height, map.metresPerPixel)
    (roads, areas, notes) = (map.roads.count, map.areas.count, map.notes)
    drivable = map.mask.share
    startsOnRoad = map.mask.isRoad(map.start.x, map.start.y)
    let satnav = Satnav(map, targetRadius: CityRules().targetRadius)
    var legs: [Leg] = []
    var from = (name: "start", at: map.start)
    for target in [0, 1, 2, 0] {
      let to = (name: CityMap.targetNames[target], at: map.targets[target])
      let route = satnav.route(from: from.at, to: target)
      legs.append(
        Leg(
          from: from.name, to: to.name,
          road: zip(route, route.dropFirst()).reduce(0) { $0 + Self.length($1.1 - $1.0) },
          straight: Self.length(to.at - from.at),
          offRoad: map.mask.offRoadShare(from: from.at, to: to.at),
          isReachable: satnav.isReachable(target, from: from.at)))
      from = to
    }
    self.legs = legs
  }

  private static func length(_ way: CityPoint) -> Double { (way * way).sum().squareRoot() }

  /// Problems for a learner or a driver, and their reasons, as sentences.
  package var problems: [String] {
    var problems: [String] = []
    if !startsOnRoad {
      problems.append("the start is off the road: the car begins on sand, slow and punished")
    }
    for leg in legs where !leg.isReachable {
      problems.append(
        "no road leads from \(leg.from) to \(leg.to): the car has to cross sand, and the satnav finds no route"
      )
    }
    return problems
  }

  /// What makes a city easy to learn, and why, as sentences.
  package var remarks: [String] {
    var remarks: [String] = []
    if drivable > Self.mostDrivable {
      remarks.append(
        "\(Self.percent(drivable)) of the map is drivable: above \(Self.percent(Self.mostDrivable)) a car"
          + " seldom meets an edge of the road, and has little to learn")
    }
    for leg in legs where leg.offRoad < Self.leastOffRoad {
      remarks.append(
        "only \(Self.percent(leg.offRoad)) of the straight line from \(leg.from) to \(leg.to) is off the"
          + " road: a car that heads for the target arrives without learning to follow roads")
    }
    return remarks
  }

  /// Whether there is something to learn and there are no problems.
  var isWorthLearning: Bool { problems.isEmpty && remarks.isEmpty }

  private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
}

// MARK: For people and programs

extension CitySurvey {
  /// The findings as labelled lines for people.
  package var lines: [(label: String, text: String)] {
    let metres = (Double(width) * metresPerPixel, Double(height) * metresPerPixel)
    var lines = [
      ("map", name.isEmpty ? "city" : "city, \(name)"),
      ("size", "\(width) × \(height) px, \(Int(metres.0)) × \(Int(metres.1)) m"),
      ("roads", "\(roads) lines, \(Self.percent(drivable)) of the map is drivable"),
      ("areas", "\(areas)"),
    ]
    for leg in legs {
      let way = leg.isReachable ? "\(Int(leg.road)) px by road" : "no way by road"
      lines.append(
        (
          "\(leg.from) to \(leg.to)",
          "\(way), \(Int(leg.straight)) px straight, \(Self.percent(leg.offRoad)) of it off the road"
        ))
    }
    return lines + problems.map { ("problem", $0) } + (remarks + notes).map { ("note", $0) }
  }

  /// The findings as flat JSON members; legs are lists that begin at the start.
  package var members: [JSON.Member] {
    [
      .init("kind", "city"), .init("title", .string(name)), .init("width", .integer(width)),
      .init("height", .integer(height)), .init("metres_per_pixel", .number(metresPerPixel)),
      .init("roads", .integer(roads)), .init("areas", .integer(areas)),
      .init("drivable", .number(drivable)), .init("starts_on_road", .bool(startsOnRoad)),
      .init("legs", .array(legs.map { .string("\($0.from) to \($0.to)") })),
      .init("leg_road", .array(legs.map { .number($0.road) })),
      .init("leg_straight", .array(legs.map { .number($0.straight) })),
      .init("leg_off_road", .array(legs.map { .number($0.offRoad) })),
      .init("leg_reachable", .array(legs.map { .bool($0.isReachable) })),
      .init("problems", .array(problems.map { ["problem": .string($0)] })),
      .init("notes", .array((remarks + notes).map(JSON.string))),
    ]
  }
}

import Glibc
import Worlds

/// How the ends of a city's roads are drawn, so that crossings look realistic.
///
/// Every road ends with a straight edge, not with a round cap that would show on the far side of a
/// narrower road that it meets; if it ends alone, or bends into the next road, a disc rounds
/// it off. A greater road that ends at a lesser one stops at its side: the lesser one runs through.
struct CityJunctions {
  /// One end of a road.
  struct End {
    /// Its place on the map.
    var place: CityPoint
    /// Whether a disc rounds it off.
    var isRound: Bool
    /// By how much it is shortened, in map pixels.
    var trim = 0.0
  }

  /// The first and the last end of each road.
  let ends: [(first: End, last: End)]

  /// The ends of a map's roads.
  init(_ roads: [CityRoad]) {
    let boxes = roads.map { CityOutline.box(of: $0.points) }
    ends = roads.indices.map { index in
      (
        Self.end(of: index, atLast: false, roads, boxes),
        Self.end(of: index, atLast: true, roads, boxes)
      )
    }
  }

  /// From the lowest to the highest class.
  static func rank(_ kind: RoadClass) -> Int {
    RoadClass.allCases.count - (RoadClass.allCases.firstIndex(of: kind) ?? 0)
  }

  private static func end(
    of index: Int, atLast: Bool, _ roads: [CityRoad],
    _ boxes: [(low: CityPoint, high: CityPoint)]
  ) -> End {
    let road = roads[index]
    guard let first = road.points.first, let last = road.points.last else {
      return End(place: .zero, isRound: false)
    }
    let place = atLast ? last : first
    var end = End(place: place, isRound: true)
    if first == last { return end }
    var continues = false
    var continuesEqually = false
    var trim: Double?
    for (other, box) in zip(roads.indices, boxes) where other != index {
      let road2 = roads[other]
      let reach = road2.width / 2
      guard place.x >= box.low.x - reach, place.y >= box.low.y - reach,
        place.x <= box.high.x + reach, place.y <= box.high.y + reach
      else { continue }
      let distance = road2.points.distance(to: place)
      guard distance < reach else { continue }
      let isClosed = road2.points.first == road2.points.last
      let tips = [road2.points.first, road2.points.last].compactMap { $0 }
      if !isClosed, tips.contains(where: { length($0 - place) < 2 }) {
        continues = true
        if rank(road2.kind) >= rank(road.kind) { continuesEqually = true }
      } else if isClosed || !tips.contains(where: { length($0 - place) < reach }) {
        let less = rank(road2.kind) < rank(road.kind) ? reach - distance : 0
        trim = max(trim ?? 0, less)
      }
    }
    // If another road of its kind meets it there, the crossing belongs to both; a lesser one that continues
    // from there has a disc of its own.
    end.isRound = continuesEqually || trim == nil && !continues
    if let trim, !continuesEqually { end.trim = min(trim, length(of: road.points) * 0.4) }
    return end
  }

  private static func length(_ way: CityPoint) -> Double { (way * way).sum().squareRoot() }

  private static func length(of points: [CityPoint]) -> Double {
    zip(points, points.dropFirst()).reduce(0) { $0 + length($1.1 - $1.0) }
  }

  /// A line that is shortened by some length at its start and end.
  static func trimmed(_ points: [CityPoint], first: Double, last: Double) -> [CityPoint] {
    let front = first > 0 ? shortened(points, by: first) : points
    return last > 0 ? shortened(front.reversed(), by: last).reversed() : front
  }

  private static func shortened(_ points: [CityPoint], by rest: Double) -> [CityPoint] {
    var rest = rest
    for index in points.indices.dropLast() {
      let way = points[index + 1] - points[index]
      let step = length(way)
      if step > rest {
        return [points[index] + way * (rest / step)] + points[(index + 1)...]
      }
      rest -= step
    }
    return points
  }
}

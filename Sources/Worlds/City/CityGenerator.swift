import Glibc
import Rollouts

/// Invented cities: a bent grid, avenues, a ring, a river with bridges, parks, houses. The same
/// seed makes the same city.
package enum CityGenerator {
  /// How many plans are drawn before the river is left out.
  private static let attempts = 24

  /// A city as GeoJSON. All its targets can be reached, at most 35 % of it is drivable, and at
  /// least half of each leg's straight line is off the road.
  package static func geoJSON(seed: UInt64) -> String {
    var text = ""
    for attempt in 0..<2 * attempts {
      let plan = CityPlan(seed: seed, attempt: attempt, isDry: attempt >= attempts)
      text = CityWriter(plan, seed: seed).text
      if let map = try? CityMap(parsing: text), CitySurvey(map).isWorthLearning { break }
    }
    return text
  }
}

/// Writes a plan as GeoJSON, one feature per line.
private struct CityWriter {
  private(set) var text = ""
  private static let middle = Coordinate(longitude: 12, latitude: 50)
  private static let degree = CityProjection.radius * .pi / 180

  init(_ plan: CityPlan, seed: UInt64) {
    let corners = [CityPoint(0, CityPlan.size.y), CityPoint(CityPlan.size.x, 0)]
    text = """
      {"type":"FeatureCollection","name":\(quoted("\(plan.names.city), seed \(seed)")),
      "bbox":[\(corners.map(place).joined(separator: ","))],"roadScale":\(CityPlan.roadScale),
      "features":[

      """
    var features: [String] = []
    for (name, target) in zip(CityMap.targetNames, plan.targets) {
      features.append(point(["name": name], target))
    }
    features.append(point(["name": "start"], plan.start))
    for label in plan.labels {
      features.append(point(["name": label.name, "place": "suburb"], label.at))
    }
    for area in plan.areas {
      var tags = [(area.key, area.value)]
      if !area.name.isEmpty { tags.append(("name", area.name)) }
      let polygons = area.outlines.map { "[\(line($0 + $0.prefix(1)))]" }
      let shape =
        polygons.count == 1
        ? #""type":"Polygon","coordinates":\#(polygons[0])"#
        : #""type":"MultiPolygon","coordinates":[\#(polygons.joined(separator: ","))]"#
      features.append(feature(tags, shape))
    }
    for path in plan.paths {
      features.append(
        feature([("highway", "footway")], #""type":"LineString","coordinates":\#(line(path))"#))
    }
    for road in plan.roads {
      var tags = [("highway", road.kind.rawValue), ("name", road.name)]
      if road.isBridge { tags.append(("bridge", "yes")) }
      features.append(feature(tags, #""type":"LineString","coordinates":\#(line(road.points))"#))
    }
    text += features.joined(separator: ",\n") + "\n]}\n"
  }

  private func feature(_ tags: [(String, String)], _ shape: String) -> String {
    let members = tags.map { "\(quoted($0)):\(quoted($1))" }.joined(separator: ",")
    return #"{"type":"Feature","properties":{\#(members)},"geometry":{\#(shape)}}"#
  }

  private func point(_ tags: KeyValuePairs<String, String>, _ at: CityPoint) -> String {
    feature(tags.map { ($0, $1) }, #""type":"Point","coordinates":[\#(place(at))]"#)
  }

  private func quoted(_ text: String) -> String { JSON.string(text).compact }

  private func line(_ points: [CityPoint]) -> String {
    "[" + points.map { "[\(place($0))]" }.joined(separator: ",") + "]"
  }

  /// A pixel as longitude and latitude; a sixth decimal is a tenth of a pixel.
  private func place(_ point: CityPoint) -> String {
    let offset = (point - CityPlan.size / 2) / Self.degree
    let longitude = Self.middle.longitude + offset.x / cos(Self.middle.latitude * .pi / 180)
    return "\(Self.millionths(longitude)),\(Self.millionths(Self.middle.latitude - offset.y))"
  }

  private static func millionths(_ degrees: Double) -> String {
    let value = Int((degrees * 1e6).rounded())
    let rest = String(value % 1_000_000)
    return "\(value / 1_000_000)." + String(repeating: "0", count: 6 - rest.count) + rest
  }
}

import Rollouts
import Worlds

/// Draws small cities for tests, in pixels: a metre each, about the equator, so that degrees and
/// pixels differ by a factor alone.
struct CitySketch {
  static let degree = 6_371_008.8 * Double.pi / 180

  var size = CityPoint(400, 300)
  var features: [String] = []
  var members = #""metresPerPixel":1"#

  /// A city with one straight road of 20 pixels, its targets and its start on it.
  static let street: CitySketch = {
    var sketch = CitySketch()
    sketch.road([CityPoint(20, 150), CityPoint(380, 150)], width: 20)
    sketch.points(CityPoint(300, 150), CityPoint(100, 150), CityPoint(200, 150), start: (200, 150))
    return sketch
  }()

  func degrees(_ place: CityPoint) -> String {
    "[\((place.x - size.x / 2) / Self.degree),\((size.y / 2 - place.y) / Self.degree)]"
  }

  mutating func feature(_ tags: String, _ kind: String, _ coordinates: String) {
    features.append(
      #"{"type":"Feature","properties":{\#(tags)},"geometry":{"type":"\#(kind)","coordinates":"#
        + coordinates + "}}")
  }

  mutating func road(_ line: [CityPoint], width: Double) {
    feature(
      #""highway":"residential","width":\#(width)"#, "LineString",
      "[" + line.map(degrees).joined(separator: ",") + "]")
  }

  mutating func points(
    _ a1: CityPoint, _ a2: CityPoint, _ a3: CityPoint, start: (x: Double, y: Double),
    heading: Double? = nil
  ) {
    for (name, place) in [("A1", a1), ("A2", a2), ("A3", a3)] {
      feature(#""name":"\#(name)""#, "Point", degrees(place))
    }
    let tag = heading.map { #","heading":\#($0)"# } ?? ""
    feature(#""name":"start"\#(tag)"#, "Point", degrees(CityPoint(start.x, start.y)))
  }

  /// The city as GeoJSON.
  var text: String {
    let corners = [CityPoint(0, size.y), CityPoint(size.x, 0)].map { degrees($0).dropFirst() }
    let bbox = corners.map { $0.dropLast() }.joined(separator: ",")
    return #"{"type":"FeatureCollection","name":"Sketch","bbox":[\#(bbox)],\#(members),"#
      + "\"features\":[\n\(features.joined(separator: ",\n"))\n]}"
  }

  /// The city as it is read.
  func map() throws -> CityMap { try CityMap(parsing: text) }
}

/// Drives by the first bearing of the satnav alone, as greedily as possible.
struct CityDriver {
  var targets = 0
  var laps = 0
  var ticksOffRoad = 0
  var longestLap = 0

  /// Drives for some ticks in a world with Reel's own inputs.
  init(_ world: CityWorld, ticks: Int) {
    let half = Float(world.rules.rotation / 2 / 45)
    var state = world.start()
    var lapStart = 0
    for tick in 0..<ticks {
      let bearing = world.observation(state)[5]
      let step = world.step(state, bearing > half ? 2 : bearing < -half ? 1 : 0)
      if world.reached(from: state, to: step.next) != nil { targets += 1 }
      if step.ending == .truncated {
        laps += 1
        longestLap = max(longestLap, tick + 1 - lapStart)
        lapStart = tick + 1
      }
      state = step.next
      if world.isOffRoad(state) { ticksOffRoad += 1 }
    }
  }
}

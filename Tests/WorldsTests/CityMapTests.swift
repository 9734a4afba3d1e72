import Rollouts
import Testing
import Worlds

struct CityMapTests {
  @Test func `a sketch is read at the pixels where it was drawn`() throws {
    let map = try CitySketch.street.map()
    #expect(map.width == 400 && map.height == 300 && map.metresPerPixel == 1)
    #expect(map.name == "Sketch" && map.notes.isEmpty && map.text == CitySketch.street.text)
    let places = map.targets + [map.start]
    for (place, x) in zip(places, [300.0, 100, 200, 200]) {
      #expect(abs(place.x - x) < 1e-6 && abs(place.y - 150) < 1e-6)
    }
  }

  @Test func `without a scale the longer side has 1400 pixels`() throws {
    var sketch = CitySketch.street
    sketch.members = #""note":"none""#
    let map = try sketch.map()
    #expect(map.width == 1400 && map.height == 1050)
    #expect(abs(map.metresPerPixel - 400.0 / 1400) < 1e-9)
    #expect(abs(map.roads[0].width - 70) < 1e-6)
  }

  @Test func `away from the equator a degree of longitude is shorter`() throws {
    // At 60° a degree of longitude is half as long: a square of 0.02 by 0.01 degrees.
    let corners = [(10.0, 60.0), (10.02, 60), (10.02, 60.01), (10, 60.01), (10, 60)]
    let line = corners.map { "[\($0.0),\($0.1)]" }.joined(separator: ",")
    var features = [feature(#""highway":"primary""#, "LineString", "[\(line)]")]
    for name in ["A1", "A2", "A3", "start"] {
      features.append(feature(#""name":"\#(name)""#, "Point", "[10.01,60.005]"))
    }
    let text = #"{"type":"FeatureCollection","features":[\#(features.joined(separator: ","))]}"#
    let map = try CityMap(parsing: text)
    #expect(map.height == 1400 && abs(map.width - 1400) < 3)
    // North is up, and the roads keep a margin.
    #expect(map.roads[0].points[0].y > 1300 && map.roads[0].points[2].y < 100)
    #expect(abs(map.start.x - Double(map.width) / 2) < 1 && abs(map.start.y - 700) < 1)
  }

  private func feature(_ tags: String, _ kind: String, _ coordinates: String) -> String {
    #"{"type":"Feature","properties":{\#(tags)},"geometry":{"type":"\#(kind)","#
      + #""coordinates":\#(coordinates)}}"#
  }

  @Test func `OpenStreetMap's tags become roads, areas, ways and labels`() throws {
    var sketch = CitySketch.street
    sketch.members += #","roadScale":2"#
    let line = "[[0,0],[0.001,0]]"
    let ring = "[[[0,0],[0.001,0],[0.001,0.001],[0,0]]]"
    sketch.feature(#""highway":"motorway_link","name":"Slip","bridge":"yes""#, "LineString", line)
    sketch.feature(#""highway":"service","width":"12.5 m""#, "MultiLineString", "[\(line),\(line)]")
    sketch.feature(#""highway":"residential","width":"wide""#, "LineString", line)
    sketch.feature(#""highway":"footway""#, "LineString", line)
    sketch.feature(#""waterway":"canal","name":"Cut""#, "LineString", line)
    sketch.feature(#""waterway":"riverbank""#, "Polygon", ring)
    sketch.feature(#""natural":"water""#, "MultiPolygon", "[\(ring),\(ring)]")
    sketch.feature(#""leisure":"park","name":"Green""#, "Polygon", ring)
    sketch.feature(#""building":"yes""#, "Polygon", ring)
    sketch.feature(#""building":"no""#, "Polygon", ring)
    sketch.feature(#""place":"suburb","name":"Soho""#, "Point", "[0,0]")
    sketch.feature(#""amenity":"bench""#, "Point", "[0,0]")
    sketch.feature(#""amenity":"bench""#, "Point", "[0,0]")
    sketch.features.append(#"{"type":"Feature","properties":null,"geometry":null}"#)
    sketch.feature("", "GeometryCollection", "[]")
    let map = try sketch.map()
    #expect(map.roads.map(\.kind) == [.residential, .motorway, .service, .service, .residential])
    #expect(zip(map.roads.map(\.width), [40, 48, 25, 25, 18]).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(map.roads[1].isBridge && map.roads[1].name == "Slip" && !map.roads[2].isBridge)
    #expect(map.areas.map(\.kind) == [.water, .water, .water, .park, .building])
    #expect(map.ways.map(\.kind) == [.path, .water] && map.ways[1].name == "Cut")
    #expect(map.labels.map(\.text) == ["Soho"])
    #expect(
      map.notes == [
        "width 'wide' is not a number of metres", "ignored: a feature without geometry",
        "ignored: geometry GeometryCollection", "ignored: polygon without a known tag",
        "ignored: point amenity=bench (2 times)",
      ])
  }

  @Test func `the mask is where a pixel's centre is within half a width of a road`() throws {
    var words = Stream(seed: 8, purpose: .map)
    func real(_ least: Double, _ most: Double) -> Double {
      least + (most - least) * Double(words.next() >> 11) * 0x1p-53
    }
    for _ in 0..<30 {
      var sketch = CitySketch(size: CityPoint(90, 70))
      for _ in 0..<3 {
        let line = (0..<3).map { _ in CityPoint(real(-20, 110), real(-20, 90)) }
        sketch.road(line, width: real(6, 25))
      }
      let middle = CityPoint(45, 35)
      sketch.points(middle, middle, middle, start: (45, 35))
      let map = try sketch.map()
      for row in 0..<70 {
        for column in 0..<90 {
          let centre = CityPoint(Double(column) + 0.5, Double(row) + 0.5)
          let isRoad = map.roads.contains { Self.distance(centre, $0.points) <= $0.width / 2 }
          #expect(map.mask.isRoad(centre.x, centre.y) == isRoad)
        }
      }
      let all = (0..<6300).count { map.mask.isRoad(Double($0 % 90), Double($0 / 90)) }
      #expect(abs(map.mask.share - Double(all) / 6300) < 1e-12)
      for _ in 0..<40 {
        let (x, y, side) = (real(-10, 100), real(-10, 80), Int(real(1, 30)))
        var off = 0
        for row in 0..<side {
          for column in 0..<side {
            let place = CityPoint(
              x.rounded(.down) - Double(side / 2) + Double(column),
              y.rounded(.down) - Double(side / 2) + Double(row))
            if !map.mask.isRoad(place.x, place.y) { off += 1 }
          }
        }
        let share = Double(off) / Double(side * side)
        #expect(abs(map.mask.offRoadShare(x: x, y: y, side: side) - share) < 1e-12)
      }
    }
  }

  /// The distance to a line by ever finer sampling: slow but sure.
  private static func distance(_ place: CityPoint, _ line: [CityPoint]) -> Double {
    zip(line, line.dropFirst()).map { a, b in
      func at(_ t: Double) -> Double {
        let way = a + (b - a) * t - place
        return (way * way).sum().squareRoot()
      }
      // The distance along a segment has one least value: a golden section finds it.
      var (low, high) = (0.0, 1.0)
      for _ in 0..<80 {
        let (left, right) = (low + (high - low) * 0.382, low + (high - low) * 0.618)
        if at(left) < at(right) { high = right } else { low = left }
      }
      return min(at(0), at(1), at((low + high) / 2))
    }.min() ?? .infinity
  }

  // MARK: Hostile files

  @Test(
    arguments: [
      ("", "line 1, column 1: not GeoJSON: expected a value"),
      ("{}", "a city must be a GeoJSON FeatureCollection, found no type"),
      (#"{"type":"Topology"}"#, "a city must be a GeoJSON FeatureCollection, found 'Topology'"),
      (#"{"type":"FeatureCollection"}"#, "the FeatureCollection has no list of features"),
      (
        #"{"type":"FeatureCollection","features":[]}"#,
        "the city has no roads: LineStrings with a tag such as highway=residential"
      ),
      (#"{"type":"FeatureCollection","features":[7]}"#, "feature 1 is not a Feature"),
    ])
  func `a file that is not a city is refused with one sentence`(text: String, sentence: String) {
    let error = #expect(throws: MapError.self) { try CityMap(parsing: text) }
    #expect(error?.description == sentence)
  }

  @Test(
    arguments: [
      (#""name":"A1""#, #""name":"B1""#, "the city has no A1: Points with that name"),
      (#""name":"A1""#, #""name":"A2""#, "feature 3 is a second point named A2"),
      (#""name":"start""#, #""name":"end""#, "the city has no start: Points with that name"),
      ("highway", "railway", "the city has no roads: LineStrings with a tag such as"),
      (
        #""name":"start""#, #""name":"start","heading":"north""#,
        "the start's heading must be a number of degrees from north, clockwise"
      ),
      (
        #""metresPerPixel":1"#, #""metresPerPixel":0"#, "metresPerPixel must be a number from 0.001"
      ),
      (#""metresPerPixel":1"#, #""metresPerPixel":0.01"#, "the map would have 40000 × 30000 pix"),
      (#""metresPerPixel":1"#, #""metresPerPixel":100"#, "the map would have 4 × 3 pixels; each"),
      (
        #""metresPerPixel":1"#, #""roadScale":"x""#,
        #"roadScale must be a number from 0.1 to 20, no"#
      ),
      (
        #""bbox":["#, #""bbox":[1,"#, "the bbox must be [west, south, east, north] in degrees, not "
      ),
      (#""bbox":["#, #""bbox":[8,8,9,9],"b":["#, "the map would have "),
      ("[[-0.0016", "[[-181.0016", "feature 1 is at longitude -181.0016"),
      ("[[-0.0016", "[[NaN", "line 2, column "),
      ("[[-0.0016", "[[1e999", "line 2, column "),
      ("[[-0.0016", #"[["a","#, "feature 1 has a position that is not [longitude, latitude]"),
      (#""coordinates":[["#, #""coordinates":7,"c":[["#, "feature 1 has coordinates that are"),
    ])
  func `a city with a fault is refused with one sentence`(
    part: String, fault: String, sentence: String
  ) throws {
    let parts = CitySketch.street.text.split(separator: part, maxSplits: 1)
    try #require(parts.count == 2)
    let error = #expect(throws: MapError.self) {
      try CityMap(parsing: parts.joined(separator: fault))
    }
    #expect(error?.description.hasPrefix(sentence) == true, "\(error?.description ?? "")")
  }

  @Test func `a point outside the bbox is refused`() {
    var sketch = CitySketch.street
    sketch.features.removeLast()
    sketch.feature(#""name":"start""#, "Point", "[1,1]")
    #expect(throws: MapError.self) { try sketch.map() }
  }

  @Test func `a road drawn over and over is refused before it takes forever`() {
    var sketch = CitySketch.street
    sketch.members = #""roadScale":20"#
    let there = (0..<4000).map { CityPoint($0 % 2 == 0 ? 0 : 400, $0 % 3 == 0 ? 0 : 300) }
    sketch.road(there, width: 400)
    let error = #expect(throws: MapError.self) { try sketch.map() }
    #expect(error?.description == "the roads overlap too much to be drawn")
  }

  @Test func `deep nesting is refused`() {
    let text = String(repeating: "[", count: 1_000_000)
    #expect(throws: MapError.self) { try CityMap(parsing: text) }
  }

  @Test func `random and mutated bytes never trap`() {
    var words = Stream(seed: 3, purpose: .map)
    var sketch = CitySketch.street
    sketch.feature(#""leisure":"park""#, "Polygon", "[[[0,0],[0.001,0],[0,0.001],[0,0]]]")
    let original = Array(sketch.text.utf8)
    let alphabet = Array("0123456789-+.eE,:[]{}\"truenfalsA".utf8)
    var read = 0
    for round in 0..<1500 {
      var bytes = original
      if round % 10 == 0 { bytes = (0..<200).map { _ in UInt8(truncatingIfNeeded: words.next()) } }
      for _ in 0..<1 + Int(words.next() % 3) {
        let at = Int(words.next() % UInt64(bytes.count))
        switch words.next() % 3 {
        case 0: bytes[at] = alphabet[Int(words.next() % UInt64(alphabet.count))]
        case 1: bytes.remove(at: at)
        default: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 9)], at: at)
        }
      }
      guard let map = try? CityMap(parsing: String(decoding: bytes, as: UTF8.self)) else {
        continue
      }
      read += 1
      let world = CityWorld(map, rules: .course)
      _ = world.step(world.start(), 1)
      _ = map.mask.share
    }
    #expect(read > 0)
  }
}

import Rollouts

/// Sorts a file's features by what they become in a city, still in degrees.
struct CityReader {
  struct Road {
    var kind: RoadClass
    var name: String
    /// In metres.
    var width: Double
    var isBridge: Bool
    var line: [Coordinate]
  }

  struct Way {
    var kind: CityWay.Kind
    var name: String
    /// In metres.
    var width: Double
    var line: [Coordinate]
  }

  struct Area {
    var kind: CityArea.Kind
    var name: String
    var rings: [[Coordinate]]
  }

  struct Label {
    var text: String
    var kind: String
    var at: Coordinate
  }

  private let features: [GeoJSON.Feature]
  private(set) var roads: [Road] = []
  private(set) var ways: [Way] = []
  private(set) var areas: [Area] = []
  private(set) var labels: [Label] = []
  /// A1, A2, A3 and start, where the file has them.
  private(set) var named: [String: Coordinate] = [:]
  /// In degrees, counter-clockwise from east.
  private(set) var startAngle = 0.0
  private var ignored: [(what: String, count: Int)] = []
  private var remarks: [String] = []

  init(_ file: GeoJSON) {
    features = file.features
    for what in file.ignored { ignore(what) }
  }

  /// Sorts the features; a draft may lack roads and required points.
  mutating func read(isDraft: Bool = false) throws(MapError) {
    for (index, feature) in features.enumerated() {
      switch feature.geometry {
      case .points(let places): try readPoints(places, feature, number: index + 1)
      case .lines(let lines): readLines(lines.filter { $0.count > 1 }, feature)
      case .polygons(let polygons): readPolygons(polygons, feature)
      }
    }
    if isDraft { return }
    guard !roads.isEmpty else {
      throw MapError("the city has no roads: LineStrings with a tag such as highway=residential")
    }
    var missing = (CityMap.targetNames + ["start"]).filter { named[$0] == nil }
    guard missing.isEmpty else {
      let last = missing.removeLast()
      let list = missing.isEmpty ? last : "\(missing.joined(separator: ", ")) and \(last)"
      throw MapError("the city has no \(list): Points with that name")
    }
  }

  private mutating func readPoints(
    _ places: [Coordinate], _ feature: GeoJSON.Feature, number: Int
  ) throws(MapError) {
    guard let place = places.first else { return }
    let name = feature.tag("name") ?? ""
    if CityMap.targetNames.contains(name) || name == "start" {
      guard named.updateValue(place, forKey: name) == nil else {
        throw MapError("feature \(number) is a second point named \(name)")
      }
      if name == "start", let heading = feature.tags["heading"], heading != .null {
        // A compass counts clockwise from north.
        guard let degrees = heading.double, (-360...360).contains(degrees) else {
          throw MapError("the start's heading must be a number of degrees from north, clockwise")
        }
        startAngle = 90 - degrees
      }
    } else if let kind = feature.tag("place"), !name.isEmpty {
      labels.append(Label(text: name, kind: kind, at: place))
    } else {
      ignore("point " + feature.kind)
    }
  }

  private mutating func readLines(_ lines: [[Coordinate]], _ feature: GeoJSON.Feature) {
    let name = feature.tag("name") ?? ""
    if let kind = feature.tag("highway").flatMap(RoadClass.init(highway:)) {
      let width = width(of: feature) ?? kind.width
      let bridge = feature.tag("bridge").map { $0 != "no" } ?? false
      for line in lines {
        roads.append(Road(kind: kind, name: name, width: width, isBridge: bridge, line: line))
      }
    } else if let (kind, usual) = CityWay.Kind.of(feature) {
      let width = width(of: feature) ?? usual
      for line in lines { ways.append(Way(kind: kind, name: name, width: width, line: line)) }
    } else if let kind = CityArea.Kind(feature) {
      // OpenStreetMap draws areas as closed lines.
      for line in lines where line.first == line.last && line.count > 3 {
        areas.append(Area(kind: kind, name: name, rings: [line]))
      }
    } else {
      ignore("line " + feature.kind)
    }
  }

  private mutating func readPolygons(_ polygons: [[[Coordinate]]], _ feature: GeoJSON.Feature) {
    guard let kind = CityArea.Kind(feature) else { return ignore("polygon " + feature.kind) }
    let name = feature.tag("name") ?? ""
    for rings in polygons {
      let drawn = rings.filter { $0.count > 2 }
      if !drawn.isEmpty { areas.append(Area(kind: kind, name: name, rings: drawn)) }
    }
  }

  /// The `width` in metres, as OpenStreetMap writes it: `12`, `12.5` or `12 m`.
  private mutating func width(of feature: GeoJSON.Feature) -> Double? {
    guard let text = feature.tag("width") else { return nil }
    let number = text.split(separator: " ", maxSplits: 1).first.flatMap { Double($0) }
    if let number, (0.1...10_000).contains(number) { return number }
    if remarks.count < 20 { remarks.append("width '\(text.prefix(20))' is not a number of metres") }
    return nil
  }

  private mutating func ignore(_ what: String) {
    if let known = ignored.firstIndex(where: { $0.what == what }) {
      ignored[known].count += 1
    } else if ignored.count < 20 {
      ignored.append((what, 1))
    } else if ignored.count == 20 {
      ignored.append(("other features", 1))
    } else {
      ignored[20].count += 1
    }
  }
}

extension CityReader {
  /// The box around the roads and the named points.
  var frame: CoordinateBox {
    var places = Array(named.values)
    for road in roads { places += road.line }
    return CoordinateBox(around: places)
      ?? CoordinateBox(west: 0, south: 0, east: 0, north: 0)
  }

  /// The three targets' pixels.
  func targets(on view: CityProjection) throws(MapError) -> [CityPoint] {
    var targets: [CityPoint] = []
    for name in CityMap.targetNames { targets.append(try place(name, on: view)) }
    return targets
  }

  /// The start's pixel.
  func start(on view: CityProjection) throws(MapError) -> CityPoint {
    try place("start", on: view)
  }

  private func place(_ name: String, on view: CityProjection) throws(MapError) -> CityPoint {
    guard let point = named[name].map(view.point), view.contains(point) else {
      throw MapError("the point \(name) is outside the map's bbox")
    }
    return point
  }

  /// Remarks about features that were ignored.
  var notes: [String] {
    remarks + ignored.map { "ignored: \($0.what)" + ($0.count > 1 ? " (\($0.count) times)" : "") }
  }
}

extension GeoJSON.Feature {
  /// The tag that describes a feature best, for notes.
  fileprivate var kind: String {
    for key in ["highway", "railway", "natural", "landuse", "leisure", "amenity", "barrier"] {
      if let value = tag(key) { return "\(key)=\(value.prefix(30))" }
    }
    return tag("name").map { "named \($0.prefix(30))" } ?? "without a known tag"
  }
}

import Rollouts

/// A city as the car and the painters see it: everything in pixels, x to the right, y down.
package struct CityMap: Sendable {
  package var name: String
  /// The complete GeoJSON that it was read from.
  package let text: String
  package let width: Int
  package let height: Int
  package let metresPerPixel: Double
  package let roads: [CityRoad]
  /// In file order.
  package let areas: [CityArea]
  /// Rivers as lines, paths and rails.
  package let ways: [CityWay]
  package let labels: [CityLabel]
  /// A1, A2 and A3.
  package let targets: [CityPoint]
  package let start: CityPoint
  /// In degrees, counter-clockwise from east.
  package let startAngle: Double
  /// Where one can drive.
  package let mask: RoadMask
  /// What else the file contains that is ignored.
  package let notes: [String]

  /// The longer side in pixels, where the file does not give the metres per pixel.
  package static let usualSide = 1400
  /// The names of the targets, in driving order.
  package static let targetNames = ["A1", "A2", "A3"]

  /// Reads a city from GeoJSON with OpenStreetMap's tags. A draft may lack roads.
  package init(parsing text: String, isDraft: Bool = false) throws(MapError) {
    let file = try GeoJSON(parsing: text)
    var reader = CityReader(file)
    try reader.read(isDraft: isDraft)
    let view = try CityProjection(file.collection, around: reader.frame)
    let scale = try Self.roadScale(file.collection) / view.metresPerPixel
    self.text = text
    name = file.collection["name"]?.text ?? ""
    width = view.width
    height = view.height
    metresPerPixel = view.metresPerPixel
    roads = reader.roads.map { road in
      CityRoad(
        kind: road.kind, name: road.name,
        width: max(Self.roadWidths.lowerBound, min(Self.roadWidths.upperBound, road.width * scale)),
        isBridge: road.isBridge, points: road.line.map(view.point))
    }
    ways = reader.ways.map { way in
      CityWay(
        kind: way.kind, name: way.name, width: max(1, min(400, way.width / view.metresPerPixel)),
        points: way.line.map(view.point))
    }
    areas = reader.areas.map { area in
      CityArea(
        kind: area.kind, name: area.name, rings: area.rings.map { $0.map(view.point) })
    }
    labels = reader.labels.map {
      CityLabel(text: $0.text, kind: $0.kind, at: view.point($0.at))
    }
    targets = try reader.targets(on: view)
    start = try reader.start(on: view)
    startAngle = reader.startAngle
    notes = reader.notes
    mask = try RoadMask(width: view.width, height: view.height, roads: roads)
  }

  /// The narrowest and widest drawn road, in pixels: a narrower one would fall through the satnav's
  /// grid.
  package static let roadWidths = 6.0...200.0

  private static func roadScale(_ collection: JSON) throws(MapError) -> Double {
    guard let member = collection["roadScale"] else { return 1 }
    guard let scale = member.double, (0.1...20).contains(scale) else {
      throw MapError("roadScale must be a number from 0.1 to 20, not \(member.compact)")
    }
    return scale
  }
}

import Rollouts

extension CityDraft {
  /// A draft as GeoJSON, one feature per line.
  static func text(of draft: JSON) throws -> String {
    guard let box = draft["bbox"], case .array(let features)? = draft["features"],
      let title = draft["title"]?.text, title.count <= 200
    else { throw SettingError("a city's draft must have a title, a bbox and features") }
    var members: [JSON.Member] = [
      .init("type", "FeatureCollection"), .init("name", .string(title)), .init("bbox", box),
      .init("roadScale", draft["road_scale"] ?? 1),
    ]
    if let pixel = draft["stated_pixel"], pixel != .null {
      members.append(.init("metresPerPixel", pixel))
    }
    let view = try CityProjection(.object(members), around: .nowhere)
    let lines = try features.map { feature in
      try (json(feature, on: view)).compact
    }
    let start = JSON.object(members).compact.dropLast()
    return "\(start),\n\"features\":[\n\(lines.joined(separator: ",\n"))\n]}\n"
  }

  private static func json(_ feature: JSON, on view: CityProjection) throws -> JSON {
    let parts = try list(feature["parts"])
    let type: String
    let coordinates: JSON
    switch feature["shape"]?.text {
    case "point":
      let places = try parts.map { try place($0, on: view) }
      (type, coordinates) = single(places, "Point", "MultiPoint")
    case "line":
      let lines = try parts.map { JSON.array(try list($0).map { try place($0, on: view) }) }
      (type, coordinates) = single(lines, "LineString", "MultiLineString")
    case "area":
      let polygons = try parts.map { polygon in
        JSON.array(
          try list(polygon).map { ring in
            let places = try list(ring).map { try place($0, on: view) }
            return .array(places + places.prefix(1))
          })
      }
      (type, coordinates) = single(polygons, "Polygon", "MultiPolygon")
    default: throw SettingError("a feature's shape must be point, line or area")
    }
    guard case .object? = feature["tags"] else {
      throw SettingError("a feature must have tags")
    }
    return [
      "type": "Feature", "properties": feature["tags"] ?? .null,
      "geometry": ["type": .string(type), "coordinates": coordinates],
    ]
  }

  /// A single part alone, or a list of several.
  private static func single(
    _ parts: [JSON], _ one: String, _ many: String
  ) -> (type: String, coordinates: JSON) {
    parts.count == 1 ? (one, parts[0]) : (many, .array(parts))
  }

  private static func list(_ json: JSON?) throws(SettingError) -> [JSON] {
    guard case .array(let elements)? = json else {
      throw SettingError("a feature's parts must be lists of points")
    }
    return elements
  }

  private static func place(_ json: JSON, on view: CityProjection) throws(SettingError) -> JSON {
    guard case .array(let pair) = json, pair.count == 2, let x = pair[0].double,
      let y = pair[1].double, abs(x) < 1e6, abs(y) < 1e6
    else { throw SettingError("a point must be [x, y] in pixels of the map") }
    // As fine as OpenStreetMap's own coordinates: a centimetre.
    return .array(view.place(CityPoint(x, y)).numbers(upTo: 1e7))
  }
}

extension Coordinate {
  /// Longitude and latitude, rounded to a fraction of a degree.
  func numbers(upTo share: Double) -> [JSON] {
    [longitude, latitude].map { .number(($0 * share).rounded() / share) }
  }
}

extension CoordinateBox {
  /// A placeholder box for a map that states its own.
  static let nowhere = CoordinateBox(west: 0, south: 0, east: 0, north: 0)
}

import Rollouts

/// A place on the globe, in degrees.
struct Coordinate: Equatable {
  var longitude: Double
  var latitude: Double
}

/// The contents of a GeoJSON file, as the shapes that make up a city.
struct GeoJSON {
  /// The shapes of a feature; the multi-part kinds are lists of the simple ones.
  enum Geometry {
    case points([Coordinate])
    case lines([[Coordinate]])
    /// Each polygon is its outline, then its holes.
    case polygons([[[Coordinate]]])
  }

  /// A shape with its tags.
  struct Feature {
    var geometry: Geometry
    var tags: JSON

    /// A tag as text, whatever its JSON type.
    func tag(_ key: String) -> String? {
      switch tags[key] {
      case .string(let text): text
      case .integer(let value): "\(value)"
      case .number(let value): "\(value)"
      case .bool(let value): value ? "yes" : "no"
      default: nil
      }
    }
  }

  /// A larger file is not a map of a town.
  static let mostBytes = 64 << 20
  /// The limit for all corners together.
  static let mostVertices = 2_000_000

  var features: [Feature] = []
  /// The collection's own members, such as `name`.
  let collection: JSON
  /// Kinds of geometry that are ignored.
  private(set) var ignored: [String] = []

  /// Reads a FeatureCollection; throws a message for anything else.
  init(parsing text: String) throws(MapError) {
    guard text.utf8.count <= Self.mostBytes else {
      throw MapError("a city's file may have at most \(Self.mostBytes >> 20) MiB")
    }
    do {
      collection = try JSON(parsing: text)
    } catch {
      let (line, column) = text.position(ofByte: error.offset)
      let sentence = "not GeoJSON: expected \(error.expected)"
      throw MapError(problems: [MapProblem(line: line, column: column, sentence: sentence)])
    }
    guard collection["type"]?.text == "FeatureCollection" else {
      let found = collection["type"]?.text.map { "'\($0.prefix(40))'" } ?? "no type"
      throw MapError("a city must be a GeoJSON FeatureCollection, found \(found)")
    }
    guard case .array(let features) = collection["features"] else {
      throw MapError("the FeatureCollection has no list of features")
    }
    var vertices = 0
    for (index, feature) in features.enumerated() {
      guard feature["type"]?.text == "Feature" else {
        throw MapError("feature \(index + 1) is not a Feature")
      }
      guard let geometry = feature["geometry"], geometry != .null else {
        ignored.append("a feature without geometry")
        continue
      }
      var reader = GeometryReader(feature: index + 1, vertices: vertices)
      if let geometry = try reader.geometry(geometry) {
        self.features.append(Feature(geometry: geometry, tags: feature["properties"] ?? .null))
      } else {
        let kind = geometry["type"]?.text ?? "without a type"
        ignored.append("geometry \(kind.prefix(40))")
      }
      vertices = reader.vertices
    }
  }
}

/// Reads one feature's coordinates, and counts them.
private struct GeometryReader {
  let feature: Int
  var vertices: Int

  init(feature: Int, vertices: Int) {
    self.feature = feature
    self.vertices = vertices
  }

  mutating func geometry(_ json: JSON) throws(MapError) -> GeoJSON.Geometry? {
    guard let kind = json["type"]?.text else { return nil }
    let coordinates = json["coordinates"] ?? .null
    switch kind {
    case "Point": return .points([try place(coordinates)])
    case "MultiPoint": return .points(try line(coordinates))
    case "LineString": return .lines([try line(coordinates)])
    case "MultiLineString": return .lines(try lines(coordinates))
    case "Polygon": return .polygons([try lines(coordinates)])
    case "MultiPolygon":
      var polygons: [[[Coordinate]]] = []
      for polygon in try list(coordinates) { polygons.append(try lines(polygon)) }
      return .polygons(polygons)
    default: return nil
    }
  }

  private func list(_ json: JSON) throws(MapError) -> [JSON] {
    guard case .array(let elements) = json else {
      throw MapError("feature \(feature) has coordinates that are not a list")
    }
    return elements
  }

  private mutating func lines(_ json: JSON) throws(MapError) -> [[Coordinate]] {
    var lines: [[Coordinate]] = []
    for element in try list(json) { lines.append(try line(element)) }
    return lines
  }

  private mutating func line(_ json: JSON) throws(MapError) -> [Coordinate] {
    let elements = try list(json)
    var line: [Coordinate] = []
    line.reserveCapacity(elements.count)
    for element in elements { line.append(try place(element)) }
    return line
  }

  private mutating func place(_ json: JSON) throws(MapError) -> Coordinate {
    // A third number, the altitude, is allowed and ignored.
    guard case .array(let numbers) = json, numbers.count >= 2, let longitude = numbers[0].double,
      let latitude = numbers[1].double
    else { throw MapError("feature \(feature) has a position that is not [longitude, latitude]") }
    guard (-180...180).contains(longitude), (-85...85).contains(latitude) else {
      throw MapError(
        "feature \(feature) is at longitude \(longitude), latitude \(latitude); "
          + "they must be within ±180 and ±85 degrees")
    }
    vertices += 1
    guard vertices <= GeoJSON.mostVertices else {
      throw MapError("a city may have at most \(GeoJSON.mostVertices) corners")
    }
    return Coordinate(longitude: longitude, latitude: latitude)
  }
}

extension MapError {
  /// A problem of the whole map.
  init(_ sentence: String) {
    self.init(problems: [MapProblem(line: 0, column: 0, sentence: sentence)])
  }
}

extension String {
  /// The line and the column, in characters, of a byte.
  fileprivate func position(ofByte offset: Int) -> (line: Int, column: Int) {
    let before = utf8.prefix(offset)
    let line = before.count { $0 == UInt8(ascii: "\n") }
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { before.index(after: $0) }
    let column = before[(start ?? before.startIndex)...].count { $0 & 0xC0 != 0x80 }
    return (line + 1, column + 1)
  }
}

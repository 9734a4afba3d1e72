/// A point on a city's map, in pixels: x to the right, y down.
package typealias CityPoint = SIMD2<Double>

extension [CityPoint] {
  /// The distance from a point to the nearest point of the line through these points.
  package func distance(to place: CityPoint) -> Double {
    var nearest = Double.infinity
    for (a, b) in zip(self, dropFirst()) {
      let (along, offset) = (b - a, place - a)
      let length2 = (along * along).sum()
      let share = length2 > 0 ? Swift.max(0, Swift.min(1, (offset * along).sum() / length2)) : 0
      let rest = offset - share * along
      nearest = Swift.min(nearest, (rest * rest).sum())
    }
    return nearest.squareRoot()
  }

  /// Whether a point is inside the ring of these points (even-odd).
  package func encloses(_ place: CityPoint) -> Bool {
    guard var before = last else { return false }
    var isInside = false
    for point in self {
      if (point.y > place.y) != (before.y > place.y) {
        let x = before.x + (before.x - point.x) * (place.y - before.y) / (before.y - point.y)
        if place.x < x { isInside.toggle() }
      }
      before = point
    }
    return isInside
  }
}

/// OpenStreetMap's classes of roads for cars.
package enum RoadClass: String, Sendable, CaseIterable {
  case motorway, trunk, primary, secondary, tertiary, unclassified, residential
  case livingStreet = "living_street"
  case service

  /// The default width in metres, where a road has no width of its own.
  package var width: Double {
    switch self {
    case .motorway: 24
    case .trunk: 20
    case .primary: 16
    case .secondary: 13
    case .tertiary: 11
    case .unclassified, .residential: 9
    case .livingStreet: 7
    case .service: 6
    }
  }

  /// The class of a `highway` tag; slip roads belong to the road that they lead to.
  init?(highway: String) {
    let name = highway.hasSuffix("_link") ? String(highway.dropLast(5)) : highway
    if name == "road" {
      self = .unclassified
    } else {
      self.init(rawValue: name)
    }
  }
}

/// A road: what the car drives on, and what a painter draws.
package struct CityRoad: Sendable, Equatable {
  package var kind: RoadClass
  package var name: String
  /// In pixels.
  package var width: Double
  package var isBridge: Bool
  package var points: [CityPoint]
}

/// A line that is drawn but not driven on.
package struct CityWay: Sendable, Equatable {
  /// What runs along it.
  package enum Kind: String, Sendable, CaseIterable {
    case water, path, rail
  }

  package var kind: Kind
  package var name: String
  /// In pixels.
  package var width: Double
  package var points: [CityPoint]
}

/// An area of the ground.
package struct CityArea: Sendable, Equatable {
  /// What covers an area, in the order in which a painter draws the kinds.
  package enum Kind: String, Sendable, CaseIterable {
    case block, sand, grass, park, wood, square, water, building
  }

  package var kind: Kind
  package var name: String
  /// The outline, then the holes; even-odd.
  package var rings: [[CityPoint]]
}

/// A name on the map.
package struct CityLabel: Sendable, Equatable {
  package var text: String
  /// OpenStreetMap's `place`, such as `suburb` or `square`.
  package var kind: String
  package var at: CityPoint
}

extension CityArea.Kind {
  /// The kind of area that a polygon's tags describe; nil where it is not drawn.
  init?(_ feature: GeoJSON.Feature) {
    if let building = feature.tag("building"), building != "no" {
      self = .building
    } else if feature.tag("natural") == "water" || feature.tag("waterway") != nil {
      self = .water
    } else if let kind = feature.tag("landuse").flatMap(Self.init(landuse:)) {
      self = kind
    } else if let leisure = feature.tag("leisure"),
      ["park", "garden", "playground", "nature_reserve", "golf_course"].contains(leisure)
    {
      self = .park
    } else if let natural = feature.tag("natural") {
      switch natural {
      case "wood", "scrub": self = .wood
      case "grassland", "heath": self = .grass
      case "beach", "sand": self = .sand
      default: return nil
      }
    } else if feature.tag("place") == "square" || feature.tag("highway") == "pedestrian" {
      self = .square
    } else {
      return nil
    }
  }

  private init?(landuse: String) {
    switch landuse {
    case "grass", "meadow", "recreation_ground", "village_green", "cemetery", "allotments":
      self = .grass
    case "forest", "orchard": self = .wood
    case "basin", "reservoir": self = .water
    case "residential", "commercial", "retail", "industrial", "education": self = .block
    default: return nil
    }
  }
}

extension CityWay.Kind {
  /// The kind of line that the tags describe, and its default width in metres.
  static func of(_ feature: GeoJSON.Feature) -> (kind: Self, width: Double)? {
    if let water = feature.tag("waterway") {
      switch water {
      case "river": return (.water, 40)
      case "canal": return (.water, 20)
      default: return (.water, 6)
      }
    }
    if let highway = feature.tag("highway"),
      ["footway", "path", "cycleway", "pedestrian", "steps", "track", "bridleway"]
        .contains(highway)
    {
      return (.path, 3)
    }
    if let railway = feature.tag("railway"), ["rail", "tram", "light_rail"].contains(railway) {
      return (.rail, 4)
    }
    return nil
  }
}

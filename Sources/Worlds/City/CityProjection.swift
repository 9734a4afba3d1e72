import Glibc
import Rollouts

/// A box on the globe.
struct CoordinateBox: Equatable {
  var west: Double
  var south: Double
  var east: Double
  var north: Double

  /// The box around some places; nil where there are none.
  init?(around places: some Sequence<Coordinate>) {
    var box: CoordinateBox?
    for place in places {
      if let known = box {
        box = CoordinateBox(
          west: min(known.west, place.longitude), south: min(known.south, place.latitude),
          east: max(known.east, place.longitude), north: max(known.north, place.latitude))
      } else {
        box = CoordinateBox(
          west: place.longitude, south: place.latitude, east: place.longitude,
          north: place.latitude)
      }
    }
    guard let box else { return nil }
    self = box
  }

  /// A box from its sides.
  init(west: Double, south: Double, east: Double, north: Double) {
    (self.west, self.south, self.east, self.north) = (west, south, east, north)
  }

  /// The box that a GeoJSON `bbox` states; nil where it is none.
  init?(bbox: JSON?) {
    guard case .array(let numbers) = bbox, numbers.count == 4 || numbers.count == 6 else {
      return nil
    }
    let sides = numbers.compactMap(\.double)
    guard sides.count == numbers.count else { return nil }
    let half = sides.count / 2
    self.init(west: sides[0], south: sides[1], east: sides[half], north: sides[half + 1])
    guard (-180...180).contains(west), (-180...180).contains(east), west < east,
      (-85...85).contains(south), (-85...85).contains(north), south < north
    else { return nil }
  }
}

/// Degrees to pixels: equirectangular about the middle of a box, north up.
struct CityProjection {
  /// The radius of the globe in metres.
  static let radius = 6_371_008.8
  /// The permitted sides of a map, in pixels: a larger one would need too much memory.
  static let sides = 60...4096
  /// The margin around the roads as a share of the longer side, where the file states no `bbox`.
  static let margin = 0.03

  let width: Int
  let height: Int
  let metresPerPixel: Double
  private let west: Double
  private let north: Double
  /// Pixels per degree.
  private let scale: CityPoint

  /// The projection of a collection: about its `bbox`, or otherwise the box around its roads and
  /// points.
  init(_ collection: JSON, around frame: CoordinateBox) throws(MapError) {
    var box = frame
    var margin = Self.margin
    if let stated = collection["bbox"] {
      guard let bbox = CoordinateBox(bbox: stated) else {
        throw MapError(
          "the bbox must be [west, south, east, north] in degrees, not \(stated.compact.prefix(80))"
        )
      }
      (box, margin) = (bbox, 0)
    }
    let metresPerDegree = Self.radius * .pi / 180
    let shrink = cos((box.south + box.north) / 2 * .pi / 180)
    var metres = CityPoint(
      (box.east - box.west) * metresPerDegree * shrink, (box.north - box.south) * metresPerDegree)
    let border = max(metres.x, metres.y) * margin
    metres += 2 * border
    guard metres.max() >= 1 else { throw MapError("the roads cover no ground") }
    let pixel = try Self.metresPerPixel(collection, side: metres.max())
    let size = (metres / pixel).rounded(.toNearestOrAwayFromZero)
    let range = Double(Self.sides.lowerBound)...Double(Self.sides.upperBound)
    guard range.contains(size.x), range.contains(size.y) else {
      throw MapError(
        "the map would have \(Self.count(size.x)) × \(Self.count(size.y)) pixels; "
          + "each side must have from \(Self.sides.lowerBound) to \(Self.sides.upperBound)")
    }
    (width, height) = (Int(size.x), Int(size.y))
    metresPerPixel = pixel
    scale = CityPoint(metresPerDegree * shrink, metresPerDegree) / pixel
    west = box.west - border / pixel / scale.x
    north = box.north + border / pixel / scale.y
  }

  private static func metresPerPixel(
    _ collection: JSON, side: Double
  ) throws(MapError) -> Double {
    guard let member = collection["metresPerPixel"] else {
      return side / Double(CityMap.usualSide)
    }
    guard let pixel = member.double, (0.001...10_000).contains(pixel) else {
      throw MapError("metresPerPixel must be a number from 0.001 to 10000, not \(member.compact)")
    }
    return pixel
  }

  private static func count(_ value: Double) -> String { value < 1e9 ? "\(Int(value))" : "10⁹" }

  /// The pixel of a place.
  func point(_ place: Coordinate) -> CityPoint {
    CityPoint((place.longitude - west) * scale.x, (north - place.latitude) * scale.y)
  }

  /// The place of a pixel.
  func place(_ point: CityPoint) -> Coordinate {
    Coordinate(longitude: west + point.x / scale.x, latitude: north - point.y / scale.y)
  }

  /// Whether a pixel is on the map and not in the border that the car cannot enter.
  func contains(_ point: CityPoint) -> Bool {
    point.x >= 0 && point.y >= 0 && point.x <= Double(width) && point.y <= Double(height)
  }
}

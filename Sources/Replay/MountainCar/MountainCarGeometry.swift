import Glibc
package import Raster

/// A state of Gymnasium's MountainCar, with discrete or continuous actions.
package struct MountainCarState: NamedState {
  package static let names = ["position", "velocity"]
  package let numbers: [Double]
  package init(numbers: [Double]) { self.numbers = numbers }

  /// The car's position, from −1.2 to 0.6.
  package var position: Double { numbers[0] }
  /// The car's velocity to the right.
  package var velocity: Double { numbers[1] }
}

/// The places of road and car on a picture.
package struct MountainCarGeometry: Sendable {
  /// The place of position −1.2 at height 0.
  package var origin: Point
  /// Pixels per unit of length.
  package var scale: Double

  /// The range of the road.
  package static let road = -1.2...0.6

  /// A geometry from a place.
  package init(origin: Point, scale: Double) {
    (self.origin, self.scale) = (origin, scale)
  }

  /// The height of the road at a position.
  package static func height(_ position: Double) -> Double { sin(3 * position) * 0.45 + 0.55 }

  /// The slope there, as an angle.
  package static func slope(_ position: Double) -> Double { atan(1.35 * cos(3 * position)) }

  /// The place of the road at a position.
  package func road(_ position: Double) -> Point {
    origin.moved(
      (position - Self.road.lowerBound) * scale, -Self.height(position) * scale)
  }

  /// A place some distance ahead of a car, and some distance above the road below it.
  package func place(_ ahead: Double, _ above: Double, from position: Double) -> Point {
    let slope = Self.slope(position)
    return road(position).moved(
      (ahead * cos(slope) - above * sin(slope)) * scale,
      -(ahead * sin(slope) + above * cos(slope)) * scale)
  }
}

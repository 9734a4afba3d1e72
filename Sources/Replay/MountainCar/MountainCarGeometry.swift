import Glibc
package import Raster

/// A state of Gymnasium's MountainCar, with choices or with a force.
package struct MountainCarState: NamedState {
  package static let names = ["position", "velocity"]
  package let numbers: [Double]
  package init(numbers: [Double]) { self.numbers = numbers }

  /// Where the car is, from −1.2 to 0.6.
  package var position: Double { numbers[0] }
  /// How fast it moves to the right.
  package var velocity: Double { numbers[1] }
}

/// Where road and car are on a picture.
package struct MountainCarGeometry: Sendable {
  /// Where the place −1.2 of height 0 is.
  package var origin: Point
  /// Pixels in a unit of length.
  package var scale: Double

  /// From where to where the road goes.
  package static let road = -1.2...0.6

  /// A geometry from a place.
  package init(origin: Point, scale: Double) {
    (self.origin, self.scale) = (origin, scale)
  }

  /// How high the road is at a position.
  package static func height(_ position: Double) -> Double { sin(3 * position) * 0.45 + 0.55 }

  /// How much it rises there, as an angle.
  package static func slope(_ position: Double) -> Double { atan(1.35 * cos(3 * position)) }

  /// The place of the road at a position.
  package func road(_ position: Double) -> Point {
    origin.moved(
      (position - Self.road.lowerBound) * scale, -Self.height(position) * scale)
  }

  /// The place that is so far ahead of a car, and so far above the road below it.
  package func place(_ ahead: Double, _ above: Double, from position: Double) -> Point {
    let slope = Self.slope(position)
    return road(position).moved(
      (ahead * cos(slope) - above * sin(slope)) * scale,
      -(ahead * sin(slope) + above * cos(slope)) * scale)
  }
}

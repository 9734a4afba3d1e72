import Glibc
package import Raster

/// A state of Gymnasium's Pendulum.
package struct PendulumState: NamedState {
  package static let names = ["cos", "sin", "velocity"]
  package let numbers: [Double]
  package init(numbers: [Double]) { self.numbers = numbers }

  /// The angle to the left of upright, in radians.
  package var angle: Double { atan2(numbers[1], numbers[0]) }
  /// The angular velocity, counter-clockwise.
  package var velocity: Double { numbers[2] }
}

/// The place of the rod on a picture.
package struct PendulumGeometry: Sendable {
  /// The pivot.
  package var pivot: Point
  /// Pixels per unit of length.
  package var scale: Double

  /// A geometry around a pivot.
  package init(pivot: Point, scale: Double) {
    (self.pivot, self.scale) = (pivot, scale)
  }

  /// The end of the rod.
  package func end(_ state: PendulumState) -> Point {
    place(state.angle, 1)
  }

  /// The place in a direction, at a distance from the pivot.
  package func place(_ angle: Double, _ reach: Double) -> Point {
    pivot.moved(-sin(angle) * reach * scale, -cos(angle) * reach * scale)
  }
}

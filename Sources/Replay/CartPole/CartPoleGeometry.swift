import Glibc
package import Raster

/// A state of Gymnasium's CartPole.
package struct CartPoleState: NamedState {
  package static let names = ["x", "x_velocity", "theta", "theta_velocity"]
  package let numbers: [Double]
  package init(numbers: [Double]) { self.numbers = numbers }

  /// The cart's position.
  package var x: Double { numbers[0] }
  /// The pole's angle to the right of vertical, in radians.
  package var theta: Double { numbers[2] }
}

/// The places of cart and pole on a picture.
package struct CartPoleGeometry: Sendable {
  /// The place of the axle when the cart is in the middle.
  package var origin: Point
  /// Pixels per unit of length.
  package var scale: Double

  /// The length of the pole's axis: the pole is one unit long, with half its thickness behind the axle
  /// and half of it rounded at the tip.
  package static let poleLength = 0.96
  /// The limits of the cart's position and the pole's angle, beyond which an episode ends.
  package static let bounds = (x: 2.4, theta: 12 * Double.pi / 180)

  /// A geometry around an axle's place.
  package init(origin: Point, scale: Double) {
    (self.origin, self.scale) = (origin, scale)
  }

  /// The place of the axle.
  package func axle(_ state: CartPoleState) -> Point {
    origin.moved(state.x * scale, 0)
  }

  /// The end of the pole's axis.
  package func tip(_ state: CartPoleState) -> Point {
    pole(leaning: state.theta, at: axle(state))
  }

  /// The end of the axis of a pole with some angle.
  package func pole(leaning angle: Double, at axle: Point, length: Double = poleLength) -> Point {
    axle.moved(sin(angle) * length * scale, -cos(angle) * length * scale)
  }

  /// The cart: its axle is a quarter of its height below its top.
  package func cart(_ state: CartPoleState) -> Rect {
    let axle = axle(state)
    return Rect(
      x: axle.x - 0.2 * scale, y: axle.y - 0.06 * scale, width: 0.4 * scale, height: 0.24 * scale)
  }
}

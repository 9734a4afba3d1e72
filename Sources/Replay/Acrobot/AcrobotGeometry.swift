import Glibc
package import Raster

/// A state of Gymnasium's Acrobot.
package struct AcrobotState: NamedState {
  package static let names = ["cos1", "sin1", "cos2", "sin2", "velocity1", "velocity2"]
  package let numbers: [Double]
  package init(numbers: [Double]) { self.numbers = numbers }

  /// The first link's angle from hanging straight down, counter-clockwise, in radians.
  package var angle1: Double { atan2(numbers[1], numbers[0]) }
  /// The second link's angle from the first.
  package var angle2: Double { atan2(numbers[3], numbers[2]) }
  /// The height of the tip above the pivot, in links.
  package var height: Double { -cos(angle1) - cos(angle1 + angle2) }
}

/// The places of the links on a picture.
package struct AcrobotGeometry: Sendable {
  /// The pivot.
  package var pivot: Point
  /// Pixels per unit of length; both links have length 1.
  package var scale: Double

  /// The height that the tip must reach.
  package static let goal = 1.0

  /// A geometry around a pivot.
  package init(pivot: Point, scale: Double) {
    (self.pivot, self.scale) = (pivot, scale)
  }

  /// The joint between the links.
  package func elbow(_ state: AcrobotState) -> Point {
    end(from: pivot, state.angle1)
  }

  /// The end of the second link.
  package func tip(_ state: AcrobotState) -> Point {
    end(from: elbow(state), state.angle1 + state.angle2)
  }

  private func end(from start: Point, _ angle: Double) -> Point {
    start.moved(sin(angle) * scale, cos(angle) * scale)
  }
}

/// How a person plays a world.
package struct Handling: Sendable, Equatable {
  /// When a step is taken.
  package enum Pace: Sendable, Equatable {
    /// The world waits until the person acts.
    case turns
    /// A fixed number of times a second, whatever the person does.
    case clock(stepsPerSecond: Double)
  }

  /// When a step is taken.
  package var pace: Pace
  /// The action that the clock takes while the person does nothing, as recordings store it; nil for
  /// action 0.
  package var idle: Value?
  /// Whether an arrow key gives a direction on the picture instead of choosing an action.
  package var arrowsPoint: Bool

  /// How a person plays a world.
  package init(_ pace: Pace = .turns, idle: Value? = nil, arrowsPoint: Bool = false) {
    (self.pace, self.idle, self.arrowsPoint) = (pace, idle, arrowsPoint)
  }
}

extension World {
  /// A world that waits for its player.
  package var handling: Handling { Handling() }
}

/// A world in which a person can steer something by pointing: an agent, a paddle, a fingertip, a
/// car.
///
/// Pointing chooses an action of the world, so a recorded step can be taken again.
package protocol PointedWorld: World {
  /// The position of what is steered, in the world's own units.
  func place(in state: State) -> SIMD2<Double>
  /// The action that moves it toward a place; nil where none does.
  func action(toward place: SIMD2<Double>, in state: State) -> Action?
}

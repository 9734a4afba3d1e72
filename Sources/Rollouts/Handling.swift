/// How a person plays a world.
package struct Handling: Sendable, Equatable {
  /// When a step is taken.
  package enum Pace: Sendable, Equatable {
    /// When the person acts: the world waits.
    case turns
    /// So many times a second, whatever the person does.
    case clock(stepsPerSecond: Double)
  }

  /// When a step is taken.
  package var pace: Pace
  /// What is done by the clock while nobody acts, as recordings keep it; nil for the action whose number is 0.
  package var idle: Value?
  /// Whether an arrow key says where to go on the picture, rather than which action to take.
  package var arrowsPoint: Bool

  /// The handling of a world.
  package init(_ pace: Pace = .turns, idle: Value? = nil, arrowsPoint: Bool = false) {
    (self.pace, self.idle, self.arrowsPoint) = (pace, idle, arrowsPoint)
  }
}

extension World {
  /// A world that waits for its player.
  package var handling: Handling { Handling() }
}

/// A world in which a person can lead something by pointing: an agent, a paddle, a fingertip, a car.
///
/// A push is an action of the world: what is recorded can be taken again.
package protocol PointedWorld: World {
  /// Where that which is led is. Each world says in which units.
  func place(in state: State) -> SIMD2<Double>
  /// The action that brings it toward a place; nil where none does.
  func action(toward place: SIMD2<Double>, in state: State) -> Action?
}

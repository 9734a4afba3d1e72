import Glibc
package import Rollouts

// How a person steers what moves in each built-in world.

extension GridWorld: PointedWorld {
  /// An agent waits for a direction.
  package var handling: Handling { Handling(.turns, arrowsPoint: true) }

  /// The centre of the agent's cell, in cells from the left and from the top.
  package func place(in state: Int) -> SIMD2<Double> {
    let (row, column) = map.position(of: state)
    return SIMD2(Double(column) + 0.5, Double(row) + 0.5)
  }

  /// The move whose direction is closest to the direction of the place; nil for the agent's own
  /// cell.
  package func action(toward place: SIMD2<Double>, in state: Int) -> Int? {
    let way = place - self.place(in: state)
    guard max(abs(way.x), abs(way.y)) > 0.5 else { return nil }
    let moves = description.actions.indices.filter { dynamics.isLegal($0, in: state) }
    // Where there is only one action, such as leaving through an exit, any direction takes it.
    if moves.count == 1 { return moves[0] }
    func share(_ action: Int) -> Double {
      let meaning = description.actions[action]
      return Double(meaning.dx) * way.x + Double(meaning.dy) * way.y
    }
    return moves.max { share($0) < share($1) }
  }
}

extension Crawler: PointedWorld {
  /// The position of the hand's tip relative to the ground below the rear wheel, in units to the
  /// right and up, as seen from the body.
  package func place(in state: Int) -> SIMD2<Double> {
    let tip = Self.tip(of: state)
    return SIMD2(tip.x, tip.y)
  }

  /// The turn of a joint that brings the tip closest; nil where none brings it closer.
  package func action(toward place: SIMD2<Double>, in state: Int) -> Int? {
    func distance(_ state: Int) -> Double {
      let way = place - self.place(in: state)
      return hypot(way.x, way.y)
    }
    let turns = (0..<dynamics.actions).filter { dynamics.isLegal($0, in: state) }
      .map { (action: $0, distance: distance(Int(dynamics.outcome(state, executing: $0).next))) }
    guard let best = turns.min(by: { $0.distance < $1.distance }),
      best.distance < distance(state)
    else { return nil }
    return best.action
  }
}

extension Snake: PointedWorld {
  /// A snake never waits; a key is a direction.
  package var handling: Handling { Handling(.clock(stepsPerSecond: 8), arrowsPoint: true) }

  /// The centre of the head's cell, in cells from the left and from the top.
  package func place(in state: SnakeState) -> SIMD2<Double> {
    let head = Self.place(Int(state.head))
    return SIMD2(Double(head.x) + 0.5, Double(head.y) + 0.5)
  }

  /// The turn whose direction is closest to the direction of the place.
  package func action(toward place: SIMD2<Double>, in state: SnakeState) -> Int? {
    let way = place - self.place(in: state)
    guard max(abs(way.x), abs(way.y)) > 0.5 else { return nil }
    let ways = [SIMD2(1.0, 0.0), SIMD2(0, 1), SIMD2(-1, 0), SIMD2(0, -1)]
    func share(_ action: Int) -> Double {
      (ways[Self.heading(Int(state.heading), turned: action)] * way).sum()
    }
    return Self.actions.indices.max { share($0) < share($1) }
  }
}

extension Breakout: PointedWorld {
  /// The ball moves whatever the player does.
  package var handling: Handling { Handling(.clock(stepsPerSecond: 20)) }

  /// The centre of the paddle, in characters from the left and lines from the top.
  package func place(in state: BreakoutState) -> SIMD2<Double> {
    SIMD2(Double(state.paddle) + Double(board.paddleWidth) / 2, Double(board.paddleRow) + 0.5)
  }

  /// To the left, to the right, or nowhere where the paddle is as close as its steps allow.
  package func action(toward place: SIMD2<Double>, in state: BreakoutState) -> Int? {
    let way = place.x - self.place(in: state).x
    return abs(way) <= Double(BreakoutBoard.paddleStep) / 2 ? 0 : way < 0 ? 1 : 2
  }
}

extension CityWorld: PointedWorld {
  /// The car moves whatever the player does.
  package var handling: Handling { Handling(.clock(stepsPerSecond: 20)) }

  /// The car, in the map's pixels from the left and from the top.
  package func place(in state: CityState) -> SIMD2<Double> { state.position }

  /// The turn after which the car points closest to the place.
  package func action(toward place: SIMD2<Double>, in state: CityState) -> Int? {
    let way = place - state.position
    guard way != .zero else { return nil }
    func share(_ action: Int) -> Double {
      (Self.direction(heading(Double(state.angle), turned: action)) * way).sum()
    }
    return Self.actions.indices.max { share($0) < share($1) }
  }
}

extension Reacher: PointedWorld {
  /// The arm moves whatever the player does, a fiftieth of a second per step.
  package var handling: Handling {
    Handling(.clock(stepsPerSecond: 50), idle: ReacherAction(0, 0).recorded)
  }

  /// The fingertip, in metres to the right of the shoulder and above it.
  package func place(in state: ReacherState) -> SIMD2<Double> { Self.fingertip(state.angles) }

  /// The torques of two springs that pull the joints to the angles at which the fingertip is at the
  /// place, or as close as the arm reaches.
  package func action(toward place: SIMD2<Double>, in state: ReacherState) -> ReacherAction? {
    let (upper, lower) = (Self.linkLength, Self.fingertipReach)
    let farthest = (upper + lower) * 0.999
    let distance = hypot(place.x, place.y)
    let reached = max(abs(lower - upper) * 1.01 + 1e-4, min(farthest, distance))
    // The law of cosines; the elbow stays on its side.
    let cosine = (reached * reached - upper * upper - lower * lower) / (2 * upper * lower)
    let elbow =
      (state.angles.y < 0 ? -1.0 : 1) * min(ReacherArm.limit, acos(max(-1, min(1, cosine))))
    let shoulder =
      atan2(place.y, place.x) - atan2(lower * sin(elbow), upper + lower * cos(elbow))
    let turn = (shoulder - state.angles.x).remainder(dividingBy: 2 * .pi)
    func torque(_ way: Double, _ velocity: Double) -> Float {
      Float(max(-1, min(1, Self.stiffness * way - Self.damping * velocity)))
    }
    return ReacherAction(
      torque(turn, state.velocities.x), torque(elbow - state.angles.y, state.velocities.y))
  }

  /// Torque per radian of distance and per radian a second of speed: fast, and without
  /// overshooting.
  private static let (stiffness, damping) = (0.5, 0.1)
}

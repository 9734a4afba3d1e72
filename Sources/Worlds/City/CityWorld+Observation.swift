import Glibc

extension CityWorld {
  /// The names of what a learner sees, in order.
  package var observationNames: [String] {
    let course = ["signal1", "signal2", "signal3", "orientation", "−orientation"]
    return rules.inputs == .course ? course : course + ["satnav near", "satnav far", "off road"]
  }

  /// How many numbers a learner sees.
  package var observationCount: Int { rules.inputs == .course ? 5 : 8 }

  /// Writes what a learner sees in a state: a pure function of the state. Each number is within ±1,
  /// unless the boundary signal is not.
  package func observe(_ state: CityState, into values: inout MutableSpan<Float>) {
    precondition(values.count >= observationCount, "an observation needs its place")
    let bearing = bearing(from: state, to: map.targets[Int(state.target)])
    values[0] = state.signal1
    values[1] = state.signal2
    values[2] = state.signal3
    values[3] = Float(bearing / 180)
    values[4] = -values[3]
    guard rules.inputs == .satnav, let satnav else { return }
    let (near, far) = satnav.points(
      ahead: rules.satnavNear, rules.satnavFar, of: state.position, to: Int(state.target))
    values[5] = Self.steering(self.bearing(from: state, to: near))
    values[6] = Self.steering(self.bearing(from: state, to: far))
    values[7] = isOffRoad(state) ? 1 : 0
  }

  /// The angle from the car's velocity to a point in degrees, clockwise positive, within ±180.
  package func bearing(from state: CityState, to place: CityPoint) -> Double {
    let (way, velocity) = (place - state.position, state.velocity)
    // y points down, so this is clockwise where the mathematical convention is counter-clockwise.
    let cross = velocity.x * way.y - velocity.y * way.x
    return atan2(cross, (velocity * way).sum()) * 180 / .pi
  }

  /// The satnav's point in a state, for painters: the one of the first bearing or, farther ahead,
  /// of the second; nil without a satnav.
  package func satnavPoint(_ state: CityState, isFar: Bool = false) -> CityPoint? {
    guard let satnav else { return nil }
    let (near, far) = satnav.points(
      ahead: rules.satnavNear, rules.satnavFar, of: state.position, to: Int(state.target))
    return isFar ? far : near
  }

  /// A bearing as the network sees it: most precise near zero, saturated from 45° on.
  private static func steering(_ degrees: Double) -> Float {
    Float(max(-1, min(1, degrees / 45)))
  }
}

import Glibc

/// The mechanics of the reacher's arm: two capsules in the plane, a small sphere at the tip, and
/// motors that add much inertia. These are the equations that MuJoCo solves, in closed form.
///
/// https://mujoco.readthedocs.io/en/stable/computation/index.html
struct ReacherArm {
  /// The state that the equations of motion change.
  var angles: SIMD2<Double>
  var velocities: SIMD2<Double>

  // MARK: The model

  /// Metres from joint to joint, and from the elbow to the fingertip.
  static let length = 0.1
  static let reach = 0.11
  private static let radius = 0.01
  private static let density = 1000.0
  /// The inertia that each motor adds to its joint.
  private static let armature = 1.0
  private static let damping = 1.0
  private static let gear = 200.0
  /// The elbow is pushed back beyond this angle, in radians.
  static let limit = 3.0
  static let timeStep = 0.01
  static let frameSkip = 2

  /// The mass of the fingertip's sphere.
  static let tipMass = 4.0 / 3 * .pi * radius * radius * radius * density
  /// The mass of a link: a cylinder with a hemisphere at each end.
  static let linkMass = cylinderMass + tipMass
  private static let cylinderMass = .pi * radius * radius * length * density
  /// The links' inertia about a transverse axis through their centre, the tip's about its own.
  static let linkInertia =
    cylinderMass * (length * length / 12 + radius * radius / 4)
    + tipMass * (0.4 * radius * radius + length * length / 4 + 0.375 * length * radius)
  static let tipInertia = 0.4 * tipMass * radius * radius

  /// The mass matrix is [[outer + 2 mixed cos, inner + mixed cos], [that, armature + inner]], where
  /// cos is the cosine of the elbow's angle.
  private static let middle = length / 2
  private static let inner =
    linkInertia + linkMass * middle * middle + tipInertia + tipMass * reach * reach
  private static let outer =
    armature + linkInertia + linkMass * middle * middle + (linkMass + tipMass) * length * length
    + inner
  private static let mixed = length * (linkMass * middle + tipMass * reach)

  /// The elbow's compliance when the arm is straight: MuJoCo's estimate of how soft a limit must
  /// be.
  private static let straightCompliance: Double = {
    let (a, b) = (outer + 2 * mixed, inner + mixed)
    return a / (a * (armature + inner) - b * b)
  }()

  // MARK: Motion

  /// The accelerations of the joints under some torques.
  func acceleration(_ torques: SIMD2<Double>) -> SIMD2<Double> {
    let (sine, cosine) = (sin(angles.y), cos(angles.y))
    let a = Self.outer + 2 * Self.mixed * cosine
    let b = Self.inner + Self.mixed * cosine
    let d = Self.armature + Self.inner
    let whirl = Self.mixed * sine
    let (v0, v1) = (velocities.x, velocities.y)
    let force0 = Self.gear * torques.x - Self.damping * v0 + whirl * (2 * v0 * v1 + v1 * v1)
    let force1 = Self.gear * torques.y - Self.damping * v1 - whirl * v0 * v0
    let share = 1 / (a * d - b * b)
    var result = SIMD2(d * force0 - b * force1, a * force1 - b * force0) * share
    let push = push(elbow: result.y, compliance: a * share)
    if push != 0 { result += SIMD2(-b, a) * (share * push) }
    return result
  }

  /// The torque with which the limit pushes the elbow back when it is beyond: MuJoCo's soft
  /// constraint with its default numbers. The impedance (d) weighs the free motion of the elbow
  /// against that of a critically damped spring.
  ///
  /// https://mujoco.readthedocs.io/en/stable/modeling.html#solver-parameters
  private func push(elbow free: Double, compliance: Double) -> Double {
    let depth = abs(angles.y) - Self.limit
    guard depth > 0 else { return 0 }
    let (timeConstant, leastImpedance, mostImpedance, width) = (0.02, 0.9, 0.95, 0.001)
    let x = min(depth / width, 1)
    let rise = x <= 0.5 ? 2 * x * x : 1 - 2 * (1 - x) * (1 - x)
    let impedance = leastImpedance + (mostImpedance - leastImpedance) * rise
    let time = mostImpedance * timeConstant
    // Distances and speeds are measured inward from the limit.
    let inward = angles.y > 0 ? -1.0 : 1.0
    let wanted = impedance * depth / (time * time) - 2 / time * inward * velocities.y
    let softness = (1 - impedance) / impedance * Self.straightCompliance
    return inward * max(0, (wanted - inward * free) / (compliance + softness))
  }

  /// Advances by the classic Runge–Kutta method, `frameSkip` times, under torques within ±1.
  /// Returns the angles at its last stage, which differ slightly from the result.
  mutating func advance(_ torques: SIMD2<Double>) -> SIMD2<Double> {
    let h = Self.timeStep
    var last = angles
    for _ in 0..<Self.frameSkip {
      let (v1, a1) = (velocities, acceleration(torques))
      let second = moved(h / 2, v1, a1)
      let (v2, a2) = (second.velocities, second.acceleration(torques))
      let third = moved(h / 2, v2, a2)
      let (v3, a3) = (third.velocities, third.acceleration(torques))
      let fourth = moved(h, v3, a3)
      let (v4, a4) = (fourth.velocities, fourth.acceleration(torques))
      last = fourth.angles
      self = moved(h / 6, v1 + 2 * v2 + 2 * v3 + v4, a1 + 2 * a2 + 2 * a3 + a4)
    }
    return last
  }

  private func moved(
    _ time: Double, _ velocities: SIMD2<Double>, _ accelerations: SIMD2<Double>
  ) -> ReacherArm {
    ReacherArm(
      angles: angles + time * velocities, velocities: self.velocities + time * accelerations)
  }

  /// The kinetic energy: half of v M v.
  var energy: Double {
    let cosine = cos(angles.y)
    let (v0, v1) = (velocities.x, velocities.y)
    return 0.5 * (Self.outer + 2 * Self.mixed * cosine) * v0 * v0
      + (Self.inner + Self.mixed * cosine) * v0 * v1
      + 0.5 * (Self.armature + Self.inner) * v1 * v1
  }
}

import Glibc
package import Rollouts

/// Gymnasium's Reacher-v5: an arm of two links brings its fingertip to a target. Only a time limit
/// ends an episode.
package struct Reacher: ObservableWorld {
  package let rules: ReacherRules
  package let description: WorldDescription
  /// Loads MuJoCo; nil where this build has none.
  private let mujoco: (@Sendable () throws -> Simulator)?
  /// What moves the arm instead of the closed form.
  private let simulator: Simulator?

  /// Moves the arm of a state for one step, under torques within ±1.
  package typealias Simulator =
    @Sendable (_ state: ReacherState, _ torques: SIMD2<Double>) -> ReacherMotion

  /// A reacher that uses the closed form. If its rules ask for MuJoCo, it can be drawn, and can
  /// take steps once it is `readyToStep`.
  package init(
    rules: ReacherRules = ReacherRules(),
    mujoco: (@Sendable () throws -> Simulator)? = nil
  ) {
    self.init(rules, mujoco, simulator: nil)
  }

  private init(
    _ rules: ReacherRules, _ mujoco: (@Sendable () throws -> Simulator)?,
    simulator: Simulator?
  ) {
    self.rules = rules
    self.mujoco = mujoco
    self.simulator = simulator
    description = WorldDescription(name: "reacher", actions: [], fields: ReacherState.fields)
  }

  /// A reacher with other rules.
  package func following(_ rules: ReacherRules) -> Reacher { Reacher(rules: rules, mujoco: mujoco) }

  /// The reacher with MuJoCo loaded, where its rules ask for it: pictures need no steps, and so no
  /// MuJoCo.
  package func readyToStep() throws(SettingError) -> Reacher {
    guard rules.physics == .mujoco, simulator == nil else { return self }
    guard let mujoco else {
      throw SettingError("physics=mujoco needs MuJoCo, but this reel was built without it")
    }
    do {
      return Reacher(rules, mujoco, simulator: try mujoco())
    } catch {
      throw SettingError("\(error)")
    }
  }

  /// After how many steps an episode is truncated.
  package var stepLimit: Int { rules.stepLimit }

  /// A torque for each joint.
  package var actionSpace: ActionSpace { .continuous(2) }

  /// An arm that is nearly stretched out and nearly at rest, and a target within reach.
  package func start(_ draws: Draws) -> ReacherState {
    func even(_ draw: Int, within bound: Double) -> Double {
      (Double(draws.word(draw)) * 0x1p-31 - 1) * bound
    }
    var draw = 4
    var target = SIMD2(0.0, 0.0)
    repeat {
      target = SIMD2(even(draw, within: 0.2), even(draw + 1, within: 0.2))
      draw += 2
    } while (target * target).sum().squareRoot() >= 0.2
    return ReacherState(
      angles: SIMD2(even(0, within: 0.1), even(1, within: 0.1)),
      velocities: SIMD2(even(2, within: 0.005), even(3, within: 0.005)), target: target)
  }

  package func step(
    _ state: ReacherState, _ action: ReacherAction, _ draws: Draws
  ) -> Step<ReacherState> {
    step(state, SIMD2(Double(action.torques.x), Double(action.torques.y)))
  }

  /// One step of a fiftieth of a second; nothing in it is random.
  ///
  /// The motors clip the torques, but the reward uses them as given. It measures the distance where
  /// MuJoCo does: at the last stage of its integrator, not at its result.
  package func step(_ state: ReacherState, _ torques: SIMD2<Double>) -> Step<ReacherState> {
    let limits = (SIMD2(-1.0, -1.0), SIMD2(1.0, 1.0))
    let motion = motion(
      state, torques.clamped(lowerBound: limits.0, upperBound: limits.1))
    let way = motion.fingertip - state.target
    let reward =
      -(way * way).sum().squareRoot() - rules.controlCost * (torques * torques).sum()
    return Step(
      next: ReacherState(
        angles: motion.angles, velocities: motion.velocities, target: state.target),
      // Adding zero turns −0 into 0, because a recording cannot store −0.
      reward: reward + 0)
  }

  private func motion(_ state: ReacherState, _ torques: SIMD2<Double>) -> ReacherMotion {
    if let simulator { return simulator(state, torques) }
    precondition(rules.physics == .closed, "an arm that MuJoCo moves is made ready to step")
    var arm = ReacherArm(angles: state.angles, velocities: state.velocities)
    let seen = arm.advance(torques)
    return ReacherMotion(
      angles: arm.angles, velocities: arm.velocities, fingertip: Self.fingertip(seen))
  }

  /// What each number of an observation is.
  package var observationNames: [String] {
    [
      "cos angle0", "cos angle1", "sin angle0", "sin angle1", "target x", "target y", "velocity0",
      "velocity1", "fingertip − target x", "fingertip − target y",
    ]
  }

  /// How many numbers a learner sees.
  package var observationCount: Int { 10 }

  /// Writes what a learner sees in a state.
  package func observe(_ state: ReacherState, into values: inout MutableSpan<Float>) {
    precondition(values.count >= observationCount, "an observation needs its place")
    let (q, v, target) = (state.angles, state.velocities, state.target)
    let way = Self.fingertip(q) - target
    values[0] = Float(cos(q.x))
    values[1] = Float(cos(q.y))
    values[2] = Float(sin(q.x))
    values[3] = Float(sin(q.y))
    values[4] = Float(target.x)
    values[5] = Float(target.y)
    values[6] = Float(v.x)
    values[7] = Float(v.y)
    values[8] = Float(way.x)
    values[9] = Float(way.y)
  }

  // MARK: Places, for painters

  /// Metres from joint to joint.
  package static let linkLength = ReacherArm.length
  /// Metres from the elbow to the fingertip.
  package static let fingertipReach = ReacherArm.reach

  /// The elbow's position at some angles, in metres from the shoulder.
  package static func elbow(_ angles: SIMD2<Double>) -> SIMD2<Double> {
    ReacherArm.length * SIMD2(cos(angles.x), sin(angles.x))
  }

  /// The fingertip's position at some angles, in metres from the shoulder.
  package static func fingertip(_ angles: SIMD2<Double>) -> SIMD2<Double> {
    let direction = angles.x + angles.y
    return elbow(angles) + ReacherArm.reach * SIMD2(cos(direction), sin(direction))
  }

  /// The arm's kinetic energy, in joules.
  package static func energy(_ state: ReacherState) -> Double {
    ReacherArm(angles: state.angles, velocities: state.velocities).energy
  }
}

/// The result of a step for the arm.
package struct ReacherMotion: Sendable, Equatable {
  /// Its new angles and velocities.
  package var angles: SIMD2<Double>
  package var velocities: SIMD2<Double>
  /// The fingertip's position in the last stage of the integrator, which the reward uses.
  package var fingertip: SIMD2<Double>

  /// A motion from its parts.
  package init(
    angles: SIMD2<Double>, velocities: SIMD2<Double>, fingertip: SIMD2<Double>
  ) {
    self.angles = angles
    self.velocities = velocities
    self.fingertip = fingertip
  }
}

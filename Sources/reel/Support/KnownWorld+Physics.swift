import Physics
import Worlds

extension KnownWorld {
  /// The world, able to take steps. An arm that MuJoCo moves is handed it here, where both are known;
  /// pictures need no steps, and so no MuJoCo.
  func withPhysics() throws(Failure) -> KnownWorld {
    guard case .reacher(let reacher) = self, reacher.rules.physics == .mujoco else { return self }
    #if MuJoCo
      let arm: MuJoCoArm
      do {
        arm = try MuJoCoArm()
      } catch {
        throw Failure.failed("\(error)")
      }
      return .reacher(
        Reacher(rules: reacher.rules) { state, torques in
          let outcome = arm.step(
            angles: state.angles, velocities: state.velocities, target: state.target,
            torques: torques)
          return ReacherMotion(
            angles: outcome.angles, velocities: outcome.velocities, fingertip: outcome.fingertip)
        })
    #else
      throw Failure.failed(
        "physics=mujoco needs MuJoCo, which this reel was built without",
        "build it with the trait MuJoCo, or use physics=closed")
    #endif
  }
}

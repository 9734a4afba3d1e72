import Raster
package import Rollouts

/// Turns the transitions of a reacher's episode into scenes.
///
/// A recorded state is six float64 (q0, q1, v0, v1, target x, target y), an action two float32 or
/// float64: one torque for each joint, as it was sampled. All are little-endian.
package struct ReacherStage: Stage {
  /// How many steps of the fingertip's way are kept.
  package static let trailLength = 24

  /// What is to be seen now.
  package private(set) var scene: ReacherScene

  /// A stage for a reacher.
  package init() {
    scene = ReacherScene(episode: 0, steps: 0, pose: Self.rest)
  }

  /// What an episode without steps shows.
  private static let rest = ReacherPose(q0: 0, q1: 0, target: Point(0.1, 0.1))

  /// Sets the scene for an episode's first frame.
  package mutating func begin(
    _ episode: ReplayEpisode, first: Transition?
  ) throws(ReplayError) {
    scene = ReacherScene(
      episode: episode.number, steps: episode.steps, pose: Self.rest,
      ending: episode.steps == 0 ? episode.ending : .running)
    if let first { scene.pose = try pose(first.state) }
  }

  /// Goes on to what is seen after a transition.
  package mutating func advance(_ transition: Transition) throws(ReplayError) {
    guard case .bytes(let bytes) = transition.action,
      let torques = ReacherPose.numbers(bytes, count: 2), torques.allSatisfy(\.isFinite)
    else { throw .foreignAction(episode: scene.episode, step: scene.t) }
    let pose = try pose(transition.next)
    scene.trail.insert(scene.pose.fingertip, at: 0)
    if scene.trail.count > Self.trailLength { scene.trail.removeLast() }
    scene.pose = pose
    scene.action = Point(torques[0], torques[1])
    scene.reward = transition.reward
    scene.totalReturn += transition.reward
    scene.ending = transition.ending
    scene.t += 1
  }

  private func pose(_ value: Value) throws(ReplayError) -> ReacherPose {
    guard case .bytes(let bytes) = value, let pose = ReacherPose(bytes: bytes) else {
      throw .foreignState(episode: scene.episode, step: scene.t)
    }
    return pose
  }
}

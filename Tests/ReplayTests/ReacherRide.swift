import Glibc
import Raster
import Replay
import Rollouts

/// An episode of a reacher in a test: not its physics, but a motion like it.
struct ReacherRide {
  let transitions: [Transition]

  init(number: Int = 1, steps: Int = 50, target: Point = Point(-0.08, 0.13)) {
    var pose = ReacherPose(q0: 0.05, q1: -0.08, target: target)
    var transitions: [Transition] = []
    // The angles that reach the target, by the law of cosines.
    let (a, b) = (ReacherPose.link, ReacherPose.fingertipReach)
    let distance = hypot(target.x, target.y)
    let bend = acos(max(-1, min(1, (distance * distance - a * a - b * b) / (2 * a * b))))
    let aim = atan2(target.y, target.x) - atan2(b * sin(bend), a + b * cos(bend))
    for t in 0..<steps {
      let torques = [
        max(-1, min(1, 2.2 * (aim - pose.q0) - 0.28 * pose.v0)),
        max(-1, min(1, 2.2 * (bend - pose.q1) - 0.28 * pose.v1)),
      ]
      var next = pose
      next.v0 += (torques[0] * 60 - pose.v0) * 0.1
      next.v1 += (torques[1] * 60 - pose.v1) * 0.1
      next.q0 += next.v0 * 0.02
      next.q1 += next.v1 * 0.02
      let effort = torques[0] * torques[0] + torques[1] * torques[1]
      transitions.append(
        Transition(
          episode: number, state: .bytes(Self.bytes(of: pose)),
          action: .bytes(torques.flatMap { Self.bytes(of: Float($0).bitPattern) }),
          reward: -next.distance - effort, next: .bytes(Self.bytes(of: next)),
          ending: t == steps - 1 ? .truncated : .running))
      pose = next
    }
    self.transitions = transitions
  }

  static func bytes(of pose: ReacherPose) -> [UInt8] {
    [pose.q0, pose.q1, pose.v0, pose.v1, pose.target.x, pose.target.y]
      .flatMap { bytes(of: $0.bitPattern) }
  }

  static func bytes(of number: some FixedWidthInteger) -> [UInt8] {
    (0..<number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  func episode(_ number: Int = 1) -> ReplayEpisode {
    ReplayEpisode(
      number: number, steps: transitions.count, ending: transitions.last?.ending ?? .running)
  }

  /// What is seen after some of its steps.
  func scene(after steps: Int) throws -> ReacherScene {
    var stage = ReacherStage()
    try stage.begin(episode(), first: transitions.first)
    for transition in transitions.prefix(steps) { try stage.advance(transition) }
    return stage.scene
  }
}

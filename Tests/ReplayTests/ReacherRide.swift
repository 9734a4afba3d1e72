import Glibc
import Raster
import Recordings
import Replay
import Rollouts
import Worlds

/// An episode of a reacher in a test: not its physics, but a motion like it.
struct ReacherRide {
  let transitions: [Transition]

  init(number: Int = 1, steps: Int = 50, target: Point = Point(-0.08, 0.13)) {
    var pose = ReacherState(
      angles: SIMD2(0.05, -0.08), velocities: .zero, target: SIMD2(target.x, target.y))
    var transitions: [Transition] = []
    // The angles that reach the target, by the law of cosines.
    let (a, b) = (Reacher.linkLength, Reacher.fingertipReach)
    let distance = hypot(target.x, target.y)
    let bend = acos(max(-1, min(1, (distance * distance - a * a - b * b) / (2 * a * b))))
    let aim = atan2(target.y, target.x) - atan2(b * sin(bend), a + b * cos(bend))
    for t in 0..<steps {
      let torques = [
        max(-1, min(1, 2.2 * (aim - pose.angles.x) - 0.28 * pose.velocities.x)),
        max(-1, min(1, 2.2 * (bend - pose.angles.y) - 0.28 * pose.velocities.y)),
      ]
      var next = pose
      next.velocities.x += (torques[0] * 60 - pose.velocities.x) * 0.1
      next.velocities.y += (torques[1] * 60 - pose.velocities.y) * 0.1
      next.angles.x += next.velocities.x * 0.02
      next.angles.y += next.velocities.y * 0.02
      let effort = torques[0] * torques[0] + torques[1] * torques[1]
      transitions.append(
        Transition(
          episode: number, state: .bytes(pose.bytes),
          action: .bytes(torques.flatMap { Self.bytes(of: Float($0).bitPattern) }),
          reward: -Self.distance(in: next) - effort, next: .bytes(next.bytes),
          ending: t == steps - 1 ? .truncated : .running))
      pose = next
    }
    self.transitions = transitions
  }

  /// How far the fingertip is from the target.
  static func distance(in state: ReacherState) -> Double {
    let way = Reacher.fingertip(state.angles) - state.target
    return hypot(way.x, way.y)
  }

  static func bytes(of number: some FixedWidthInteger) -> [UInt8] {
    (0..<number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  func episode(_ number: Int = 1) -> Episode {
    Episode(
      number: number, steps: transitions.count, ending: transitions.last?.ending ?? .running)
  }

  /// The scene after some of its steps.
  func scene(after steps: Int) throws -> ReacherScene {
    var stage = try ScenePlayer(ReacherScenes(), episode(), transitions.first)
    for transition in transitions.prefix(steps) { try stage.advance(transition) }
    return stage.scene
  }
}

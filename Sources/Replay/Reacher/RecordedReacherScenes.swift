import Glibc
package import Recordings
package import Rollouts
package import Worlds

/// An observation of Gymnasium's Reacher, of which the first numbers are read.
struct RecordedReacherState: NamedState {
  static let names = ["cos1", "cos2", "sin1", "sin2", "target_x", "target_y"]
  /// Whether distances, or velocities, are included.
  static let counts = [6, 8, 10, 11]
  let numbers: [Double]
  init(numbers: [Double]) { self.numbers = numbers }

  /// The observation as a state of Reel's reacher, which has the same arm.
  var reacher: ReacherState {
    ReacherState(
      angles: SIMD2(atan2(numbers[2], numbers[0]), atan2(numbers[3], numbers[1])),
      velocities: .zero, target: SIMD2(numbers[4], numbers[5]))
  }
}

/// Turns the observations of Gymnasium's Reacher into scenes of Reel's own.
package struct RecordedReacherScenes: SceneBuilder {
  package typealias State = ReacherState

  private let observations: RecordedScenes<RecordedReacherState>
  private let actions: RecordedNumbers

  /// Scenes of a world whose states have the numbers of a reacher.
  package init(_ world: RecordedWorld) {
    observations = RecordedScenes(world)
    actions = world.actions
  }

  package func state(_ value: Value) -> ReacherState? {
    guard let seen = observations.state(value), seen.isDrawable else { return nil }
    return seen.reacher
  }

  package func action(_ value: Value) -> ReacherAction? {
    guard actions.count == 2, let shoulder = actions.number(0, of: value),
      let elbow = actions.number(1, of: value), shoulder.isFinite, elbow.isFinite
    else { return nil }
    return ReacherAction(Float(shoulder), Float(elbow))
  }

  package func details(_ state: ReacherState, of episode: Episode) -> ReacherDetails {
    ReacherDetails(state)
  }

  package func update(_ scene: inout ReacherScene) {
    scene.details.trail.append(Reacher.fingertip(scene.state.angles))
  }
}

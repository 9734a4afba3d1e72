package import Recordings
package import Rollouts
package import Worlds

/// The content of one frame of a reacher.
package typealias ReacherScene = Scene<ReacherState, ReacherAction, ReacherDetails>

/// What reachers show besides their states.
package struct ReacherDetails: Equatable, Sendable {
  /// The length of the fingertip's trail, in steps.
  package static let trailLength = 24

  /// The fingertip's places, including the present one.
  package var trail: Trail<SIMD2<Double>>

  /// Details of an episode that begins in a state.
  package init(_ state: ReacherState) {
    trail = Trail(capacity: Self.trailLength + 1, Reacher.fingertip(state.angles))
  }
}

/// Turns the transitions of a reacher's episode into scenes.
package struct ReacherScenes: SceneBuilder {
  package typealias State = ReacherState

  /// Scenes of a reacher.
  package init() {}

  package func action(_ value: Value) -> ReacherAction? { ReacherAction(recorded: value) }

  package func details(_ state: ReacherState, of episode: Episode) -> ReacherDetails {
    ReacherDetails(state)
  }

  package func update(_ scene: inout ReacherScene) {
    scene.details.trail.append(Reacher.fingertip(scene.state.angles))
  }
}

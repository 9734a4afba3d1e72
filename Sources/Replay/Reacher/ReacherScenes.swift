package import Recordings
package import Rollouts
package import Worlds

/// All that one frame of a reacher shows.
package typealias ReacherScene = Scene<ReacherState, ReacherAction, ReacherDetails>

/// What reachers show besides their states.
package struct ReacherDetails: Equatable, Sendable {
  /// How many steps of the fingertip's way are kept.
  package static let trailLength = 24

  /// Where the fingertip was, its own place included.
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

package import Raster
package import Recordings
package import Rollouts

/// Turns an episode's transitions, one after the other, into scenes, in constant memory.
///
/// It says what recorded values mean, and keeps up what its world shows besides them.
package protocol SceneBuilder: Sendable {
  /// The world's states.
  associatedtype State
  /// The world's actions.
  associatedtype Action
  /// What only this world's scenes have.
  associatedtype Details
  /// All that one frame shows.
  typealias Scene = Replay.Scene<State, Action, Details>

  /// The state of a recorded value; nil where that is none of this world's.
  func state(_ value: Value) -> State?
  /// The action of a recorded value; nil where that is none of this world's.
  func action(_ value: Value) -> Action?
  /// What an episode's first frame shows besides its state.
  func details(_ state: State, of episode: Episode) -> Details
  /// Brings the details of a scene up to date, of which everything else is after the last step.
  func update(_ scene: inout Scene) throws(ReplayError)
}

extension SceneBuilder {
  /// What an episode's first frame shows, in the state that it begins in.
  package func first(of episode: Episode, in start: Value) throws(ReplayError) -> Scene {
    guard let state = state(start) else {
      throw .foreignState(episode: episode.number, step: 0)
    }
    return Scene(
      episode: episode.number, steps: episode.steps, state: state,
      details: details(state, of: episode))
  }

  /// Goes on to what is seen after a transition.
  package func advance(_ scene: inout Scene, by transition: Transition) throws(ReplayError) {
    guard let action = action(transition.action) else {
      throw .foreignAction(episode: scene.episode, step: scene.t)
    }
    guard let next = state(transition.next) else {
      throw .foreignState(episode: scene.episode, step: scene.t)
    }
    scene.previous = scene.state
    scene.state = next
    scene.action = action
    scene.reward = transition.reward
    scene.totalReturn += transition.reward
    scene.ending = transition.ending
    scene.t += 1
    try update(&scene)
  }
}

extension SceneBuilder where State: RecordedState {
  /// The state of recorded bytes.
  package func state(_ value: Value) -> State? {
    guard case .bytes(let bytes) = value else { return nil }
    return State(bytes: bytes)
  }
}

extension SceneBuilder where Details == NoDetails {
  /// Nothing.
  package func details(_ state: State, of episode: Episode) -> NoDetails { NoDetails() }
  /// Does nothing.
  package func update(_ scene: inout Scene) {}
}

extension Value {
  /// The number of a state or action, below a count; nil where it is none.
  package func index(below count: Int) -> Int? {
    guard case .index(let index) = self, (0..<count).contains(index) else { return nil }
    return index
  }
}

/// Draws scenes of one kind.
package protocol Painter: SendableMetatype {
  /// All that one frame shows.
  associatedtype Scene

  /// Everything that does not move, as large as every frame: even sides.
  var background: Canvas { get }
  /// Colours that a film of these pictures must have.
  var declaredColors: [Color] { get }
  /// Draws a scene over whatever a canvas of this size shows.
  func draw(_ scene: Scene, onto canvas: Canvas)
  /// Where a pixel of a scene's picture is in the world, as its `PointedWorld` counts; nil where places mean
  /// nothing.
  func place(at point: Point, in scene: Scene) -> SIMD2<Double>?
}

extension Painter {
  /// Pixels from left to right.
  package var width: Int { background.width }
  /// Pixels from top to bottom.
  package var height: Int { background.height }
  /// Nowhere.
  package func place(at point: Point, in scene: Scene) -> SIMD2<Double>? { nil }
}

/// Why a recording cannot be drawn.
package enum ReplayError: Error, Hashable, CustomStringConvertible {
  /// A recorded state is not one of the world's.
  case foreignState(episode: Int, step: Int)
  /// A recorded action is not one of the world's.
  case foreignAction(episode: Int, step: Int)
  /// An episode has fewer steps than the recording said.
  case short(episode: Int, found: Int, expected: Int)

  /// The reason as one sentence.
  package var description: String {
    switch self {
    case .foreignState(let episode, let step):
      "episode \(episode) cannot be drawn: its state at step \(step) is not one of this world's"
    case .foreignAction(let episode, let step):
      "episode \(episode) cannot be drawn: its action at step \(step) is not one of this world's"
    case .short(let episode, let found, let expected):
      "episode \(episode) has \(found) steps where the recording says \(expected)"
    }
  }
}

package import Raster
package import Recordings
package import Rollouts

/// Turns an episode's transitions, one after the other, into scenes, in constant memory.
///
/// It gives recorded values their meaning, and keeps the details that its world shows besides them.
package protocol SceneBuilder: Sendable {
  /// The world's states.
  associatedtype State
  /// The world's actions.
  associatedtype Action
  /// Details that only this world's scenes have.
  associatedtype Details
  /// The content of one frame.
  typealias Scene = Replay.Scene<State, Action, Details>

  /// The state of a recorded value; nil if it is not one of this world's.
  func state(_ value: Value) -> State?
  /// The action of a recorded value; nil if it is not one of this world's.
  func action(_ value: Value) -> Action?
  /// The details of an episode's first frame.
  func details(_ state: State, of episode: Episode) -> Details
  /// Updates the details of a scene whose other members are those after the last step.
  func update(_ scene: inout Scene) throws(ReplayError)
}

extension SceneBuilder {
  /// The scene of an episode's first frame, from its initial state.
  package func first(of episode: Episode, in start: Value) throws(ReplayError) -> Scene {
    guard let state = state(start) else {
      throw .foreignState(episode: episode.number, step: 0)
    }
    return Scene(
      episode: episode.number, steps: episode.steps, state: state,
      details: details(state, of: episode))
  }

  /// Advances by a transition.
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
  /// The index of a state or action below a count; nil if it is out of range.
  package func index(below count: Int) -> Int? {
    guard case .index(let index) = self, (0..<count).contains(index) else { return nil }
    return index
  }
}

/// Draws scenes of one kind.
package protocol Painter: SendableMetatype {
  /// The content of one frame.
  associatedtype Scene

  /// The static parts, in the size of every frame, with even sides.
  var background: Canvas { get }
  /// Colours that a film of these pictures must have.
  var declaredColors: [Color] { get }
  /// Draws a scene over the previous content of a canvas of this size.
  func draw(_ scene: Scene, onto canvas: Canvas)
  /// The world's coordinates of a pixel, as its `PointedWorld` uses them; nil if places mean
  /// nothing.
  func place(at point: Point, in scene: Scene) -> SIMD2<Double>?
}

extension Painter {
  /// Pixels from left to right.
  package var width: Int { background.width }
  /// Pixels from top to bottom.
  package var height: Int { background.height }
  /// Nil: places mean nothing.
  package func place(at point: Point, in scene: Scene) -> SIMD2<Double>? { nil }
}

/// Why a recording cannot be drawn.
package enum ReplayError: Error, Hashable, CustomStringConvertible {
  /// A recorded state is not one of the world's.
  case foreignState(episode: Int, step: Int)
  /// A recorded action is not one of the world's.
  case foreignAction(episode: Int, step: Int)
  /// An episode has fewer steps than the recording says.
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

package import Raster
package import Rollouts

/// An episode that is to be drawn: what a recording knows of it before its steps are read.
package struct ReplayEpisode: Hashable, Sendable {
  /// Its number in the run.
  package var number: Int
  /// How many steps were recorded; a replay has one frame more.
  package var steps: Int
  /// How it ended.
  package var ending: Ending
  /// The state that it starts in, for an episode without a single step.
  package var start: Int?

  /// An episode of so many steps.
  package init(number: Int, steps: Int, ending: Ending, start: Int? = nil) {
    self.number = number
    self.steps = steps
    self.ending = ending
    self.start = start
  }
}

/// Turns an episode's transitions, one after the other, into scenes, in constant memory.
package protocol Stage {
  /// All that one frame shows.
  associatedtype Scene

  /// What is to be seen now.
  var scene: Scene { get }
  /// Sets the scene for an episode's first frame; `first` is its first transition, if it has one.
  mutating func begin(_ episode: ReplayEpisode, first: Transition?) throws(ReplayError)
  /// Goes on to what is seen after a transition.
  mutating func advance(_ transition: Transition) throws(ReplayError)
}

/// Draws scenes of one kind.
package protocol Painter {
  /// All that one frame shows.
  associatedtype Scene

  /// Pixels from left to right; even.
  var width: Int { get }
  /// Pixels from top to bottom; even.
  var height: Int { get }
  /// Colours that a film of these pictures must have.
  var declaredColors: [Color] { get }
  /// Draws a scene over whatever a canvas of this size shows.
  func draw(_ scene: Scene, onto canvas: Canvas)
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

package import Rollouts
package import Worlds

/// All that one frame of Snake shows.
package struct SnakeScene: Sendable, Equatable {
  /// The episode's number in the run.
  package var episode: Int
  /// How many steps led here; 0 in the first frame.
  package var t: Int
  /// How many steps the episode has.
  package var steps: Int
  /// The snake and its food.
  package var state: SnakeState
  /// The last action; nil in the first frame.
  package var action: Int?
  /// The last reward; nil in the first frame.
  package var reward: Double?
  /// The rewards so far, summed.
  package var totalReturn: Double
  /// How the episode stands.
  package var ending: Ending

  /// A scene; one of an episode's beginning unless told otherwise.
  package init(
    episode: Int, t: Int = 0, steps: Int, state: SnakeState, action: Int? = nil,
    reward: Double? = nil, totalReturn: Double = 0, ending: Ending = .running
  ) {
    self.episode = episode
    self.t = t
    self.steps = steps
    self.state = state
    self.action = action
    self.reward = reward
    self.totalReturn = totalReturn
    self.ending = ending
  }
}

/// Turns the transitions of a game of Snake into scenes.
package struct SnakeStage: Stage {
  /// What is to be seen now.
  package private(set) var scene: SnakeScene

  private let start: SnakeState

  /// A stage for Snake.
  package init(_ world: Snake) {
    start = world.start(Generator(seed: 0).draws(for: .world, episode: 0, t: 0))
    scene = SnakeScene(episode: 0, steps: 0, state: start)
  }

  /// Sets the scene for an episode's first frame.
  package mutating func begin(
    _ episode: ReplayEpisode, first: Transition?
  ) throws(ReplayError) {
    scene = SnakeScene(
      episode: episode.number, steps: episode.steps, state: start,
      ending: episode.steps == 0 ? episode.ending : .running)
    if let first { scene.state = try state(first.state) }
  }

  /// Goes on to what is seen after a transition.
  package mutating func advance(_ transition: Transition) throws(ReplayError) {
    guard case .index(let action) = transition.action, Snake.actions.indices.contains(action)
    else { throw .foreignAction(episode: scene.episode, step: scene.t) }
    scene.state = try state(transition.next)
    scene.action = action
    scene.reward = transition.reward
    scene.totalReturn += transition.reward
    scene.ending = transition.ending
    scene.t += 1
  }

  private func state(_ value: Value) throws(ReplayError) -> SnakeState {
    guard case .bytes(let bytes) = value, let state = SnakeState(bytes: bytes) else {
      throw .foreignState(episode: scene.episode, step: scene.t)
    }
    return state
  }
}

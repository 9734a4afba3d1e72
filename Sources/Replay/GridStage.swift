package import Rollouts
package import Worlds

/// Turns the transitions of a grid world's episode into scenes.
package struct GridStage: Stage {
  /// What is to be seen now.
  package private(set) var scene: GridScene

  private let world: GridWorld
  private let generator: Generator
  private let actions: [ActionMeaning]

  /// A stage for runs of one seed, which the world's slips follow from.
  package init(_ world: GridWorld, seed: UInt64) {
    self.world = world
    generator = Generator(seed: seed)
    actions = world.map.kind.actions
    scene = GridScene(
      episode: 0, t: 0, steps: 0, state: world.dynamics.start, last: nil, totalReturn: 0,
      ending: .running, trail: Trail())
  }

  /// Sets the scene for an episode's first frame.
  package mutating func begin(
    _ episode: ReplayEpisode, first: Transition?
  ) throws(ReplayError) {
    scene = GridScene(
      episode: episode.number, t: 0, steps: episode.steps, state: world.dynamics.start, last: nil,
      totalReturn: 0, ending: episode.steps == 0 ? episode.ending : .running, trail: Trail())
    if let first {
      scene.state = try state(first.state)
    } else if let start = episode.start {
      scene.state = try state(.index(start))
    }
    scene.trail.append(scene.state)
  }

  /// Goes on to what is seen after a transition.
  package mutating func advance(_ transition: Transition) throws(ReplayError) {
    let from = try state(transition.state)
    guard case .index(let action) = transition.action, actions.indices.contains(action) else {
      throw .foreignAction(episode: scene.episode, step: scene.t)
    }
    scene.last = nil
    let next = try state(transition.next)
    scene.last = GridScene.Move(
      from: from, action: action, executed: executed(action, in: from, leadingTo: next),
      reward: transition.reward)
    scene.state = next
    scene.totalReturn += transition.reward
    scene.ending = transition.ending
    scene.t += 1
    if next != from { scene.trail.append(next) }
  }

  private func state(_ value: Value) throws(ReplayError) -> Int {
    guard case .index(let state) = value, (0..<world.dynamics.states).contains(state) else {
      throw .foreignState(episode: scene.episode, step: scene.t)
    }
    return state
  }

  /// The move that the world drew for this step. A recording that other dice made is read by where
  /// the agent went.
  private func executed(_ action: Int, in state: Int, leadingTo next: Int) -> Int {
    let draws = generator.draws(for: .world, episode: scene.episode, t: scene.t)
    let drawn = world.dynamics.executed(action, draws.word(0))
    if Int(world.dynamics.outcome(state, executing: drawn).next) == next { return drawn }
    let moves = world.dynamics.moves(of: action)
    return moves.first {
      Int(world.dynamics.outcome(state, executing: $0.move).next) == next
    }?.move ?? action
  }
}

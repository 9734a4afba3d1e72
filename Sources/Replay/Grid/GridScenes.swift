package import Recordings
package import Rollouts
package import Worlds

/// The content of one frame of a grid world.
package typealias GridScene = Scene<Int, Int, GridDetails>

/// What grid worlds show besides their states.
package struct GridDetails: Equatable, Sendable {
  /// The length of the agent's trail.
  package static let trailLength = 24

  /// The action that the world executed: another one if the agent slipped. Nil in the first frame.
  package var executed: Int?
  /// The agent's places, including the present one.
  package var trail = Trail<Int>(capacity: trailLength)

  /// Details of a scene.
  package init(executed: Int? = nil, trail: Trail<Int> = Trail(capacity: trailLength)) {
    self.executed = executed
    self.trail = trail
  }
}

extension GridScene {
  /// The executed move if it is not the chosen one.
  var slip: Int? { details.executed == action ? nil : details.executed }
}

/// Turns the transitions of a grid world's episode into scenes.
package struct GridScenes: SceneBuilder {
  private let world: GridWorld
  private let generator: Generator?

  /// Scenes of runs with one seed, which determines the world's slips; nil for another program's runs.
  package init(_ world: GridWorld, seed: UInt64?) {
    self.world = world
    generator = seed.map { Generator(seed: $0) }
  }

  package func state(_ value: Value) -> Int? { value.index(below: world.dynamics.states) }

  package func action(_ value: Value) -> Int? { value.index(below: world.dynamics.actions) }

  package func details(_ state: Int, of episode: Episode) -> GridDetails {
    GridDetails(trail: Trail(capacity: GridDetails.trailLength, state))
  }

  package func update(_ scene: inout GridScene) {
    guard let from = scene.previous, let action = scene.action else { return }
    scene.details.executed = executed(action, in: from, of: scene)
    if scene.state != from { scene.details.trail.append(scene.state) }
  }

  /// The move that the world drew for this step. If another program recorded it, the move is read from where
  /// the agent went.
  private func executed(_ action: Int, in state: Int, of scene: GridScene) -> Int {
    let draws = generator?.draws(for: .world, episode: scene.episode, t: scene.t - 1)
    let drawn = draws.map { world.dynamics.executed(action, $0.word(0)) } ?? action
    func leads(_ move: Int) -> Bool {
      Int(world.dynamics.outcome(state, executing: move).next) == scene.state
    }
    if leads(drawn) { return drawn }
    return world.dynamics.moves(of: action).first { leads($0.move) }?.move ?? action
  }
}

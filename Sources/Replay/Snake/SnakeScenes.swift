package import Rollouts
package import Worlds

/// The content of one frame of Snake.
package typealias SnakeScene = Scene<SnakeState, Int, NoDetails>

/// Turns the transitions of a game of Snake into scenes.
package struct SnakeScenes: SceneBuilder {
  package typealias State = SnakeState
  package typealias Details = NoDetails

  /// Scenes of Snake.
  package init() {}

  package func action(_ value: Value) -> Int? { value.index(below: Snake.actions.count) }
}

import Recordings
import Replay
import Rollouts
import Testing

/// Scenes of an episode, one after the other.
struct ScenePlayer<Scenes: SceneBuilder> {
  let scenes: Scenes
  private(set) var scene: Scenes.Scene

  init(_ scenes: Scenes, _ episode: Episode, _ first: Transition?) throws {
    self.scenes = scenes
    scene = try scenes.first(of: episode, in: #require(first).state)
  }

  mutating func advance(_ transition: Transition) throws {
    try scenes.advance(&scene, by: transition)
  }
}

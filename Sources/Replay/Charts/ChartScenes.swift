package import Recordings
package import Rollouts
import Worlds

/// The content of one frame of charts for another program's world: the recorded state and action,
/// and how often each choice was made.
package typealias ChartScene = Scene<Value, Value, [Int]>

/// Turns the transitions of any episode into scenes.
package struct ChartScenes: SceneBuilder {
  /// The most choices that are counted.
  let choices: Int

  package func state(_ value: Value) -> Value? { value }

  package func action(_ value: Value) -> Value? { value }

  package func details(_ state: Value, of episode: Episode) -> [Int] {
    Array(repeating: 0, count: choices)
  }

  package func update(_ scene: inout ChartScene) {
    if let choice = scene.choice, scene.details.indices.contains(choice) {
      scene.details[choice] += 1
    }
  }
}

import Recordings
import Rollouts

/// A run of another program with given episodes: their states and their rewards.
struct ScriptedRun {
  /// One episode.
  struct Script {
    /// One state more than there are rewards.
    var states: [Int]
    var rewards: [Double]
    var ending = Ending.terminated

    /// An episode of one step, which is all that its return needs.
    static func earning(_ reward: Double) -> Script { Script(states: [0, 1], rewards: [reward]) }
  }

  var episodes: [Script]
  /// How many episodes run in parallel; those of a group are equally long.
  var worlds = 1
  /// How many steps a batch has.
  var batchRows = 16
  /// What is recorded after a number of steps.
  var metrics: [Metric] = []

  @discardableResult
  func record(to path: String, finishing: Bool = true) throws -> Recording {
    var run = RunDescription(
      world: WorldDescription(
        name: "my-corridor-v0", actions: [ActionMeaning("left"), ActionMeaning("right")], fields: []
      ), trainer: "script", seed: 1, configuration: [:])
    run.worlds = worlds
    let header: [UInt8] = [2, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8)
    var options = RecordingOptions()
    options.batchRows = batchRows
    var writer = try RecordingWriter(
      creating: path, run, initial: Checkpoint(step: 0, kind: "none", parameters: header),
      options: options)
    var step = 0
    for first in stride(from: 0, to: episodes.count, by: worlds) {
      let group = first..<min(first + worlds, episodes.count)
      for t in episodes[first].rewards.indices {
        for number in group {
          let episode = episodes[number]
          let isLast = t == episode.rewards.count - 1
          try writer.record(
            episode: number + 1, state: episode.states[t], action: 0, reward: episode.rewards[t],
            next: episode.states[t + 1], ending: isLast ? episode.ending : .running)
          step += 1
          for metric in metrics where metric.step == step { try writer.record(metric) }
        }
      }
    }
    if finishing { try writer.finish() }
    return try Recording(path)
  }
}

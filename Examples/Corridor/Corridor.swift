// Trains a Q-table on a world of its own, records every step, and reads the recording back.

import Recordings
import Rollouts

/// Eight cells in a row. An episode starts in the first and ends in the last, and every step costs 1.
struct Corridor {
  let cells = 8
  let stepLimit = 100
  let actions = [ActionMeaning("left", dx: -1), ActionMeaning("right", dx: 1)]

  /// The description that a recording keeps of this world, so that other programs can read and draw it.
  var description: WorldDescription {
    WorldDescription(
      name: "corridor", actions: actions,
      fields: [
        Field("state", "row", type: "row", offset: cells, count: 1, "always 0"),
        Field("state", "cell", type: "column", offset: 1, count: cells, "counted from the left"),
      ])
  }

  func step(from cell: Int, _ action: Int, t: Int) -> Step<Int> {
    let next = min(max(cell + actions[action].dx, 0), cells - 1)
    let ending: Ending =
      next == cells - 1 ? .terminated : t + 1 == stepLimit ? .truncated : .running
    return Step(next: next, reward: -1, ending: ending)
  }
}

@main struct Example {
  static func main() throws {
    let path = CommandLine.arguments.dropFirst().first ?? "corridor.sqlite"
    let table = try train(to: path)
    try show(path, table)
  }

  /// Trains a Q-table and records it.
  static func train(to path: String) throws -> QTable {
    let corridor = Corridor()
    let rule = QTableRule(alpha: .constant(0.5), gamma: 0.9, episodes: 60)
    let run = RunDescription(
      world: corridor.description, trainer: "qtable", seed: 1, configuration: rule.configuration)
    let generator = Generator(seed: run.seed)
    var table = QTable(states: corridor.cells, actions: corridor.actions.count)
    var recording = try RecordingWriter(
      creating: path, run, initial: table.checkpoint(step: 0),
      options: RecordingOptions(force: true))
    var steps = 0

    for episode in 1...rule.episodes {
      var (cell, t, ending) = (0, 0, Ending.running)
      while ending == .running {
        // One action in ten is random; the others are the best.
        let draws = generator.draws(for: .policy, episode: episode, t: t)
        let choices = draws.pick(0, below: 10) == 0 ? [0, 1] : table.greedyActions(cell)
        let action = choices[draws.pick(1, below: choices.count)]
        let step = corridor.step(from: cell, action, t: t)
        table.update(
          cell, action, reward: step.reward, next: step.next,
          terminated: step.ending == .terminated, alpha: rule.alpha(episode: episode),
          gamma: rule.gamma)
        try recording.record(
          episode: episode, state: cell, action: action, reward: step.reward, next: step.next,
          ending: step.ending)
        (cell, t, ending, steps) = (step.next, t + 1, step.ending, steps + 1)
      }
      try recording.record(Metric(step: steps, name: "charts/episodic_length", value: Double(t)))
    }
    try recording.record(table.checkpoint(step: steps))
    try recording.finish()
    return table
  }

  /// Prints the contents of the recording.
  static func show(_ path: String, _ table: QTable) throws {
    let recording = try Recording(path)
    let (episodes, steps) = (try recording.episodes(), try recording.stepCount())
    print("\(episodes.count) episodes, \(steps) steps in \(path)")

    print("value of right in each cell:", (0..<table.states - 1).map { table.value($0, 1) })

    let lengths = try recording.metric("charts/episodic_length").values
    print("steps of the first episode \(lengths[0]), of the last \(lengths[lengths.count - 1])")

    let best = try recording.episodes(.best(1))[0]
    print("best: episode \(best.number), return \(best.return), \(best.ending.name)")
    print("its cells:", try recording.states(of: best).compactMap(\.index))

    // The table rebuilt from the recorded steps, starting with the first.
    let folded = try recording.qTable(at: steps, usingCheckpoints: false)
    print("the log gives the same table:", folded == table)

    let difference = try recording.audit().difference
    print("differences from what was written:", difference?.description ?? "nothing")
    print("digest:", try recording.digest())
  }
}

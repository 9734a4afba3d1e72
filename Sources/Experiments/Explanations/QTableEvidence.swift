import Platform
import Recordings
import Rollouts
import Trainers

/// What a recording shows of each of the six methods.
struct QTableEvidence {
  /// Lines of text, by the name of the method.
  let lines: [String: [String]]

  init(_ recording: Recording, in catalog: Catalog) throws {
    let run = try recording.description()
    let plan = try catalog.plan(of: run)
    guard let settings = plan.settings as? QTableConfiguration else {
      throw RunError.run(
        "this needs a recording of a Q-table that Reel's own trainer learned, and \(run.trainer) made"
          + " this one")
    }
    let steps = try recording.stepCount()
    let table = try recording.qTable(at: steps)
    let names = StateNames(run.world)

    var lines: [String: [String]] = [
      "init": [
        "\(run.world.name) \(run.world.mapName): α = \(settings.alpha), γ = \(settings.gamma), "
          + "ε = \(settings.epsilon), \(settings.episodes) episodes",
        "\(table.states) states × \(table.actions) actions",
      ]
    ]
    let state = try QTableConfiguration.tabular(plan.world()).dynamics.start
    let legal = (0..<table.actions).filter { table.value(state, $0).isFinite }
    let row = legal.map { "\(names.action($0)) \(NumberFormat.decimal(table.value(state, $0), 3))" }
    lines["getQValue"] = ["at the start \(names.state(state)): " + row.joined(separator: ", ")]
    lines["computeValueFromQValues"] = [
      "\(names.state(state)) is worth \(NumberFormat.decimal(table.best(state), 3))"
    ]
    let greedy = table.greedyActions(state).map(names.action)
    lines["computeActionFromQValues"] = [
      "best there: " + greedy.joined(separator: " or ")
        + (greedy.count > 1 ? " (ties \(settings.ties.rawValue))" : "")
    ]
    let episodes = try recording.counts().episodes
    let shares = [1, max(1, episodes / 2), max(1, episodes)].map { episode in
      let epsilon = settings.epsilon.value(episode: episode, of: settings.episodes)
      return "\(NumberFormat.decimal(epsilon, 3)) in episode \(episode)"
    }
    lines["getAction"] = ["ε was " + shares.joined(separator: ", ")]
    if let last = try recording.qUpdates(of: state, before: steps, last: 1).last {
      let ended = last.ending == .terminated
      let future = ended ? "" : " + \(settings.gamma) · max Q\(names.state(last.next))"
      lines["update"] = [
        "step \(last.step), episode \(last.episode): \(names.action(last.action)) from \(names.state(state)) "
          + "to \(names.state(last.next)) for \(NumberFormat.decimal(last.reward, 2))",
        "Q ← (1 − \(NumberFormat.decimal(last.alpha, 4))) · \(NumberFormat.decimal(last.before, 4)) + "
          + "\(NumberFormat.decimal(last.alpha, 4)) · (\(NumberFormat.decimal(last.reward, 2))\(future)) "
          + "= \(NumberFormat.decimal(last.after, 4))",
      ]
    }
    self.lines = lines
  }
}

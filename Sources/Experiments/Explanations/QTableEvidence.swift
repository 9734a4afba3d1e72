import Platform
import Recordings
import Rollouts
import Trainers

/// What a recording shows of each of the six methods.
struct QTableEvidence {
  /// Lines for people, by the method's name.
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
    let layout = StateLayout(run.world.fields)
    func place(_ state: Int) -> String {
      guard let layout else { return "\(state)" }
      return "(" + layout.coordinates(of: state).map(String.init).joined(separator: ", ") + ")"
    }
    func name(_ action: Int) -> String { run.world.actions[action].name }

    var lines: [String: [String]] = [
      "init": [
        "\(run.world.name) \(run.world.mapName): α = \(settings.alpha), γ = \(settings.gamma), "
          + "ε = \(settings.epsilon), \(settings.episodes) episodes",
        "\(table.states) states × \(table.actions) actions",
      ]
    ]
    let state = try QTableConfiguration.tabular(plan.world()).dynamics.start
    let legal = (0..<table.actions).filter { table.value(state, $0).isFinite }
    let row = legal.map { "\(name($0)) \(NumberFormat.decimal(table.value(state, $0), 3))" }
    lines["getQValue"] = ["at the start \(place(state)): " + row.joined(separator: ", ")]
    lines["computeValueFromQValues"] = [
      "\(place(state)) is worth \(NumberFormat.decimal(table.best(state), 3))"
    ]
    let greedy = table.greedyActions(state).map(name)
    lines["computeActionFromQValues"] = [
      "best there: " + greedy.joined(separator: " or ")
        + (greedy.count > 1 ? " (ties \(settings.ties.rawValue))" : "")
    ]
    let episodes = try recording.episodes().count
    let shares = [1, max(1, episodes / 2), max(1, episodes)].map { episode in
      let epsilon = settings.epsilon.value(episode: episode, of: settings.episodes)
      return "\(NumberFormat.decimal(epsilon, 3)) in episode \(episode)"
    }
    lines["getAction"] = ["ε was " + shares.joined(separator: ", ")]
    if let last = try recording.qUpdates(of: state, before: steps, last: 1).last {
      let ended = last.ending == .terminated
      let future = ended ? "" : " + \(settings.gamma) · max Q\(place(last.next))"
      lines["update"] = [
        "step \(last.step), episode \(last.episode): \(name(last.action)) from \(place(state)) "
          + "to \(place(last.next)) for \(NumberFormat.decimal(last.reward, 2))",
        "Q ← (1 − \(NumberFormat.decimal(last.alpha, 4))) · \(NumberFormat.decimal(last.before, 4)) + "
          + "\(NumberFormat.decimal(last.alpha, 4)) · (\(NumberFormat.decimal(last.reward, 2))\(future)) "
          + "= \(NumberFormat.decimal(last.after, 4))",
      ]
    }
    self.lines = lines
  }
}

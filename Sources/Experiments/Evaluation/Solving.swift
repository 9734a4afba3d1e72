package import Recordings
package import Rollouts
package import Trainers
import Worlds

/// A world solved by value iteration.
package struct SolvedWorld {
  package let solution: ValueIteration
  package let layout: StateLayout
  package let actions: [ActionMeaning]
  /// The states that can be reached.
  package let states: [Int]
}

extension Catalog {
  /// Solves the requested world by batch iterations, with the discount of its settings.
  package func solve(_ request: PlanRequest, iterations: Int?) throws -> SolvedWorld {
    let plan = try plan(request)
    let world = try QTableConfiguration.tabular(plan.world())
    let (description, dynamics) = (world.description, world.dynamics)
    guard let settings = plan.settings as? QTableConfiguration,
      let layout = StateLayout(description.fields)
    else { throw RunError.run("\(plan.name) has no numbered states that could be solved") }
    var solution = ValueIteration(dynamics, gamma: settings.gamma)
    if let iterations { solution.iterate(iterations) } else { solution.converge() }
    return SolvedWorld(
      solution: solution, layout: layout, actions: description.actions,
      states: (0..<dynamics.states).filter { world.canBeIn($0) })
  }

  /// The state in which a table's episodes start.
  package func tableStart(of recording: Recording) throws -> Int {
    let run = try recording.description()
    let plan = try plan(of: run)
    guard case .table = try plan.insight(of: recording) else {
      throw RunError.run("this needs a recording of a Q-table, and \(run.trainer) made this one")
    }
    guard plan.settings is QTableConfiguration else {
      return try recording.steps(in: 0..<1).first?.state.index ?? 0
    }
    return try QTableConfiguration.tabular(plan.world()).dynamics.start
  }

  /// The Q-table at a moment of a recording.
  package func table(of recording: Recording, at moment: RecordedMoment) throws -> QTable {
    try QTable(plan(of: recording.description()).settings.checkpoint(of: recording, at: moment))
  }
}

extension TabularWorld {
  /// Why nothing is ever learned in a state; nil if something may be.
  package func remark(on state: Int) -> String? {
    guard canBeIn(state) else { return "this is a wall: the agent is never in it" }
    return dynamics.endStates[state] ? "the episode ends here: no action is ever taken" : nil
  }
}

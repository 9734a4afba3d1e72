package import Rollouts
package import Trainers
import Worlds

/// A world that was solved by value iteration.
package struct SolvedWorld {
  package let solution: ValueIteration
  package let layout: StateLayout
  package let actions: [ActionMeaning]
  /// The states that one can be in.
  package let states: [Int]
}

extension Catalog {
  /// Solves the world of a request by batch iterations, with the discount of its settings.
  package func solve(_ request: PlanRequest, iterations: Int) throws -> SolvedWorld {
    let plan = try plan(request)
    let world = try QTableConfiguration.tabular(plan.world())
    let (description, dynamics) = (world.description, world.dynamics)
    guard let settings = plan.settings as? QTableConfiguration,
      let layout = StateLayout(description.fields)
    else { throw RunError.run("\(plan.name) is not laid out in states that could be solved") }
    var solution = ValueIteration(dynamics, gamma: settings.gamma)
    solution.iterate(iterations)
    return SolvedWorld(
      solution: solution, layout: layout, actions: description.actions,
      states: (0..<dynamics.states).filter { world.canBeIn($0) })
  }

  /// The state that episodes of a table's run start in.
  package func tableStart(of run: RunDescription) throws -> Int {
    let plan = try plan(of: run)
    guard plan.settings is QTableConfiguration else {
      throw RunError.run("this needs a recording of a Q-table, and \(run.trainer) made this one")
    }
    return try QTableConfiguration.tabular(plan.world()).dynamics.start
  }
}

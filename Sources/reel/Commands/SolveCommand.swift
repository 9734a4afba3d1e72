import Experiments
import Platform
import Rollouts
import Trainers
import Worlds

/// Computes what training should find, by value iteration.
struct SolveCommand: Command {
  static let name = "solve"
  static let summary = "compute a world's optimal values by value iteration"
  static let group = CommandGroup.record
  static let examples = ["reel solve grid --map maps/grids/book.txt --iterations 100 --json"]

  private let world: String
  private let map: String?
  private let iterations: Int?
  private let preset: String?
  private let overrides: [String]

  init(_ arguments: inout Arguments) throws {
    world = try arguments.positional(
      "WORLD", choices: Catalog.builtIn.worlds.names, help: "the world")
    map = try arguments.option("--map", value: "FILE", help: "a map's file or name")
    iterations =
      try arguments.count(
        "--iterations", in: 0...1_000_000,
        help: "batch iterations (default: until no value changes by more than 1e-10)")
    preset = try arguments.option(
      "--preset", value: "NAME", help: "the preset whose settings apply")
    overrides = try arguments.repeatedOption(
      "--set", value: "NAME=VALUE", help: "gamma, noise, living_reward, …")
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    let solved = try Catalog.builtIn.solve(
      PlanRequest(
        world, map: map, preset: preset, overrides: overrides.map(Arguments.setting)),
      iterations: iterations)
    let (solution, layout, states) = (solved.solution, solved.layout, solved.states)
    if console.isJSON {
      console.print(
        [
          "world": .string(world), "iterations": .integer(solution.iterations),
          "gamma": .number(solution.gamma), "change": .number(solution.change),
          "states": .array(
            states.map { row(of: $0, solution, layout, solved.actions) }),
        ])
      return .done
    }
    var grid = Array(
      repeating: Array(repeating: "#", count: layout.columns), count: layout.rows)
    for state in states {
      let cell = layout.cell(of: state)
      grid[cell.row][cell.column] =
        solution.ends[state] ? "end" : NumberFormat.decimal(solution.values[state], 4)
    }
    var table = TextTable((0..<layout.columns).map { "\($0)" }, right: Set(0..<layout.columns))
    grid.forEach { table.add($0) }
    console.print(table.text)
    let change = NumberFormat.exact(solution.change)
    console.note(
      "\(solution.iterations) iterations, γ \(solution.gamma); "
        + (solution.hasConverged
          ? "converged" : "not converged: the last changed a value by \(change)"))
    return .done
  }

  private func row(
    of state: Int, _ solution: ValueIteration, _ layout: StateLayout, _ actions: [ActionMeaning]
  ) -> JSON {
    let names = solution.greedyActions(state).map { JSON.string(actions[$0].name) }
    let coordinates = zip(layout.names, layout.coordinates(of: state)).map {
      JSON.Member($0, .integer($1))
    }
    return .object(
      [.init("state", .integer(state))] + coordinates
        + [
          .init("value", .number(solution.values[state])), .init("actions", .array(names)),
          .init(
            "q",
            .object(
              zip(actions, solution.qValues(state)).map {
                JSON.Member($0.name, $1.map(JSON.number) ?? .null)
              })),
        ])
  }
}

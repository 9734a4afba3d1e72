package import Rollouts

/// The rules of a grid that are not in its map.
package struct GridRules: Configuration, Equatable {
  /// The chance that a move slips, half of it to either side (n).
  package var noise = 0.0
  /// The reward of an ordinary step.
  package var livingReward = 0.0
  /// The extra cost of a blocked move.
  package var bumpCost = 0.0
  /// The reward of reaching the goal.
  package var goalReward = 1.0
  /// After how many steps an episode is truncated.
  package var stepLimit = 100

  /// Every rule by name.
  package static let settings: [Setting<Self>] = [
    .number("noise", \.noise, in: 0...1, "chance that a move slips, half of it to either side"),
    .number("living_reward", \.livingReward, in: -1e6...1e6, "reward of an ordinary step"),
    .number("bump_cost", \.bumpCost, in: 0...1e6, "cost of moving against a wall or the edge"),
    .number("goal_reward", \.goalReward, in: -1e6...1e6, "reward of reaching the goal"),
    .count("step_limit", \.stepLimit, in: 1...1_000_000_000, "steps until truncation"),
  ]

  /// The published rules for a kind of grid, with a step limit that fits the map's size.
  package init(for map: GridMap) {
    let cells = map.rows * map.columns
    switch map.kind {
    case .maze:
      (livingReward, bumpCost, goalReward) = (-1, 4, 100)
      stepLimit = max(200, 4 * cells)
    case .lake:
      noise = 2.0 / 3
      stepLimit = max(100, (map.rows + map.columns) * 25 / 2)
    case .grid:
      noise = 0.2
      stepLimit = max(1000, 4 * cells)
    }
  }
}

/// Mazes, frozen lakes and the CS188 grids: one agent moves from cell to cell on a map.
package struct GridWorld: TabularWorld {
  package let map: GridMap
  package let rules: GridRules
  package let description: WorldDescription
  package let dynamics: Dynamics

  /// A world on a map, with its kind's rules unless others are given.
  package init(_ map: GridMap, rules: GridRules? = nil) {
    let rules = rules ?? GridRules(for: map)
    self.map = map
    self.rules = rules
    description = WorldDescription(
      name: map.kind.rawValue, map: map.text, mapName: map.title, actions: map.kind.actions,
      fields: map.fields)
    dynamics = map.dynamics(rules)
  }

  /// The same map with other rules.
  package func following(_ rules: GridRules) -> GridWorld { GridWorld(map, rules: rules) }

  /// After how many steps an episode is truncated.
  package var stepLimit: Int { rules.stepLimit }

  /// False inside a wall.
  package func canBeIn(_ state: Int) -> Bool { map.cell(of: state) != .wall }

  /// The number of the action `exit` in CS188 grids.
  package static let exitAction = 4
}

extension GridKind {
  /// The actions in their published order.
  package var actions: [ActionMeaning] {
    let up = (0, -1)
    let down = (0, 1)
    let left = (-1, 0)
    let right = (1, 0)
    let named: [(String, (Int, Int))] =
      switch self {
      case .maze: [("up", up), ("down", down), ("left", left), ("right", right)]
      case .lake: [("left", left), ("down", down), ("right", right), ("up", up)]
      case .grid:
        [("north", up), ("west", left), ("south", down), ("east", right), ("exit", (0, 0))]
      }
    return named.map { ActionMeaning($0, dx: $1.0, dy: $1.1) }
  }
}

extension GridMap {
  fileprivate var fields: [Field] {
    if kind == .grid {
      return [
        Field("state", "x", type: "column", offset: 1, count: columns, "cells from the left"),
        Field("state", "y", type: "up", offset: columns, count: rows, "cells from the bottom"),
      ]
    }
    return [
      Field("state", "row", type: "row", offset: columns, count: rows, "cells from the top"),
      Field("state", "column", type: "column", offset: 1, count: columns, "cells from the left"),
    ]
  }

  fileprivate func dynamics(_ rules: GridRules) -> Dynamics {
    // Plain numbers, because actions hold names, whose reference counts would change for every
    // cell.
    let ways = kind.actions.map { (dx: $0.dx, dy: $0.dy) }
    var outcomes: [Dynamics.Outcome] = []
    outcomes.reserveCapacity(cells.count * ways.count)
    var legal: [UInt8] = []
    if kind == .grid { legal.reserveCapacity(cells.count) }
    for state in 0..<cells.count {
      let (row, column) = position(of: state)
      if kind == .grid {
        let isExit = cells[row * columns + column].isGoal
        legal.append(isExit ? 1 << GridWorld.exitAction : 0b01111)
      }
      for way in ways { outcomes.append(move(row, column, way, rules)) }
    }
    return Dynamics(
      states: cells.count, actions: ways.count,
      start: state(row: start / columns, column: start % columns), outcomes: outcomes,
      legal: legal, slip: slip(rules.noise))
  }

  /// The result of a move from a cell; CS188 rewards leaving an exit, the others reaching the goal.
  private func move(
    _ row: Int, _ column: Int, _ way: (dx: Int, dy: Int), _ rules: GridRules
  ) -> Dynamics.Outcome {
    let here = state(row: row, column: column)
    if case .exit(let value) = cells[row * columns + column] {
      return Dynamics.Outcome(next: here, reward: value, terminates: true)
    }
    let reward = rules.livingReward
    guard way.dx != 0 || way.dy != 0,
      let to = neighbour(row: row, column: column, dx: way.dx, dy: way.dy)
    else { return Dynamics.Outcome(next: here, reward: reward - rules.bumpCost) }
    let next = state(row: to.row, column: to.column)
    return switch cells[to.row * columns + to.column] {
    case .goal: Dynamics.Outcome(next: next, reward: rules.goalReward, terminates: true)
    case .hole: Dynamics.Outcome(next: next, reward: reward, terminates: true)
    case .floor, .wall, .exit: Dynamics.Outcome(next: next, reward: reward)
    }
  }

  private func slip(_ noise: Double) -> Dynamics.Slip? {
    guard noise > 0 else { return nil }
    let actions = kind.actions
    let beside = actions.enumerated().map { index, action in
      // The direction turned by 90° to either side; `exit` has no direction and stays the same.
      let left = actions.firstIndex { $0.dx == action.dy && $0.dy == -action.dx }
      let right = actions.firstIndex { $0.dx == -action.dy && $0.dy == action.dx }
      return (left ?? index, right ?? index)
    }
    return Dynamics.Slip(chance: noise / 2, beside: beside)
  }
}

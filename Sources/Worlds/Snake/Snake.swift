package import Rollouts

/// The game of Snake on a board of 32 × 24 cells, steered by turns.
package struct Snake: DiscreteActionWorld {
  package static let columns = 32
  package static let rows = 24
  package static let startLength = 3
  /// The head's first cell: column 16, row 12.
  static let startCell = 12 * columns + 16

  package let rules: SnakeRules
  package let description: WorldDescription

  /// The actions in their published order.
  package static let actions = [
    ActionMeaning("straight", dy: -1), ActionMeaning("right", dx: 1), ActionMeaning("left", dx: -1),
  ]

  /// A game.
  package init(rules: SnakeRules = SnakeRules()) {
    self.rules = rules
    description = WorldDescription(
      name: "snake", actions: Self.actions, fields: SnakeState.fields)
  }

  /// A game with other rules.
  package func following(_ rules: SnakeRules) -> Snake { Snake(rules: rules) }

  /// After how many steps a game is truncated.
  package var stepLimit: Int { rules.stepLimit }

  /// A snake of three segments that faces right, and food anywhere else.
  package func start(_ draws: Draws) -> SnakeState {
    var state = SnakeState(head: Self.startCell, heading: 0, length: Self.startLength)
    state.food = Int16(state.freeCell(draws) ?? -1)
    return state
  }

  /// One step. Collisions are checked before the tail moves.
  package func step(_ state: SnakeState, _ action: Int, _ draws: Draws) -> Step<SnakeState> {
    precondition((0..<3).contains(action), "a snake goes straight, right or left")
    precondition(state.end == .none, "a game that is over has no steps")
    var next = state
    next.counter += 1
    next.heading = UInt8(Self.heading(Int(state.heading), turned: action))
    let cell = Self.neighbour(of: Int(state.head), Int(next.heading))
    let segments = Int(state.length) + (rules.patienceCountsHead ? 1 : 0)
    if let cell, !state.isCovered(cell), Int(next.counter) <= rules.patience * segments {
      guard cell == Int(state.food) else {
        next.advance(to: cell, growing: false)
        return Step(next: next, reward: 0)
      }
      next.advance(to: cell, growing: true)
      next.food = Int16(next.freeCell(draws) ?? -1)
      if next.food < 0 { next.end = .full }
      return Step(
        next: next, reward: rules.foodReward + 0, ending: next.food < 0 ? .terminated : .running)
    }
    next.end = cell == nil ? .wall : cell.map(state.isCovered) == true ? .body : .patience
    return Step(next: next, reward: rules.deathReward + 0, ending: .terminated)
  }

  /// Whether the snake fills the board.
  package func isSuccess(
    from state: SnakeState, reward: Double, to next: SnakeState, ending: Ending
  ) -> Bool { next.end == .full }

  /// The scores of finished games.
  package var tally: any StepTally { SnakeTally() }

  /// The direction of a snake after an action: straight, right or left.
  package static func heading(_ heading: Int, turned action: Int) -> Int {
    (heading + (action == 0 ? 0 : action == 1 ? 1 : 3)) & 3
  }

  /// A neighbouring cell: to the right, below, to the left, above; nil off the board.
  @inline(__always)
  static func neighbour(of cell: Int, _ way: Int) -> Int? {
    let (x, y) = (cell & 31, cell >> 5)
    switch way {
    case 0: return x + 1 < columns ? cell + 1 : nil
    case 1: return y + 1 < rows ? cell + columns : nil
    case 2: return x > 0 ? cell - 1 : nil
    default: return y > 0 ? cell - columns : nil
    }
  }

  static func place(_ cell: Int) -> SnakeCell { SnakeCell(x: cell & 31, y: cell >> 5) }
}

/// How many apples were eaten in finished games.
private struct SnakeTally: StepTally {
  private var scores: [Int] = []

  mutating func add(_ transition: Transition) {
    guard transition.ending != .running, let state = SnakeState(recorded: transition.next) else {
      return
    }
    scores.append(Int(state.length) - Snake.startLength)
  }

  var members: [JSON.Member] {
    let mean = Double(scores.reduce(0, +)) / Double(max(1, scores.count))
    return [
      .init("mean_score", .number(mean)), .init("max_score", .integer(scores.max() ?? 0)),
    ]
  }
}

extension SnakeState {
  /// A free cell, all equally likely, from one draw; equivalent to drawing until a cell is free.
  /// Nil where there is none.
  func freeCell(_ draws: Draws) -> Int? {
    let free = Snake.columns * Snake.rows - Int(length)
    guard free > 0 else { return nil }
    var left = draws.pick(0, below: free)
    for row in covered.indices {
      var cells = ~covered[row]
      let count = cells.nonzeroBitCount
      if left >= count {
        left -= count
        continue
      }
      for _ in 0..<left { cells &= cells - 1 }
      return row * Snake.columns + cells.trailingZeroBitCount
    }
    return nil
  }
}

package import Rollouts

/// Breakout in characters: a ball, a paddle and bricks on a page of text.
package struct Breakout: DiscreteActionWorld {
  package let rules: BreakoutRules
  /// The geometry of the board.
  package let board: BreakoutBoard
  package let description: WorldDescription
  /// The frame as text.
  let text: BreakoutCharacters
  /// The frame in the order in which a learner reads it.
  let sequence: BreakoutCharacters

  /// The actions in their published order.
  package static let actions = [
    ActionMeaning("stay"), ActionMeaning("left", dx: -1), ActionMeaning("right", dx: 1),
  ]

  /// The published game.
  package init() { self.init(BreakoutRules(), .published) }

  /// A game with some rules; throws if they leave no space for the game.
  package init(rules: BreakoutRules) throws(SettingError) {
    self.init(rules, try BreakoutBoard(rules))
  }

  private init(_ rules: BreakoutRules, _ board: BreakoutBoard) {
    self.rules = rules
    self.board = board
    description = WorldDescription(
      name: "breakout", actions: Self.actions, fields: BreakoutState.fields)
    text = BreakoutCharacters(board)
    let patches = BreakoutPatches(board, rows: rules.patchRows, columns: rules.patchColumns)
    sequence = BreakoutCharacters(
      board, patches: rules.observation == .patches ? patches : nil, showsTrail: rules.trail)
  }

  /// A game with other rules.
  package func following(_ rules: BreakoutRules) throws(SettingError) -> Breakout {
    try Breakout(rules: rules)
  }

  /// After how many steps a game is truncated.
  package var stepLimit: Int { rules.stepLimit }

  /// How many games were cut off, since a player that never misses may play for ever.
  package var tally: any StepTally { BreakoutTally() }

  /// Whether a ball was lost.
  package func costsLife(from state: BreakoutState, to next: BreakoutState) -> Bool {
    next.lives < state.lives
  }

  /// All bricks, all balls, and the first of them on its way up.
  package func start(_ draws: Draws) -> BreakoutState {
    served(
      BreakoutState(
        x: 0, y: 0, dx: 1, dy: -1, paddle: 1, lives: rules.lives, bricks: board.allBricks),
      draws)
  }

  /// Puts ball and paddle where play begins.
  private func served(_ state: BreakoutState, _ draws: Draws) -> BreakoutState {
    BreakoutState(
      x: board.serveColumn, y: board.serveRow, dx: 2 * draws.pick(0, below: 2) - 1, dy: -1,
      paddle: board.firstPaddle, lives: Int(state.lives), bricks: state.bricks)
  }

  /// One step, with its parts in the published order.
  package func step(
    _ state: BreakoutState, _ action: Int, _ draws: Draws
  ) -> Step<BreakoutState> {
    precondition((0..<3).contains(action), "a paddle stays, goes left or right")
    precondition(!state.isOver, "a game that is over has no steps")
    var next = state
    // The paddle. Arithmetic instead of a branch, because its direction cannot be predicted.
    let way =
      (action == 2 ? BreakoutBoard.paddleStep : 0) &- (action == 1 ? BreakoutBoard.paddleStep : 0)
    let paddle = max(1, min(board.lastPaddle, Int(state.paddle) &+ way))
    next.paddle = UInt8(truncatingIfNeeded: paddle)
    // The ball and the walls.
    var (x, y) = (Int(state.x) &+ Int(state.dx), Int(state.y) &+ Int(state.dy))
    var (dx, dy) = (state.dx, state.dy)
    if x <= 0 { (x, dx) = (0, 0 &- dx) }
    if x >= board.columns &- 1 { (x, dx) = (board.columns &- 1, 0 &- dx) }
    if y <= 0 { (y, dy) = (0, 0 &- dy) }
    if y >= board.rows &- 1 {
      next.lives -= 1
      // The last ball is drawn where it was.
      if next.lives == 0 {
        return Step(next: next, reward: rules.lossReward + 0, ending: .terminated)
      }
      return Step(next: served(next, draws), reward: rules.lossReward + 0)
    }
    // The ball and the paddle.
    if y == board.paddleRow, x >= paddle, x < paddle &+ board.paddleWidth {
      (y, dy) = (y &- 1, -1)
      dx = 2 &* (x &- paddle) >= board.paddleWidth ? 1 : -1
    }
    // The ball and the bricks.
    var reward = 0.0
    if let brick = board.brick(row: y, column: x), state.isStanding(brick) {
      next.bricks &= ~(1 << UInt128(brick))
      dy = 0 &- dy
      reward = rules.brickReward
    }
    next.x = UInt8(truncatingIfNeeded: x)
    next.y = UInt8(truncatingIfNeeded: y)
    (next.dx, next.dy) = (dx, dy)
    if next.bricks == 0 {
      return Step(next: next, reward: reward + rules.boardReward + 0, ending: .terminated)
    }
    return Step(next: next, reward: reward + 0)
  }
}

/// How many games were cut off.
private struct BreakoutTally: StepTally {
  private var truncated = 0

  mutating func add(_ transition: Transition) {
    if transition.ending == .truncated { truncated += 1 }
  }

  var members: [JSON.Member] { [.init("truncated", .integer(truncated))] }
}

import Rollouts
import Testing
import Worlds

struct BreakoutBoardTests {
  private func rules(_ settings: [(String, String)]) throws -> BreakoutRules {
    var rules = BreakoutRules()
    for (name, value) in settings { #expect(try rules.set(name, to: value)) }
    return rules
  }

  /// The characters that a learner reads.
  private func tokens(_ game: Breakout, _ state: BreakoutState) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: game.tokenCount) { values, count in
      game.tokens(state, into: values)
      count = game.tokenCount
    }
  }

  @Test func `a small board has the rules of the large one`() throws {
    let game = try Breakout(
      rules: rules([
        ("rows", "12"), ("columns", "27"), ("bricks", "3"), ("gap", "1"), ("paddle", "5"),
      ]))
    let state = game.start(Generator(seed: 1).draws(for: .start, episode: 1, t: 0))
    #expect(
      game.text(state) == """
        ###########################
        #                         #
        #|____||____||____||____| #
        #|____||____||____||____| #
        #|____||____||____||____| #
        #                         #
        #                         #
        #                         #
        #                         #
        #            O            #
        #          =====          #
        ###########################
        """)
    #expect(game.board.brickCount == 12 && game.tokenCount == 12 * 28 - 1)
  }

  @Test func `a paddle below the ball clears small boards too, at any width`() throws {
    for (columns, paddle) in [(14, 5), (21, 6), (27, 5), (40, 7), (62, 11)] {
      let game = try Breakout(
        rules: rules([
          ("rows", "14"), ("columns", "\(columns)"), ("bricks", "2"), ("gap", "2"),
          ("paddle", "\(paddle)"),
        ]))
      let generator = Generator(seed: 2)
      var state = game.start(generator.draws(for: .start, episode: 1, t: 0))
      var (total, t) = (0.0, 0)
      while !state.isOver, t < 100_000 {
        let middle = Int(state.paddle) + (paddle - 1) / 2
        // A little random, so that it does not get stuck in a cycle.
        let draws = generator.draws(for: .policy, episode: 1, t: t)
        let aim = Int(state.x) + draws.pick(0, below: 3) - 1
        let action = aim < middle ? 1 : aim > middle ? 2 : 0
        let step = game.step(state, action, generator.draws(for: .world, episode: 1, t: t))
        (state, total, t) = (step.next, total + step.reward, t + 1)
        #expect(game.board.holds(state))
      }
      #expect(state.bricks == 0, "\(columns) columns")
      #expect(total == Double(game.board.brickCount) * 10 + 50)
    }
  }

  @Test(arguments: [
    ([("rows", "22"), ("bricks", "9"), ("gap", "9")], "there must be at least 23"),
    ([("rows", "12")], "12 rows have no room for 7 rows of bricks below 4 free ones"),
    ([("columns", "14"), ("paddle", "11")], "14 columns have no room for a paddle of 11"),
  ])
  func `a board without room for its game is refused`(
    settings: [(String, String)], sentence: String
  ) throws {
    let rules = try rules(settings)
    let refusal = try #require(throws: SettingError.self) { _ = try Breakout(rules: rules) }
    #expect(refusal.description.contains(sentence))
  }

  @Test(arguments: [(4, 8), (2, 6), (24, 80), (5, 7), (1, 1)])
  func `patches hold every character of the text, and blanks beyond it`(
    rows: Int, columns: Int
  ) throws {
    let game = try Breakout(
      rules: rules([
        ("observation", "patches"), ("patch_rows", "\(rows)"), ("patch_columns", "\(columns)"),
      ]))
    var state = game.start(Generator(seed: 4).draws(for: .start, episode: 1, t: 0))
    state.bricks &= 0x5A5A_F0F0_1234_5678_9ABC_DEF0
    (state.x, state.y, state.paddle) = (79, 13, 60)
    let lines = game.text(state).split(separator: "\n").map { Array($0.utf8) }
    let patches = game.patches
    #expect(patches.count * patches.size == game.tokenCount)
    var expected: [UInt8] = []
    for down in 0..<patches.down {
      for across in 0..<patches.across {
        for row in down * rows..<(down + 1) * rows {
          for column in across * columns..<(across + 1) * columns {
            expected.append(row < 24 && column < 80 ? lines[row][column] : 32)
          }
        }
      }
    }
    #expect(tokens(game, state) == expected)
    #expect(game.observation(state) == expected.map { Float($0) / 255 })
  }

  @Test(arguments: BreakoutObservation.allCases)
  func `observations are named and within ±1`(observation: BreakoutObservation) throws {
    let game = try Breakout(rules: rules([("observation", observation.rawValue)]))
    #expect(game.observationNames.count == game.observationCount)
    #expect(Set(game.observationNames).count == game.observationCount)
    let generator = Generator(seed: 6)
    for episode in 1...20 {
      var state = game.start(generator.draws(for: .start, episode: episode, t: 0))
      for t in 0..<2000 {
        let action = generator.draws(for: .policy, episode: episode, t: t).pick(0, below: 3)
        if t % 50 == 0 {
          #expect(game.observation(state).allSatisfy { abs($0) <= 1.00001 })
        }
        let step = game.step(state, action, generator.draws(for: .world, episode: episode, t: t))
        state = step.next
        if step.ending != .running { break }
      }
    }
  }

  @Test func `the features say where ball, paddle and bricks are`() {
    let game = Breakout()
    let state = BreakoutState(
      x: 79, y: 23, dx: -1, dy: 1, paddle: 72, lives: 2,
      bricks: game.board.allBricks & ~(1 << 3 | 1 << 16))
    let seen = Dictionary(
      uniqueKeysWithValues: zip(game.observationNames, game.observation(state)))
    #expect(seen["ball x"] == 1 && seen["ball y"] == 1 && seen["lives"] == 0.4)
    #expect(seen["moving right"] == -1 && seen["moving down"] == 1)
    #expect(seen["offset"] == 4.0 / 80 && seen["near offset"] == 4.0 / 7)
    #expect(seen["landing"] == 1 && seen["landing offset"] == 4.0 / 80)
    #expect(seen["near landing offset"] == 4.0 / 7)
    #expect(abs((seen["bricks in column 3"] ?? 0) - 5.0 / 7) < 1e-6)
    #expect(abs((seen["bricks in row 1"] ?? 0) - 12.0 / 13) < 1e-6)
    #expect(abs((seen["bricks in row 6"] ?? 0) - 1) < 1e-6)
  }

  @Test(arguments: [(24, 80), (17, 14), (24, 21)])
  func `a ball lands where predicted`(rows: Int, columns: Int) throws {
    let game = try Breakout(rules: rules([("rows", "\(rows)"), ("columns", "\(columns)")]))
    let draws = Generator(seed: 1).draws(for: .world, episode: 1, t: 0)
    var landings: Set<Int> = []
    for x in 1..<columns - 1 {
      for (y, dx, dy) in [(1, -1, -1), (12, 1, -1), (rows - 3, -1, -1), (rows - 3, 1, 1)] {
        // One brick is left, in an upper corner; a ball that meets it is left out.
        var state = BreakoutState(x: x, y: y, dx: dx, dy: dy, paddle: 1, lives: 2, bricks: 1)
        let landing = game.landing(state)
        while Int(state.y) < rows - 3 || state.dy < 0, state.bricks != 0 {
          state = game.step(state, 0, draws).next
          if state.bricks != 0 { #expect(game.landing(state) == landing) }
        }
        guard state.bricks != 0 else { continue }
        state.paddle = UInt8(max(1, min(game.board.lastPaddle, landing - 3)))
        let step = game.step(state, 0, draws).next
        // In the outermost columns no paddle reaches it.
        let isCaught = landing > 0 && landing < columns - 1
        #expect(Int(step.x) == landing && step.dy == (isCaught ? -1 : 1))
        landings.insert(landing)
      }
    }
    #expect(landings.count > columns / 2)
  }

  @Test func `a lost ball costs a life, and nothing else does`() {
    let game = Breakout()
    let generator = Generator(seed: 9)
    var state = game.start(generator.draws(for: .start, episode: 1, t: 0))
    var lost = 0
    for t in 0..<5000 where !state.isOver {
      let next = game.step(state, t % 3, generator.draws(for: .world, episode: 1, t: t)).next
      #expect(game.costsLife(from: state, to: next) == (next.lives < state.lives))
      lost += game.costsLife(from: state, to: next) ? 1 : 0
      state = next
    }
    #expect(lost == 5 && state.lives == 0)
  }

  @Test func `rewards are those of the rules`() throws {
    let game = try Breakout(
      rules: rules([("brick_reward", "1"), ("board_reward", "5"), ("loss_reward", "-2")]))
    let draws = Generator(seed: 1).draws(for: .world, episode: 1, t: 0)
    var state = BreakoutState(x: 20, y: 12, dx: 1, dy: -1, paddle: 36, lives: 2, bricks: 1 << 81)
    #expect(game.board.brick(row: 11, column: 21) == 81)
    #expect(game.step(state, 0, draws).reward == 6)
    state.bricks |= 1
    #expect(game.step(state, 0, draws).reward == 1)
    (state.y, state.dy) = (22, 1)
    #expect(game.step(state, 0, draws).reward == -2)
  }
}

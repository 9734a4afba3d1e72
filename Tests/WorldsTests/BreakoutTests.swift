import Rollouts
import TestSupport
import Testing
import Worlds

/// Breakout in its simplest form: a list of bricks and a page of letters.
private struct PlainBreakout {
  struct Brick: Equatable { var row: Int, column: Int }
  var ball: (x: Int, y: Int)
  var way: (dx: Int, dy: Int)
  var paddle = 36
  var lives = 5
  var bricks: [Brick]
  var isOver = false

  init(way dx: Int) {
    ball = (40, 21)
    way = (dx, -1)
    bricks = (0..<7).flatMap { i in (0..<13).map { Brick(row: 5 + i, column: 1 + 6 * $0) } }
  }

  /// One step; `dx` is the direction that a new ball would take.
  mutating func step(_ action: Int, serving dx: Int) -> Double {
    paddle = [paddle, max(1, paddle - 2), min(72, paddle + 2)][action]
    var new = (x: ball.x + way.dx, y: ball.y + way.dy)
    if new.x <= 0 {
      new.x = 0
      way.dx *= -1
    } else if new.x >= 79 {
      new.x = 79
      way.dx *= -1
    }
    if new.y <= 0 {
      new.y = 0
      way.dy *= -1
    } else if new.y >= 23 {
      lives -= 1
      isOver = lives == 0
      if isOver { return 0 }
      (new, way, paddle) = ((40, 21), (dx, -1), 36)
    }
    if new.y == 22, paddle <= new.x, new.x < paddle + 7 {
      new.y = 21
      way = (Double(new.x - paddle) - 3.5 >= 0 ? 1 : -1, -1)
    }
    var reward = 0.0
    if let hit = bricks.firstIndex(where: {
      $0.row == new.y && ($0.column..<$0.column + 6).contains(new.x)
    }) {
      bricks.remove(at: hit)
      way.dy *= -1
      reward += 10
    }
    ball = new
    if bricks.isEmpty {
      isOver = true
      reward += 50
    }
    return reward
  }

  var page: String {
    var lines = [[Character]](repeating: Array(repeating: " ", count: 80), count: 24)
    for x in 0..<80 { (lines[0][x], lines[23][x]) = ("#", "#") }
    for y in 0..<24 { (lines[y][0], lines[y][79]) = ("#", "#") }
    for brick in bricks {
      for (index, letter) in "|____|".enumerated() {
        lines[brick.row][brick.column + index] = letter
      }
    }
    for x in paddle..<paddle + 7 { lines[22][x] = "=" }
    lines[ball.y][ball.x] = "O"
    return lines.map { String($0) }.joined(separator: "\n")
  }
}

struct BreakoutTests {
  private let game = Breakout()

  /// Plays a game to its end: its return, and how many steps it had.
  private func played(
    seed: UInt64 = 1, episode: Int = 1, limit: Int = 5000,
    _ policy: (BreakoutState, Int) -> Int
  ) -> (total: Double, steps: Int, last: BreakoutState, ending: Ending) {
    let generator = Generator(seed: seed)
    var state = game.start(generator.draws(for: .start, episode: episode, t: 0))
    var total = 0.0
    for t in 0..<limit {
      let step = game.step(
        state, policy(state, t), generator.draws(for: .world, episode: episode, t: t))
      (state, total) = (step.next, total + step.reward)
      if step.ending != .running { return (total, t + 1, state, step.ending) }
    }
    return (total, limit, state, .truncated)
  }

  @Test(arguments: [-1, 1])
  func `the first frame is the published one`(dx: Int) {
    let border = String(repeating: "#", count: 80)
    let empty = "#" + String(repeating: " ", count: 78) + "#"
    let bricks = "#" + String(repeating: "|____|", count: 13) + "#"
    func line(_ left: Int, _ text: String) -> String {
      let blank = String(repeating: " ", count: left - 1)
      return "#" + blank + text + String(repeating: " ", count: 79 - left - text.count) + "#"
    }
    let lines =
      [border] + Array(repeating: empty, count: 4) + Array(repeating: bricks, count: 7)
      + Array(repeating: empty, count: 9) + [line(40, "O"), line(36, "======="), border]
    let state = BreakoutState(
      x: 40, y: 21, dx: dx, dy: -1, paddle: 36, lives: 5, bricks: game.board.allBricks)
    #expect(game.text(state) == lines.joined(separator: "\n"))
    #expect(game.text(state).utf8.count == 1943 && game.tokenCount == 1943)
    let starts = (1...40).map { episode in
      game.start(Generator(seed: 3).draws(for: .start, episode: episode, t: 0))
    }
    #expect(starts.contains(state) && starts.allSatisfy { abs($0.dx) == 1 })
    #expect(starts.allSatisfy { $0 == state || $0.dx == -state.dx })
  }

  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func `random games match a plain implementation, letter by letter`(seed: UInt64) {
    let generator = Generator(seed: seed)
    for episode in 1...6 {
      var state = game.start(generator.draws(for: .start, episode: episode, t: 0))
      var plain = PlainBreakout(way: Int(state.dx))
      for t in 0..<3000 {
        let draws = generator.draws(for: .policy, episode: episode, t: t)
        // Now and then at random; else mostly after the ball, so that games last.
        let after = state.x < state.paddle + 3 ? 1 : state.x > state.paddle + 3 ? 2 : 0
        let isFree = draws.pick(0, below: 10) < (episode % 2 == 0 ? 10 : 3)
        let action = isFree ? draws.pick(1, below: 3) : after
        let step = game.step(state, action, generator.draws(for: .world, episode: episode, t: t))
        let reward = plain.step(action, serving: Int(step.next.dx))
        state = step.next
        #expect(step.reward == reward && (step.ending == .terminated) == plain.isOver)
        #expect(game.text(state) == plain.page && state.isOver == plain.isOver)
        #expect(Int(state.lives) == plain.lives && state.brickCount == plain.bricks.count)
        #expect(BreakoutState(bytes: state.bytes) == state && game.board.holds(state))
        if step.ending != .running { break }
      }
    }
  }

  @Test func `a paddle that stays below the ball clears the board`() {
    // A policy of the frame alone; the first ball's direction decides which of two games it plays.
    for episode in 1...8 {
      let draws = Generator(seed: 1).draws(for: .start, episode: episode, t: 0)
      let game = played(episode: episode) { state, _ in
        state.x < state.paddle + 3 ? 1 : state.x > state.paddle + 4 ? 2 : 0
      }
      #expect(game.total == 960 && game.ending == .terminated && game.last.lives == 5)
      #expect(game.steps == (self.game.start(draws).dx < 0 ? 1723 : 1934))
    }
  }

  @Test func `a paddle that follows too closely gets stuck in a cycle`() {
    let game = played { state, _ in
      state.x < state.paddle + 3 ? 1 : state.x > state.paddle + 3 ? 2 : 0
    }
    #expect(game.ending == .truncated && game.total < 960 && game.last.lives == 5)
  }

  @Test func `random play earns about 84, and standing still about 82`() {
    let generator = Generator(seed: 5)
    let random = (1...600).map { episode in
      played(episode: episode) { _, t in
        generator.draws(for: .policy, episode: episode, t: t).pick(0, below: 3)
      }.total
    }
    let mean = random.reduce(0, +) / 600
    #expect(abs(mean - 84) < 8, "\(mean)")
    #expect(random.sorted()[300] == 50)
    let still = (1...600).map { played(episode: $0) { _, _ in 0 }.total }.reduce(0, +) / 600
    #expect(abs(still - 82) < 8, "\(still)")
  }

  @Test func `a new ball goes either way, half of the time each`() {
    let right = (1...4000).count { episode in
      game.start(Generator(seed: 9).draws(for: .start, episode: episode, t: 0)).dx == 1
    }
    #expect(abs(right - 2000) < 130)
  }

  @Test func `bytes that are not a game are refused`() {
    let state = BreakoutState(
      x: 3, y: 4, dx: 1, dy: -1, paddle: 2, lives: 1, bricks: 1 << 90 | 5)
    let bytes = state.bytes
    #expect(bytes == [3, 4, 1, 255, 2, 1, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4])
    #expect(BreakoutState(bytes: bytes) == state)
    #expect(BreakoutState(bytes: bytes + [0]) == nil, "a zero byte at the end")
    #expect(BreakoutState(bytes: Array(bytes.prefix(5))) == nil && BreakoutState(bytes: []) == nil)
    #expect(BreakoutState(bytes: bytes + [1, 1, 1, 1, 1]) == nil)
    for (index, value) in [(2, 0), (2, 2), (3, 254), (17, 0)] {
      var foreign = bytes
      foreign[index] = UInt8(value)
      #expect(BreakoutState(bytes: foreign) == nil, "byte \(index)")
    }
    // A state of a larger board is not one of a smaller board.
    for (index, value) in [(0, 80), (1, 23), (4, 0), (4, 73), (17, 8)] {
      var foreign = bytes
      foreign[index] = UInt8(value)
      let read = BreakoutState(bytes: foreign)
      #expect(read.map { game.board.holds($0) } == false, "byte \(index)")
    }
  }
}

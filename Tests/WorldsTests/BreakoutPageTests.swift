import Rollouts
import TestSupport
import Testing
import Worlds

/// One line of the table in docs/worlds.md: a state, an action, and the result.
struct BreakoutCase: Sendable, CustomStringConvertible {
  let description: String
  let before: BreakoutState
  let action: Int
  let ball: (x: Int, y: Int)
  /// The ball's directions then; two if they are random.
  let ways: [(dx: Int, dy: Int)]
  let paddle: Int
  let lives: Int
  let bricks: Int
  let reward: Double
  let isOver: Bool

  private static let arrows: [Character: [(dx: Int, dy: Int)]] = [
    "↗": [(1, -1)], "↖": [(-1, -1)], "↘": [(1, 1)], "↙": [(-1, 1)], "↕": [(1, -1), (-1, -1)],
  ]

  /// Every line of the page's table.
  static let all: [BreakoutCase] = {
    guard let page = try? Repository.text("docs/worlds.md") else { return [] }
    return page.split(separator: "\n").compactMap { BreakoutCase(String($0)) }
  }()

  private init?(_ line: String) {
    let cells = line.split(separator: "|").map { cell in
      String(cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
    guard cells.count == 11, let rule = Int(cells[0]), (1...7).contains(rule),
      let ball = Self.ball(cells[1]), let paddle = Int(cells[2]), let lives = Int(cells[3]),
      let bricks = Self.bricks(cells[4]),
      let action = Breakout.actions.firstIndex(where: { $0.name == cells[5] }),
      let then = Self.ball(cells[6]), let paddleThen = Int(cells[7]), let livesThen = Int(cells[8]),
      let bricksThen = Int(cells[9]), let reward = Double(cells[10].prefix { $0 != "," })
    else { return nil }
    description = "rule \(rule): \(cells[1...].joined(separator: " | "))"
    before = BreakoutState(
      x: ball.x, y: ball.y, dx: ball.ways[0].dx, dy: ball.ways[0].dy, paddle: paddle, lives: lives,
      bricks: bricks)
    self.action = action
    (self.ball, ways) = ((then.x, then.y), then.ways)
    (self.paddle, self.lives, self.bricks) = (paddleThen, livesThen, bricksThen)
    self.reward = reward
    isOver = cells[10].hasSuffix("over")
  }

  /// "20,16 ↗"
  private static func ball(_ text: String) -> (x: Int, y: Int, ways: [(dx: Int, dy: Int)])? {
    guard let arrow = text.last, let ways = arrows[arrow] else { return nil }
    let place = text.dropLast(2).split(separator: ",").compactMap { Int($0) }
    return place.count == 2 ? (place[0], place[1], ways) : nil
  }

  /// "all" or "only 24,11"
  private static func bricks(_ text: String) -> UInt128? {
    if text == "all" { return BreakoutBoard.published.allBricks }
    let place = text.dropFirst(5).split(separator: ",").compactMap { Int($0) }
    guard text.hasPrefix("only "), place.count == 2 else { return nil }
    return BreakoutBoard.published.brick(row: place[1], column: place[0]).map { 1 << UInt128($0) }
  }
}

struct BreakoutPageTests {
  @Test func `the page's table has every rule`() throws {
    let page = try Repository.text("docs/worlds.md")
    let lines = page.split(separator: "\n").count { $0.split(separator: "|").count == 11 }
    // The header and the line below it do not count.
    #expect(BreakoutCase.all.count == lines - 2 && BreakoutCase.all.count >= 30)
    for rule in 1...7 {
      #expect(BreakoutCase.all.contains { $0.description.hasPrefix("rule \(rule):") })
    }
  }

  @Test(arguments: BreakoutCase.all)
  func `a step is as the page says`(line: BreakoutCase) {
    let game = Breakout()
    #expect(game.board.holds(line.before))
    var seen: Set<Int8> = []
    for episode in 1...30 {
      let draws = Generator(seed: 8).draws(for: .world, episode: episode, t: 5)
      let step = game.step(line.before, line.action, draws)
      let next = step.next
      #expect((Int(next.x), Int(next.y)) == line.ball)
      #expect(line.ways.contains { $0.dx == Int(next.dx) && $0.dy == Int(next.dy) })
      #expect(Int(next.paddle) == line.paddle && Int(next.lives) == line.lives)
      #expect(next.brickCount == line.bricks && next.bricks & ~line.before.bricks == 0)
      #expect(step.reward == line.reward)
      #expect(step.ending == (line.isOver ? .terminated : .running) && next.isOver == line.isOver)
      seen.insert(next.dx)
    }
    #expect(seen.count == line.ways.count, "every direction that is named occurs")
  }

  @Test func `the page names every rule that can be set, with its default and bounds`() throws {
    let page = try Repository.text("docs/worlds.md")
    for setting in BreakoutRules.settings {
      let value = setting.read(BreakoutRules())
      let text =
        value.text ?? value.double.map { "\(Int($0))" } ?? (value == .bool(true) ? "yes" : "no")
      #expect(page.contains("| `\(setting.name)` | \(text) |"), "\(setting.name)")
    }
    let game = Breakout()
    #expect(page.contains("\(game.observationCount) numbers"))
    #expect(page.contains("\(game.patches.count) patches"))
    #expect(page.contains("\(game.tokenCount) characters"))
  }
}

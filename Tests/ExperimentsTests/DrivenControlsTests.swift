import Experiments
import Rollouts
import TestSupport
import Testing
import Worlds

@Suite struct DrivenControlsTests {
  private func game(_ world: String, seed: UInt64 = 2) throws -> DrivenGame {
    try DrivenGame(GameStart(PlanRequest(world), seed: seed))
  }

  @Test(arguments: DrivenGameTests.worlds)
  func `every action of a world has a key, and no key does two things`(world: String) throws {
    let game = try game(world)
    let codes = game.controls.keys.flatMap(\.codes)
    #expect(Set(codes).count == codes.count && game.controls.canPoint)
    #expect(game.controls.keys.allSatisfy { !$0.label.isEmpty })
    #expect(game.controls.choice(pressing: [], toward: nil) == nil)
    #expect(game.controls.choice(pressing: ["F5"], toward: nil) == nil)
    let place = SIMD2(3.0, 4)
    #expect(game.controls.choice(pressing: [codes[0]], toward: place) == .toward(place))
  }

  @Test func `arrow keys move where they point`() throws {
    let maze = try game("maze")
    #expect(maze.controls.choice(pressing: ["ArrowDown"], toward: nil) == .along(SIMD2(0, 1)))
    let snake = try game("snake")
    // It faces right: up is a left turn, right is straight on.
    let up = snake.controls.choice(pressing: ["KeyW"], toward: nil)
    #expect(try snake.step(up)?.action == .index(2))
    #expect(try snake.step(up)?.action == .index(0))
    #expect(try snake.step(.along(SIMD2(1, 0)))?.action == .index(1))
    let breakout = try game("breakout").controls
    #expect(breakout.choice(pressing: ["ArrowLeft", "ArrowRight"], toward: nil) == .action(2))
    #expect(breakout.choice(pressing: ["Space"], toward: nil) == .action(0))
    let arm = try game("reacher").controls
    #expect(arm.choice(pressing: ["ArrowLeft", "ArrowUp"], toward: nil) == .numbers([-1, 1]))
    #expect(arm.choice(pressing: ["ArrowLeft", "ArrowRight"], toward: nil) == .numbers([0, 0]))
  }

  @Test(arguments: 1...20) func `an arm that is dragged to its target gets there`(seed: UInt64)
    throws
  {
    let game = try game("reacher", seed: seed)
    while !game.isOver {
      let state = try #require(ReacherState(recorded: game.state))
      try game.step(.toward(state.target))
    }
    let state = try #require(ReacherState(recorded: game.state))
    let way = Reacher.fingertip(state.angles) - state.target
    #expect((way * way).sum().squareRoot() < 0.006, "within six millimetres")
  }

  @Test func `a paddle that follows the ball never misses`() throws {
    let game = try game("breakout")
    for _ in 0..<1500 where !game.isOver {
      let state = try #require(BreakoutState(recorded: game.state))
      try game.step(.toward(SIMD2(Double(state.x) + 0.5, 0)))
    }
    let state = try #require(BreakoutState(recorded: game.state))
    #expect(state.lives == 5 && game.episode.return > 100)
  }

  @Test func `a hand that is dragged back and forth moves the crawler`() throws {
    let game = try game("crawler")
    let corners = [SIMD2(170.0, 40.0), SIMD2(160, -20), SIMD2(110, -20), SIMD2(120, 40)]
    for t in 0..<400 { try game.step(.toward(corners[t / 10 % 4])) }
    #expect(abs(game.episode.return) > 300, "\(game.episode.return)")
  }

  @Test func `a car turns toward the pointer`() throws {
    let game = try game("city")
    let start = try #require(CityState(recorded: game.state))
    let goal = start.position + SIMD2(0, 60)
    for _ in 0..<40 { try game.step(.toward(goal)) }
    let state = try #require(CityState(recorded: game.state))
    let way = state.position - goal
    #expect((way * way).sum().squareRoot() < 60)
  }

  @Test func `in an exit cell every direction takes the exit`() throws {
    let game = try game("grid")
    let world = try #require(game.world as? GridWorld)
    let exit = try #require(
      world.map.cells.firstIndex { if case .exit = $0 { true } else { false } })
    let state = world.map.state(row: exit / world.map.columns, column: exit % world.map.columns)
    #expect(
      world.action(toward: world.place(in: state) + SIMD2(5, 0), in: state) == GridWorld.exitAction)
  }
}

import Replay
import Rollouts
import Testing
import Worlds

@Suite struct BreakoutStageTests {
  @Test func `a game's scenes follow its states, steps and rewards`() throws {
    let game = BreakoutGame()
    var stage = BreakoutStage(game.world)
    try stage.begin(game.episode(), first: game.transitions.first)
    #expect(stage.scene.t == 0 && stage.scene.action == nil && stage.scene.trail.isEmpty)
    var total = 0.0
    var (brickMarks, lossMarks) = (0, 0)
    for (t, transition) in game.transitions.enumerated() {
      let before = stage.scene.state
      try stage.advance(transition)
      total += transition.reward
      let scene = stage.scene
      #expect(Value.bytes(scene.state.bytes) == transition.next)
      #expect(scene.t == t + 1 && scene.totalReturn == total)
      #expect(scene.trail.count <= BreakoutStage.trailLength)
      #expect(scene.broken.allSatisfy { $0.age < BreakoutStage.markAge })
      if scene.state.lives < before.lives {
        lossMarks += 1
        #expect(scene.trail.isEmpty && scene.lost?.age == 0)
      } else {
        #expect(scene.trail.first == .init(x: Int(before.x), y: Int(before.y), age: 1))
      }
      if scene.state.brickCount < before.brickCount {
        brickMarks += 1
        let mark = try #require(scene.broken.last)
        #expect(mark.age == 0 && mark.y == Int(scene.state.y))
        #expect((mark.x..<mark.x + 6).contains(Int(scene.state.x)))
      }
    }
    #expect(stage.scene.ending == .terminated && stage.scene.state.isOver)
    #expect(brickMarks > 50 && lossMarks == 5, "the game has hits and losses in it")
  }

  @Test func `an overlay comes with every scene`() throws {
    let game = BreakoutGame(limit: 20)
    var stage = BreakoutStage(game.world) { state in [Float(state.x)] }
    try stage.begin(game.episode(), first: game.transitions.first)
    #expect(stage.scene.heat == [40])
    for transition in game.transitions {
      try stage.advance(transition)
      #expect(stage.scene.heat == [Float(stage.scene.state.x)])
    }
    var plain = BreakoutStage(game.world)
    try plain.begin(game.episode(), first: game.transitions.first)
    #expect(plain.scene.heat.isEmpty)
  }

  @Test func `a state or action of another world is an error that names the step`() throws {
    let game = BreakoutGame(limit: 20)
    var stage = BreakoutStage(game.world)
    try stage.begin(game.episode(), first: game.transitions.first)
    try stage.advance(game.transitions[0])
    let wrong = ReplayError.foreignState(episode: 1, step: 1)
    // The last is a state of a board with more columns.
    for value in [Value.bytes([1, 2]), .index(4), .bytes([90, 3, 1, 1, 36, 5, 1])] {
      var foreign = game.transitions[1]
      foreign.next = value
      #expect(throws: wrong) { try stage.advance(foreign) }
    }
    for value in [Value.index(3), .index(-1), .bytes([0])] {
      var foreign = game.transitions[1]
      foreign.action = value
      #expect(throws: ReplayError.foreignAction(episode: 1, step: 1)) {
        try stage.advance(foreign)
      }
    }
  }

  @Test func `an episode without steps shows the board`() throws {
    var stage = BreakoutStage(Breakout())
    try stage.begin(ReplayEpisode(number: 3, steps: 0, ending: .interrupted), first: nil)
    #expect(stage.scene.state.brickCount == 91 && stage.scene.ending == .interrupted)
  }
}

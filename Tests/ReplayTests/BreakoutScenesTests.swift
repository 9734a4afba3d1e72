import Recordings
import Replay
import Rollouts
import Testing
import Worlds

@Suite struct BreakoutScenesTests {
  @Test func `a game's scenes follow its states, steps and rewards`() throws {
    let game = BreakoutGame()
    var stage = try ScenePlayer(BreakoutScenes(game.world), game.episode(), game.transitions.first)
    #expect(stage.scene.t == 0 && stage.scene.action == nil && stage.scene.details.trail.isEmpty)
    var total = 0.0
    var (brickMarks, lossMarks) = (0, 0)
    for (t, transition) in game.transitions.enumerated() {
      let before = stage.scene.state
      try stage.advance(transition)
      total += transition.reward
      let scene = stage.scene
      #expect(Value.bytes(scene.state.bytes) == transition.next)
      #expect(scene.t == t + 1 && scene.totalReturn == total)
      let details = scene.details
      #expect(details.trail.count <= BreakoutDetails.trailLength)
      #expect(details.broken.allSatisfy { $0.age < BreakoutDetails.markAge })
      if scene.state.lives < before.lives {
        lossMarks += 1
        #expect(details.trail.isEmpty && details.lost?.age == 0)
      } else {
        #expect(details.trail.first == .init(x: Int(before.x), y: Int(before.y)))
      }
      if scene.state.brickCount < before.brickCount {
        brickMarks += 1
        let mark = try #require(details.broken.last)
        #expect(mark.age == 0 && mark.place.y == Int(scene.state.y))
        #expect((mark.place.x..<mark.place.x + 6).contains(Int(scene.state.x)))
      }
    }
    #expect(stage.scene.ending == .terminated && stage.scene.state.isOver)
    #expect(brickMarks > 50 && lossMarks == 5, "the game has hits and losses in it")
  }

  @Test func `an overlay comes with every scene`() throws {
    let game = BreakoutGame(limit: 20)
    let column: FilmRequest.Heat = { value in
      guard case .bytes(let bytes) = value else { return [] }
      return [Float(bytes[0])]
    }
    var stage = try ScenePlayer(
      BreakoutScenes(game.world, heat: column), game.episode(), game.transitions.first)
    #expect(stage.scene.details.heat == [40])
    for transition in game.transitions {
      try stage.advance(transition)
      #expect(stage.scene.details.heat == [Float(stage.scene.state.x)])
    }
    let plain = try ScenePlayer(
      BreakoutScenes(game.world), game.episode(), game.transitions.first)
    #expect(plain.scene.details.heat.isEmpty)
  }

  @Test func `a state or action of another world is an error that names the step`() throws {
    let game = BreakoutGame(limit: 20)
    var stage = try ScenePlayer(BreakoutScenes(game.world), game.episode(), game.transitions.first)
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
}

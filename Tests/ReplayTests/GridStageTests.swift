import Replay
import Rollouts
import Testing
import Worlds

@Suite struct GridStageTests {
  @Test func `what is shown as executed is what the world drew`() throws {
    for map in [try Maps.lake(), try Maps.book()] {
      let world = GridWorld(map)
      var slips = 0
      for number in 1...50 {
        let played = Played(world, number: number)
        var stage = GridStage(world, seed: 7)
        try stage.begin(played.episode, first: played.transitions.first)
        for (t, transition) in played.transitions.enumerated() {
          try stage.advance(transition)
          guard let move = stage.scene.last, case .index(let action) = transition.action else {
            Issue.record("a move is missing")
            return
          }
          let word = Generator(seed: 7).draws(for: .world, episode: number, t: t).word(0)
          #expect(move.action == action)
          #expect(move.executed == world.dynamics.executed(action, word))
          #expect(move.slipped == (move.executed != action))
          slips += move.slipped ? 1 : 0
        }
      }
      #expect(slips > 10, "the test saw slips")
    }
  }

  @Test func `a recording of other dice is read by where the agent went`() throws {
    let world = GridWorld(try Maps.lake())
    // From the start, down was chosen and right was gone.
    let transition = Transition(
      episode: 1, state: .index(0), action: .index(1), reward: 0, next: .index(1), ending: .running)
    for seed in 0..<20 as Range<UInt64> {
      var stage = GridStage(world, seed: seed)
      try stage.begin(ReplayEpisode(number: 1, steps: 1, ending: .running), first: transition)
      try stage.advance(transition)
      #expect(stage.scene.last?.executed == 2)
    }
  }

  @Test func `the trail forgets all but its newest places`() throws {
    var trail = Trail()
    for place in 0..<100 { trail.append(place) }
    #expect(trail.count == Trail.capacity)
    #expect((0..<trail.count).map { trail[$0] } == (0..<trail.count).map { 99 - $0 })
  }

  @Test func `a state or action of another world is an error that names the step`() throws {
    let world = GridWorld(try Maps.maze())
    var stage = GridStage(world, seed: 1)
    let good = Transition(
      episode: 4, state: .index(0), action: .index(1), reward: -1, next: .index(4), ending: .running
    )
    try stage.begin(ReplayEpisode(number: 4, steps: 9, ending: .running), first: good)
    try stage.advance(good)
    var foreign = good
    foreign.next = .index(16)
    #expect(throws: ReplayError.foreignState(episode: 4, step: 1)) { try stage.advance(foreign) }
    foreign = good
    foreign.action = .index(9)
    #expect(throws: ReplayError.foreignAction(episode: 4, step: 1)) { try stage.advance(foreign) }
    foreign.action = .bytes([1])
    #expect(throws: ReplayError.foreignAction(episode: 4, step: 1)) { try stage.advance(foreign) }
  }
}

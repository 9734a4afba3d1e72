import Recordings
import Replay
import Rollouts
import Testing
import Worlds

@Suite struct GridScenesTests {
  @Test func `the action shown as executed is the one that the world drew`() throws {
    for map in [try Maps.lake(), try Maps.book()] {
      let world = GridWorld(map)
      var slips = 0
      for number in 1...50 {
        let played = Played(world, number: number)
        var stage = try ScenePlayer(
          GridScenes(world, seed: 7), played.episode, played.transitions.first)
        for (t, transition) in played.transitions.enumerated() {
          try stage.advance(transition)
          guard let executed = stage.scene.details.executed,
            case .index(let action) = transition.action
          else {
            Issue.record("a move is missing")
            return
          }
          let word = Generator(seed: 7).draws(for: .world, episode: number, t: t).word(0)
          #expect(stage.scene.action == action)
          #expect(executed == world.dynamics.executed(action, word))
          slips += executed == action ? 0 : 1
        }
      }
      #expect(slips > 10, "the test saw slips")
    }
  }

  @Test func `with other random numbers, the executed action follows from where the agent went`()
    throws
  {
    let world = GridWorld(try Maps.lake())
    // From the start, down was chosen and right was executed.
    let transition = Transition(
      episode: 1, state: .index(0), action: .index(1), reward: 0, next: .index(1), ending: .running)
    for seed in 0..<20 as Range<UInt64> {
      var stage = try ScenePlayer(
        GridScenes(world, seed: seed), Episode(number: 1, steps: 1, ending: .running), transition)
      try stage.advance(transition)
      #expect(stage.scene.details.executed == 2)
    }
  }

  @Test func `the trail forgets all but its newest places`() throws {
    var trail = Trail(capacity: 24, 0)
    #expect(Array(trail) == [0])
    for place in 1..<100 {
      trail.append(place)
      #expect(trail.elementsEqual((max(0, place - 23)...place).reversed()))
    }
  }

  @Test func `a state or action of another world is an error that names the step`() throws {
    let world = GridWorld(try Maps.maze())
    let good = Transition(
      episode: 4, state: .index(0), action: .index(1), reward: -1, next: .index(4), ending: .running
    )
    var stage = try ScenePlayer(
      GridScenes(world, seed: 1), Episode(number: 4, steps: 9, ending: .running), good)
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

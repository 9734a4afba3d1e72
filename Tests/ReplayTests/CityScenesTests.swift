import Recordings
import Replay
import Rollouts
import TestSupport
import Testing
import Worlds

@Suite struct CityScenesTests {
  @Test func `a lap's scenes count ticks, rewards and the share off the road`() throws {
    let world = CityWorld(try CityRide.map("eixample"))
    let ride = CityRide(world, number: 5, ticks: 2000)
    let last = try #require(ride.transitions.last)
    #expect(last.ending == .truncated && ride.transitions.count < 2000, "the ride is a lap")
    // Three laps, then an episode that time ended.
    let run = (1...5).map {
      Episode(number: $0, steps: $0 < 4 ? 500 : world.stepLimit, ending: .truncated)
    }
    var scenes = CityScenes(world)
    scenes.countLaps(of: Array(run.prefix(2)))
    scenes.countLaps(of: Array(run.dropFirst(2)))
    var stage = try ScenePlayer(scenes, ride.episode(5), ride.transitions.first)
    #expect(stage.scene.t == 0 && stage.scene.details.laps == 3 && stage.scene.offRoadShare == nil)
    #expect(stage.scene.details.trail.count == 1)
    var (total, off) = (0.0, 0)
    for (t, transition) in ride.transitions.enumerated() {
      try stage.advance(transition)
      guard case .bytes(let bytes) = transition.next, let state = CityState(bytes: bytes) else {
        Issue.record("a ride has states of bytes")
        return
      }
      total += transition.reward
      if !world.map.mask.isRoad(Double(state.x), Double(state.y)) { off += 1 }
      #expect(stage.scene.state == state)
      #expect(stage.scene.t == t + 1 && stage.scene.episode == 5)
      #expect(stage.scene.totalReturn == total && stage.scene.details.ticksOffRoad == off)
      #expect(stage.scene.details.laps == 3 || t == ride.transitions.count - 1)
    }
    #expect(
      stage.scene.details.laps == 4 && stage.scene.details.endsLap
        && stage.scene.ending == .truncated)
    #expect(stage.scene.offRoadShare == Double(off) / Double(ride.transitions.count))
    #expect(off > 0, "the ride leaves the road now and then")
  }

  @Test func `an episode that ends by the time limit is no lap`() throws {
    let world = CityWorld(try CityRide.map("eixample"))
    let ride = CityRide(world, ticks: 30)
    var stage = try ScenePlayer(CityScenes(world), ride.episode(), ride.transitions.first)
    for transition in ride.transitions { try stage.advance(transition) }
    #expect(
      stage.scene.ending == .truncated && !stage.scene.details.endsLap
        && stage.scene.details.laps == 0)
  }

  @Test func `an episode starts where its first transition does, not where the map does`() throws {
    let world = CityWorld(try CityRide.map("etoile"))
    let ride = CityRide(world, ticks: 200)
    let rest = Array(ride.transitions[150...])
    var stage = try ScenePlayer(
      CityScenes(world), Episode(number: 2, steps: 50, ending: .running), rest.first)
    #expect(Value.bytes(stage.scene.state.bytes) == rest[0].state)
    // Nothing of an older episode is left.
    for transition in rest { try stage.advance(transition) }
    stage = try ScenePlayer(stage.scenes, ride.episode(), ride.transitions.first)
    #expect(
      stage.scene.t == 0 && stage.scene.totalReturn == 0 && stage.scene.details.trail.count == 1)
    #expect(stage.scene.state == world.start())
  }

  @Test func `a state or action of another world is an error that names the step`() throws {
    let world = CityWorld(try CityRide.map("grachten"))
    let ride = CityRide(world, number: 4, ticks: 5)
    var stage = try ScenePlayer(CityScenes(world), ride.episode(4), ride.transitions.first)
    try stage.advance(ride.transitions[0])
    let wrong = ReplayError.foreignState(episode: 4, step: 1)
    for value in [Value.index(3), .bytes([]), .bytes(Array(repeating: 255, count: 40))] {
      var foreign = ride.transitions[1]
      foreign.next = value
      #expect(throws: wrong) { try stage.advance(foreign) }
    }
    for value in [Value.index(3), .index(-1), .bytes([0])] {
      var foreign = ride.transitions[1]
      foreign.action = value
      #expect(throws: ReplayError.foreignAction(episode: 4, step: 1)) {
        try stage.advance(foreign)
      }
    }
    var foreign = ride.transitions[0]
    foreign.state = .index(0)
    #expect(throws: ReplayError.foreignState(episode: 9, step: 0)) {
      _ = try ScenePlayer(
        CityScenes(world), Episode(number: 9, steps: 1, ending: .running), foreign)
    }
  }
}

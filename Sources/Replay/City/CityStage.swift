package import Rollouts
package import Worlds

/// Turns the transitions of a car's episode into scenes.
package struct CityStage: Stage {
  /// What is to be seen now.
  package private(set) var scene: CityScene

  private let world: CityWorld
  private let lapsBefore: [Int: Int]

  /// A stage for a city; `lapsBefore` tells for each episode how many laps the run had completed
  /// when it began, which its own transitions cannot tell.
  package init(_ world: CityWorld, lapsBefore: [Int: Int] = [:]) {
    self.world = world
    self.lapsBefore = lapsBefore
    scene = CityScene(episode: 0, steps: 0, state: world.start())
  }

  /// Sets the scene for an episode's first frame.
  package mutating func begin(
    _ episode: ReplayEpisode, first: Transition?
  ) throws(ReplayError) {
    scene = CityScene(
      episode: episode.number, steps: episode.steps, state: world.start(),
      laps: lapsBefore[episode.number] ?? 0,
      ending: episode.steps == 0 ? episode.ending : .running)
    // The world is not reset between episodes, so they start wherever the last one ended.
    if let first { scene.state = try state(first.state) }
    scene.trail.append(scene.state.position)
  }

  /// Goes on to what is seen after a transition.
  package mutating func advance(_ transition: Transition) throws(ReplayError) {
    guard case .index(let action) = transition.action, CityWorld.actions.indices.contains(action)
    else { throw .foreignAction(episode: scene.episode, step: scene.t) }
    let next = try state(transition.next)
    let reached = world.reached(from: scene.state, to: next)
    scene.state = next
    scene.action = action
    scene.reward = transition.reward
    scene.totalReturn += transition.reward
    scene.ending = transition.ending
    scene.endsLap = transition.ending == .truncated && reached == CityMap.targetNames.count - 1
    if reached == CityMap.targetNames.count - 1 { scene.laps += 1 }
    if world.isOffRoad(next) { scene.ticksOffRoad += 1 }
    scene.t += 1
    scene.trail.append(next.position)
  }

  private func state(_ value: Value) throws(ReplayError) -> CityState {
    guard case .bytes(let bytes) = value, let state = CityState(bytes: bytes) else {
      throw .foreignState(episode: scene.episode, step: scene.t)
    }
    return state
  }
}

package import Rollouts
package import Worlds

/// Turns the transitions of a game of Breakout into scenes.
package struct BreakoutStage: Stage {
  /// How warm each character of a state is, as `BreakoutScene.heat` has it.
  package typealias Heat = @Sendable (BreakoutState) -> [Float]

  /// How many steps of the ball's way are kept.
  package static let trailLength = 6
  /// For how many steps what happened is seen.
  package static let markAge = 4

  /// What is to be seen now.
  package private(set) var scene: BreakoutScene

  private let world: Breakout
  private let heat: Heat?
  private let start: BreakoutState

  /// A stage for Breakout; `heat` lays an overlay over each frame, such as where a network looked.
  package init(_ world: Breakout, heat: Heat? = nil) {
    self.world = world
    self.heat = heat
    start = world.start(Generator(seed: 0).draws(for: .start, episode: 0, t: 0))
    scene = BreakoutScene(episode: 0, steps: 0, state: start)
  }

  /// Sets the scene for an episode's first frame.
  package mutating func begin(
    _ episode: ReplayEpisode, first: Transition?
  ) throws(ReplayError) {
    scene = BreakoutScene(
      episode: episode.number, steps: episode.steps, state: start,
      ending: episode.steps == 0 ? episode.ending : .running)
    if let first { scene.state = try state(first.state) }
    scene.heat = heat?(scene.state) ?? []
  }

  /// Goes on to what is seen after a transition.
  package mutating func advance(_ transition: Transition) throws(ReplayError) {
    guard case .index(let action) = transition.action, Breakout.actions.indices.contains(action)
    else { throw .foreignAction(episode: scene.episode, step: scene.t) }
    let before = scene.state
    let after = try state(transition.next)
    follow(from: before, to: after)
    scene.state = after
    scene.action = action
    scene.reward = transition.reward
    scene.totalReturn += transition.reward
    scene.ending = transition.ending
    scene.t += 1
    scene.heat = heat?(after) ?? []
  }

  /// Remembers a little of what has happened.
  private mutating func follow(from before: BreakoutState, to after: BreakoutState) {
    func aged(_ marks: [BreakoutScene.Mark]) -> [BreakoutScene.Mark] {
      marks.map { BreakoutScene.Mark(x: $0.x, y: $0.y, age: $0.age + 1) }
    }
    scene.broken = aged(scene.broken).filter { $0.age < Self.markAge }
    scene.lost = scene.lost.flatMap { aged([$0]).first { $0.age < Self.markAge } }
    if after.lives < before.lives {
      scene.trail = []
      scene.lost = .init(
        x: Int(before.x) + Int(before.dx), y: Int(before.y) + Int(before.dy), age: 0)
    } else {
      scene.trail =
        [.init(x: Int(before.x), y: Int(before.y), age: 1)]
        + aged(scene.trail).prefix(Self.trailLength - 1)
    }
    var gone = before.bricks & ~after.bricks
    while gone != 0 {
      let place = world.board.place(ofBrick: gone.trailingZeroBitCount)
      scene.broken.append(.init(x: place.column, y: place.row, age: 0))
      gone &= gone &- 1
    }
  }

  private func state(_ value: Value) throws(ReplayError) -> BreakoutState {
    guard case .bytes(let bytes) = value, let state = BreakoutState(bytes: bytes),
      world.board.holds(state)
    else { throw .foreignState(episode: scene.episode, step: scene.t) }
    return state
  }
}

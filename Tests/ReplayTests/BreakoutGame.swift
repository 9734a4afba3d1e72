import Recordings
import Replay
import Rollouts
import Worlds

/// A game of Breakout in a test, mostly played well.
struct BreakoutGame {
  let world: Breakout
  let transitions: [Transition]

  init(_ world: Breakout = Breakout(), seed: UInt64 = 3, number: Int = 1, limit: Int = 2500) {
    self.world = world
    let generator = Generator(seed: seed)
    var state = world.start(generator.draws(for: .start, episode: number, t: 0))
    var transitions: [Transition] = []
    for t in 0..<limit {
      let draws = generator.draws(for: .policy, episode: number, t: t)
      let middle = Int(state.paddle) + world.board.paddleWidth / 2
      // For some parts of the game the paddle rests, so balls are lost.
      let isAwake = t % 400 < 360 || state.dy < 0
      let aim = Int(state.x) + draws.pick(0, below: 3) - 1
      let action = !isAwake || aim == middle ? 0 : aim < middle ? 1 : 2
      let step = world.step(state, action, generator.draws(for: .world, episode: number, t: t))
      let isLast = t == limit - 1 && step.ending == .running
      transitions.append(
        Transition(
          episode: number, state: .bytes(state.bytes), action: .index(action),
          reward: step.reward, next: .bytes(step.next.bytes),
          ending: isLast ? .truncated : step.ending))
      state = step.next
      if step.ending != .running { break }
    }
    self.transitions = transitions
  }

  func episode(_ number: Int = 1) -> Episode {
    Episode(
      number: number, steps: transitions.count, ending: transitions.last?.ending ?? .running)
  }

  /// The scene after some of its steps.
  func scene(after steps: Int, heat: FilmRequest.Heat? = nil) throws -> BreakoutScene {
    var stage = try ScenePlayer(BreakoutScenes(world, heat: heat), episode(), transitions.first)
    for transition in transitions.prefix(steps) { try stage.advance(transition) }
    return stage.scene
  }

  /// An overlay as a network's might be: warm around the ball, and where the paddle is.
  static func glow(_ world: Breakout, _ value: Value) -> [Float] {
    guard case .bytes(let bytes) = value, let state = BreakoutState(bytes: bytes) else { return [] }
    var heat: [Float] = []
    for row in 0..<world.board.rows {
      for column in 0..<world.board.columns {
        let (dx, dy) = (Float(column) - Float(state.x), 2 * (Float(row) - Float(state.y)))
        let ball = 1.2 - (dx * dx + dy * dy).squareRoot() / 9
        let middle = Float(state.paddle) + 3
        let (px, py) = (Float(column) - middle, 2 * Float(row - world.board.paddleRow))
        let paddle = 0.6 - (px * px + py * py).squareRoot() / 16
        heat.append(max(0, min(1, max(ball, paddle))))
      }
    }
    return heat
  }
}

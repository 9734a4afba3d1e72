import Recordings
import Replay
import Rollouts
import Worlds

/// A game of Snake in a test, played greedily toward the food.
struct SnakeGame {
  let transitions: [Transition]

  init(_ world: Snake = Snake(), seed: UInt64 = 3, number: Int = 1, limit: Int = 2000) {
    let generator = Generator(seed: seed)
    func draws(_ t: Int) -> Draws { generator.draws(for: .world, episode: number, t: t) }
    var state = world.start(draws(0))
    var transitions: [Transition] = []
    for t in 0..<limit {
      // A free way that is nearer to the food, or else any free way.
      let steps = (0..<3).map { world.step(state, $0, draws(t + 1)) }
      let action =
        steps.indices.min { Self.cost(steps[$0].next, state) < Self.cost(steps[$1].next, state) }
        ?? 0
      let step = steps[action]
      transitions.append(
        Transition(
          episode: number, state: .bytes(state.bytes), action: .index(action),
          reward: Double(step.reward), next: .bytes(step.next.bytes), ending: step.ending))
      state = step.next
      if step.ending != .running { break }
    }
    self.transitions = transitions
  }

  private static func cost(_ next: SnakeState, _ state: SnakeState) -> Int {
    guard next.end == .none, let head = next.cells.first, let food = state.foodCell else {
      return 1000
    }
    return abs(head.x - food.x) + abs(head.y - food.y)
  }

  func episode(_ number: Int = 1) -> Episode {
    Episode(
      number: number, steps: transitions.count, ending: transitions.last?.ending ?? .running)
  }

  /// The scene after some of its steps.
  func scene(after steps: Int) throws -> SnakeScene {
    var stage = try ScenePlayer(SnakeScenes(), episode(), transitions.first)
    for transition in transitions.prefix(steps) { try stage.advance(transition) }
    return stage.scene
  }
}

import Neural
import Platform
import Rollouts
import Trainers
import Worlds

extension Benchmark {
  /// The published transformer, which reads Breakout's 1943 characters.
  static let transformer: [Benchmark] = [
    .rate("GPT 6 × 6 × 96, frames anew", "frames/s", atLeast: 15) {
      try GPTPlay().framesPerSecond(anew: true)
    }.against(.python("PyTorch", "gpt")).promising(.timesPeer(1))
      .using(.arithmetic(operations)),
    .rate("the same, frames of a game", "frames/s", atLeast: 25) {
      try GPTPlay().framesPerSecond(anew: false)
    }.against(.python("PyTorch", "gpt")),
  ]

  /// The operations for a frame: two for each weight and letter, and those of attention over half of it on average.
  private static let operations: Double = {
    let (layers, width, letters) = (6.0, 96.0, 1943.0)
    return layers * letters * (2 * 12 * width * width + 2 * width * letters)
  }()
}

/// A game whose frames are read one after the other.
private struct GPTPlay {
  let world: Breakout
  let network: PolicyNetwork
  let parameters: Parameters

  init() throws {
    var rules = BreakoutRules()
    rules.observation = .characters
    world = try Breakout(rules: rules)
    network = try PolicyNetwork(.breakoutOriginal, world)
    parameters = Parameters(network.layout, seed: 1)
  }

  /// How fast frames are read, each as if it were the first, or only from the first changed letter on.
  func framesPerSecond(anew: Bool) -> Double {
    let generator = Generator(seed: 1)
    var workspace = network.workspace(rows: 1, pool: ThreadPool(threads: ThreadPool.processorCount))
    var state = world.start(generator.draws(for: .start, episode: 1, t: 0))
    let frames = 30
    let start = monotonicSeconds()
    for t in 0..<frames {
      if anew { workspace.forget() }
      workspace.load(world.observation(state), from: [0], rows: 1)
      workspace.forward(rows: 1, parameters)
      let action = generator.draws(for: .policy, episode: 1, t: t).pick(0, below: 3)
      state = world.step(state, action, generator.draws(for: .world, episode: 1, t: t)).next
    }
    return Double(frames) / (monotonicSeconds() - start)
  }
}

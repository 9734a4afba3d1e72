import Rollouts
import Testing
import Trainers
import Worlds

struct GreedyPolicyTests {
  private func policy(_ world: GridWorld, gamma: Double = 0.99, ties: Ties) throws -> GreedyPolicy {
    var settings = QTableConfiguration()
    settings.gamma = gamma
    settings.episodes = 3000
    settings.epsilon = .constant(0.5)
    var sink = NullSink()
    let trainer = try QTableTrainer.trained(world, seed: 6, settings, into: &sink)
    return GreedyPolicy(trainer.table, world.dynamics, ties: ties)
  }

  @Test(arguments: [(GridKind.lake, 100), (.lake, 12), (.grid, 1000), (.grid, 6), (.maze, 20)])
  func `exact evaluation equals the mean of many episodes within their error`(
    kind: GridKind, limit: Int
  ) throws {
    let world = GridWorld(try ClassicMaps.map(kind: kind))
    let policy = try policy(world, ties: .random)
    let exact = policy.evaluateExactly(stepLimit: limit)
    let generator = Generator(seed: 99)
    let episodes = 20_000
    var sink = NullSink()
    var (returns, squares, lengths, successes) = (0.0, 0.0, 0.0, 0.0)
    for episode in 1...episodes {
      let played = try policy.play(
        episode: episode, generator: generator, stepLimit: limit, into: &sink)
      returns += played.total
      squares += played.total * played.total
      lengths += Double(played.length)
      successes += played.success ? 1 : 0
    }
    let count = Double(episodes)
    let mean = returns / count
    // Four standard errors.
    let error = 4 * (max(0, squares / count - mean * mean) / count).squareRoot() + 1e-9
    #expect(abs(mean - exact.meanReturn) < error)
    #expect(abs(successes / count - exact.successRate) < 4 * 0.5 / count.squareRoot())
    #expect(abs(lengths / count - exact.meanLength) < 0.03 * exact.meanLength + 1e-9)
  }

  @Test func `random ties are followed on every branch`() {
    // An empty table, on a chain of one: right ends at once, left stays.
    let dynamics = Chain.dynamics(length: 1)
    let policy = GreedyPolicy(QTable(dynamics), dynamics, ties: .random)
    let exact = policy.evaluateExactly(stepLimit: 3)
    #expect(exact.numbers == [0.875, 0.875, 1.75])
    let first = GreedyPolicy(QTable(dynamics), dynamics, ties: .first)
    let stays = first.evaluateExactly(stepLimit: 3)
    #expect(stays.numbers == [0, 0, 3])
  }

  @Test func `probabilities that underflow do not multiply the work`() throws {
    // The chance of still being at the start becomes too small for a number.
    let world = GridWorld(try GridMap(parsing: "reel map grid\n\nS _ _ 10\n"))
    var table = QTable(world.dynamics)
    for state in 0..<3 {
      table.update(state, 3, reward: 1, next: state, terminated: true, alpha: 1, gamma: 1)
    }
    let exact = GreedyPolicy(table, world.dynamics, ties: .random)
      .evaluateExactly(stepLimit: 2000)
    #expect(abs(exact.successRate - 1) < 1e-12)
    #expect(abs(exact.meanLength - (3 / 0.8 + 1)) < 1e-9)
  }

  @Test func `an episode is recorded step by step, and truncated at the limit`() throws {
    let world = GridWorld(try ClassicMaps.map(kind: .maze))
    let policy = GreedyPolicy(QTable(world.dynamics), world.dynamics, ties: .first)
    var sink = MemorySink()
    let played = try policy.play(
      episode: 3, generator: Generator(seed: 1), stepLimit: 5, into: &sink)
    #expect(played == (-25, 5, .truncated, false))
    #expect(sink.transitions.map(\.ending) == [.running, .running, .running, .running, .truncated])
    #expect(sink.transitions.allSatisfy { $0.episode == 3 && $0.state == .index(0) })
  }

  @Test func `the same seed plays the same episode`() throws {
    let world = GridWorld(try ClassicMaps.map(kind: .lake))
    let policy = try policy(world, ties: .random)
    var (one, two, other) = (MemorySink(), MemorySink(), MemorySink())
    for episode in 1...20 {
      _ = try policy.play(
        episode: episode, generator: Generator(seed: 5), stepLimit: 100, into: &one)
      _ = try policy.play(
        episode: episode, generator: Generator(seed: 5), stepLimit: 100, into: &two)
      _ = try policy.play(
        episode: episode, generator: Generator(seed: 6), stepLimit: 100, into: &other)
    }
    #expect(one.transitions == two.transitions)
    #expect(one.transitions != other.transitions)
  }

  @Test func `a table without any value for a state still plays a legal action`() throws {
    // What a damaged file may hold.
    let tensors = Safetensors([
      Tensor("q", doubles: [-.infinity, -.infinity], shape: [1, 2]),
      Tensor("visits", words: [0, 0], shape: [1, 2]),
    ])
    let table = try QTable(Checkpoint(step: 0, kind: "qtable", parameters: tensors.encoded()))
    let policy = GreedyPolicy(table, Chain.dynamics(length: 1), ties: .random)
    #expect(policy.actions(0) == [0, 1])
  }
}

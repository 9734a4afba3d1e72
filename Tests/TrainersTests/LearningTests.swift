import Rollouts
import Testing
import Trainers
import Worlds

struct LearningTests {
  private func exact(
    _ world: GridWorld, _ settings: QTableConfiguration, seed: UInt64
  ) throws -> ExactEvaluation {
    var sink = NullSink()
    let trainer = try QTableTrainer.trained(world, seed: seed, settings, into: &sink)
    return GreedyPolicy(trainer.table, world.dynamics, ties: settings.ties)
      .evaluateExactly(stepLimit: world.stepLimit)
  }

  @Test func `the maze is learned on 20 of 20 seeds`() throws {
    let (world, settings) = try Recipe.maze()
    for seed in 1...20 as ClosedRange<UInt64> {
      let result = try exact(world, settings, seed: seed)
      #expect(result.numbers == [1, 95, 6])
    }
  }

  @Test(arguments: [("4x4", 0.73, 0.70), ("8x8", 0.87, 0.80)])
  func `a greedy lake policy wins about as often as the best policy`(
    name: String, mean: Double, each: Double
  ) throws {
    let (world, settings) = try Recipe.lake(name)
    let rates = try (1...10 as ClosedRange<UInt64>).map {
      try exact(world, settings, seed: $0).successRate
    }
    #expect(rates.reduce(0, +) / 10 >= mean, "\(rates)")
    #expect(rates.allSatisfy { $0 >= each }, "\(rates)")
  }

  @Test func `the dry lake is crossed by the shortest path`() throws {
    let map = try ClassicMaps.map(kind: .lake)
    var rules = GridRules(for: map)
    rules.noise = 0
    var settings = QTableConfiguration()
    settings.alpha = .constant(0.8)
    settings.gamma = 0.95
    settings.epsilon = .constant(0.1)
    let result = try exact(GridWorld(map, rules: rules), settings, seed: 1)
    #expect(result.numbers == [1, 1, 6])
  }

  @Test func `the book grid's learned values are close to those of value iteration`() throws {
    let world = GridWorld(try ClassicMaps.map("book", kind: .grid))
    var settings = QTableConfiguration()
    settings.episodes = 40_000
    settings.alpha = .linear(from: 0.5, to: 0.001)
    settings.gamma = 0.9
    settings.epsilon = .constant(1)
    var sink = NullSink()
    let table = try QTableTrainer.trained(world, seed: 1, settings, into: &sink).table
    var solver = ValueIteration(world.dynamics, gamma: 0.9)
    solver.iterate(100)
    for state in 0..<table.states where world.map.cell(of: state) != .wall {
      #expect(abs(table.best(state) - solver.values[state]) < 0.03)
    }
  }

  @Test func `a chain is learned to its end`() throws {
    let dynamics = Chain.dynamics(length: 8)
    var settings = QTableConfiguration()
    settings.gamma = 0.9
    settings.alpha = .constant(0.5)
    settings.epsilon = .constant(0.3)
    settings.episodes = 500
    var trainer = QTableTrainer(dynamics, stepLimit: 100, seed: 4, settings: settings)
    var sink = NullSink()
    try trainer.train(into: &sink)
    for state in 0..<8 {
      #expect(trainer.table.greedyActions(state) == [Chain.right])
      let value = trainer.table.value(state, Chain.right)
      var expected = 1.0
      for _ in state..<7 { expected *= 0.9 }
      #expect(abs(value - expected) < 0.01)
    }
  }

  @Test(arguments: Ties.allCases)
  func `the identity is learned in every state`(ties: Ties) throws {
    var settings = QTableConfiguration()
    settings.ties = ties
    settings.gamma = 0
    settings.epsilon = .constant(0.5)
    settings.episodes = 300
    var trainer = QTableTrainer(Identity.dynamics, stepLimit: 50, seed: 2, settings: settings)
    var sink = NullSink()
    try trainer.train(into: &sink)
    for state in 0..<Identity.states {
      #expect(trainer.table.greedyActions(state) == [state])
    }
  }

  @Test func `the crawler learns to crawl`() throws {
    let world = Crawler()
    var settings = QTableConfiguration()
    settings.episodes = 50
    settings.gamma = 0.9
    settings.alpha = .constant(0.5)
    settings.epsilon = .exponential(from: 1, factor: 0.9, floor: 0.05)
    var sink = NullSink()
    let trainer = try QTableTrainer.trained(world, seed: 1, settings, into: &sink)
    let result = GreedyPolicy(trainer.table, world.dynamics, ties: .random)
      .evaluateExactly(stepLimit: 1000)
    #expect(result.meanReturn > 2000, "more than two a step")
  }
}

import Rollouts
import Testing
import Trainers
import Worlds

struct QTableTrainerTests {
  private static func lake(episodes: Int = 300) throws -> (GridWorld, QTableConfiguration) {
    var (world, settings) = try Recipe.lake("4x4")
    settings.episodes = episodes
    return (world, settings)
  }

  private static func trained(
    _ world: some TabularWorld, seed: UInt64, _ settings: QTableConfiguration
  ) throws -> (trainer: QTableTrainer, sink: MemorySink) {
    var sink = MemorySink()
    let trainer = try QTableTrainer.trained(world, seed: seed, settings, into: &sink)
    return (trainer, sink)
  }

  @Test func `the same seed makes the same transitions, and another seed different ones`() throws {
    let (world, settings) = try Self.lake()
    let (one, two) = (
      try Self.trained(world, seed: 1, settings), try Self.trained(world, seed: 1, settings)
    )
    #expect(one.sink.transitions == two.sink.transitions)
    #expect(one.sink.metrics == two.sink.metrics)
    #expect(one.sink.checkpoints == two.sink.checkpoints)
    #expect(one.trainer.table == two.trainer.table)
    let other = try Self.trained(world, seed: 2, settings)
    #expect(one.sink.transitions != other.sink.transitions)
  }

  @Test func `transitions are consistent and follow the world's rules`() throws {
    let (world, settings) = try Self.lake()
    let (trainer, sink) = try Self.trained(world, seed: 4, settings)
    #expect(sink.transitions.count == trainer.step)
    let generator = Generator(seed: 4)
    var (episode, state, t) = (1, Value.index(0), 0)
    for transition in sink.transitions {
      #expect(transition.episode == episode && transition.state == state)
      guard case .index(let from) = state, case .index(let action) = transition.action else {
        Issue.record("a lake is discrete")
        return
      }
      let step = world.step(from, action, generator.draws(for: .world, episode: episode, t: t))
      #expect(transition.next == .index(step.next) && transition.reward == step.reward)
      t += 1
      let isLast = t == world.stepLimit
      #expect(transition.ending == (step.ending == .running && isLast ? .truncated : step.ending))
      (episode, state, t) =
        transition.ending == .running
        ? (episode, transition.next, t) : (episode + 1, .index(0), 0)
    }
    #expect(episode == settings.episodes + 1)
  }

  @Test(arguments: [(64, Ties.random), (500, .first), (1, .random)])
  func `a table kept at a step is the fold of the steps before it`(
    interval: Int, ties: Ties
  ) throws {
    var (world, settings) = try Self.lake(episodes: interval == 1 ? 5 : 200)
    settings.snapshotEvery = interval
    settings.ties = ties
    let (trainer, sink) = try Self.trained(world, seed: 11, settings)
    let due = Array(stride(from: interval, through: trainer.step, by: interval))
    let isWhole = trainer.step % interval == 0
    #expect(sink.checkpoints.map(\.step) == due + (isWhole ? [] : [trainer.step]))
    var table = QTable(world.dynamics)
    var next = 0
    for (index, transition) in sink.transitions.enumerated() {
      guard case .index(let state) = transition.state, case .index(let action) = transition.action,
        case .index(let to) = transition.next
      else { continue }
      table.update(
        state, action, reward: transition.reward, next: to,
        terminated: transition.ending == .terminated,
        alpha: settings.rule.alpha(episode: transition.episode), gamma: settings.gamma)
      guard next < sink.checkpoints.count, sink.checkpoints[next].step == index + 1 else {
        continue
      }
      #expect(try QTable(sink.checkpoints[next]) == table)
      next += 1
    }
    #expect(next == sink.checkpoints.count)
    #expect(trainer.table == table)
  }

  @Test func `snapshots do not change what is learned`() throws {
    let (world, plain) = try Self.lake()
    var often = plain
    often.snapshotEvery = 7
    let (one, two) = (
      try Self.trained(world, seed: 3, plain), try Self.trained(world, seed: 3, often)
    )
    #expect(one.sink.transitions == two.sink.transitions)
    #expect(one.sink.metrics == two.sink.metrics)
  }

  @Test func `a recording begins with an empty table`() throws {
    let (world, settings) = try Self.lake()
    let trainer = QTableTrainer(
      world.dynamics, stepLimit: world.stepLimit, seed: 1, settings: settings)
    #expect(trainer.initialCheckpoint.step == 0)
    #expect(try QTable(trainer.initialCheckpoint) == QTable(world.dynamics))
  }

  @Test func `training stops at the exact step that was asked for`() throws {
    var (world, settings) = try Self.lake(episodes: 1_000_000)
    settings.steps = 1234
    let (trainer, sink) = try Self.trained(world, seed: 1, settings)
    #expect(trainer.step == 1234 && trainer.isComplete)
    #expect(sink.transitions.count == 1234)
    #expect(sink.checkpoints.last?.step == 1234)
    settings.steps = 3000
    let longer = try Self.trained(world, seed: 1, settings)
    let isPrefix = longer.sink.transitions.starts(with: sink.transitions)
    #expect(isPrefix)
  }

  @Test func `an episode is truncated at the world's limit, which does not end learning`() throws {
    // Left in the first state of the chain stays there forever.
    let dynamics = Chain.dynamics(length: 3)
    var settings = QTableConfiguration()
    settings.ties = .first
    settings.epsilon = .constant(0)
    settings.episodes = 2
    var trainer = QTableTrainer(dynamics, stepLimit: 4, seed: 1, settings: settings)
    var sink = MemorySink()
    try trainer.train(into: &sink)
    #expect(sink.transitions.map(\.episode) == [1, 1, 1, 1, 2, 2, 2, 2])
    let endings: [Ending] = [.running, .running, .running, .truncated]
    #expect(sink.transitions.map(\.ending) == endings + endings)
  }

  @Test func `goOn is asked every few thousand steps, and false stops even within an episode`()
    throws
  {
    let (world, settings) = try Self.lake(episodes: 100_000)
    var trainer = QTableTrainer(
      world.dynamics, stepLimit: world.stepLimit, seed: 1, settings: settings)
    var sink = MemorySink()
    var seen: [TrainingProgress] = []
    try trainer.train(
      into: &sink,
      goOn: { progress in
        seen.append(progress)
        return seen.count < 3
      })
    #expect(seen.count == 3)
    #expect(!trainer.isComplete)
    #expect(trainer.step == seen[2].step && trainer.episodes == seen[2].episodes)
    #expect(seen.map(\.step) == [4096, 8192, 12_288])
    #expect(seen.allSatisfy { (0...1).contains($0.share) && (0...1).contains($0.lastReturn) })
    #expect(sink.transitions.count == trainer.step)
    #expect(sink.checkpoints.isEmpty, "a checkpoint falls where the settings say, not the clock")
  }

  @Test func `stopping and continuing is the same as never stopping`() throws {
    let (world, settings) = try Self.lake(episodes: 2000)
    let whole = try Self.trained(world, seed: 5, settings)
    var trainer = QTableTrainer(
      world.dynamics, stepLimit: world.stepLimit, seed: 5, settings: settings)
    var sink = MemorySink()
    var pauses = 0
    while !trainer.isComplete {
      try trainer.train(into: &sink, goOn: { _ in false })
      pauses += 1
    }
    #expect(pauses > 3)
    #expect(sink.transitions == whole.sink.transitions)
    #expect(trainer.table == whole.trainer.table)
  }

  @Test(arguments: [3, 200])
  func `listening to the episodes changes nothing`(stepLimit: Int) throws {
    // After 920 episodes the settings stay, and without a listener many episodes are played at once.
    let recipe = try Recipe.maze()
    var settings = recipe.settings
    settings.episodes = 2000
    settings.snapshotEvery = 1000
    var (alone, heard) = (MemorySink(), MemorySink())
    let dynamics = recipe.world.dynamics
    var one = QTableTrainer(dynamics, stepLimit: stepLimit, seed: 5, settings: settings)
    try one.train(into: &alone)
    var two = QTableTrainer(dynamics, stepLimit: stepLimit, seed: 5, settings: settings)
    var lengths: [Int] = []
    var callbacks = TrainingCallbacks()
    callbacks.episodeEnded = { lengths.append($0.length) }
    try two.train(into: &heard, callbacks: callbacks)
    #expect(lengths.count == 2000 && lengths.reduce(0, +) == one.step)
    #expect(alone.transitions == heard.transitions)
    #expect(alone.checkpoints == heard.checkpoints)
    #expect(alone.metrics == heard.metrics)
    #expect(one.table == two.table)
  }

  @Test func `only legal actions are ever taken`() throws {
    let world = GridWorld(try ClassicMaps.map("book", kind: .grid))
    var settings = QTableConfiguration()
    settings.epsilon = .constant(0.7)
    let (_, sink) = try Self.trained(world, seed: 1, settings)
    for transition in sink.transitions {
      guard case .index(let state) = transition.state, case .index(let action) = transition.action
      else { continue }
      #expect(world.dynamics.isLegal(action, in: state))
    }
  }

  @Test func `metrics have CleanRL's names, and about a hundred points each`() throws {
    let (world, settings) = try Self.lake(episodes: 1000)
    var sink = MemorySink()
    var trainer = QTableTrainer(
      world.dynamics, stepLimit: world.stepLimit, seed: 1, settings: settings)
    var time = 0.0
    try trainer.train(
      into: &sink,
      now: {
        time += 0.5
        return time
      })
    let names = ["charts/SPS", "charts/epsilon", "charts/learning_rate", "losses/td_error"]
    #expect(Set(sink.metrics.map(\.name)).sorted() == names)
    for name in names {
      let points = sink.metrics.filter { $0.name == name }
      #expect(points.count == 100)
      #expect(points.allSatisfy { $0.value.isFinite && $0.value >= 0 })
      #expect(zip(points, points.dropFirst()).allSatisfy { $0.step < $1.step })
    }
    let rates = sink.metrics.filter { $0.name == "charts/learning_rate" }.map(\.value)
    #expect(rates == rates.sorted(by: >))
    #expect(abs((rates.last ?? 0) - 0.001) < 1e-12)
    // Steps by seconds: every reading of the clock is half a second later.
    let speeds = sink.metrics.filter { $0.name == "charts/SPS" }
    #expect(speeds.first?.value == Double(speeds.first?.step ?? 0) / 0.5)
  }
}

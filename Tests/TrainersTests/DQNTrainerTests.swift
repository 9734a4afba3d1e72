import Neural
import Rollouts
import Testing
import Trainers
import Worlds

struct DQNTrainerTests {
  @Test(arguments: [false, true])
  func `a corridor is learned to its end, and a ring all the way round`(isRing: Bool) throws {
    let world = Corridor(isRing: isRing)
    let (trainer, _) = try DQNTrainer.trained(world, .small)
    var network = try GreedyNetwork(trainer.checkpoint(kind: "dqn"))
    for place in 0..<world.length {
      #expect(network.action(world.observation(CorridorState(place: place))) == 1)
    }
    var sink = MemorySink()
    let played = try network.play(
      world, episode: 1, generator: Generator(seed: 9), stepLimit: 50, into: &sink)
    #expect(played.length == world.length && played.total == 1)
    // The last cell's action is worth its reward, and in a ring what follows.
    let last = network.values(world.observation(CorridorState(place: world.length - 1)))[1]
    #expect(abs(Double(last) - (isRing ? 1 / (1 - 0.59049) : 1)) < (isRing ? 0.5 : 0.1))
  }

  @Test func `the same seed makes the same run, and another seed a different one`() throws {
    let world = Corridor(slips: 20)
    let (one, two) = (
      try DQNTrainer.trained(world, .small).sink, try DQNTrainer.trained(world, .small).sink
    )
    #expect(one.transitions == two.transitions)
    #expect(one.checkpoints == two.checkpoints)
    #expect(one.metrics == two.metrics)
    let other = try DQNTrainer.trained(world, seed: 2, .small).sink
    #expect(one.transitions != other.transitions)
  }

  @Test func `transitions are consistent and follow the world's rules`() throws {
    for isRing in [false, true] {
      let world = Corridor(isRing: isRing, slips: 10)
      let (trainer, sink) = try DQNTrainer.trained(world, seed: 4, .small)
      #expect(sink.transitions.count == trainer.step && trainer.step == 3000)
      let generator = Generator(seed: 4)
      var (episode, state, t) = (1, CorridorState(place: 0), 0)
      for transition in sink.transitions {
        #expect(transition.episode == episode && transition.state == .bytes(state.bytes))
        guard case .index(let action) = transition.action else { return }
        let step = world.step(state, action, generator.draws(for: .world, episode: episode, t: t))
        #expect(transition.next == .bytes(step.next.bytes) && transition.reward == step.reward)
        t += 1
        let isCut = step.ending == .running && t == world.stepLimit
        #expect(transition.ending == (isCut ? .truncated : step.ending))
        state = step.next
        guard transition.ending != .running else { continue }
        (episode, t) = (episode + 1, 0)
        // Nothing is reset in a ring.
        if !isRing { state = CorridorState(place: 0) }
      }
    }
  }

  enum Variant: String, CaseIterable {
    case plain, softmax, target, nStep, newest, residual, wrapped, ring

    var world: Corridor { Corridor(isRing: self == .ring, slips: 15) }

    var settings: DQNConfiguration {
      var settings = DQNConfiguration.small
      settings.steps = 1500
      settings.snapshotEvery = 250
      switch self {
      case .plain, .ring: break
      case .softmax:
        settings.policy = .softmax
        settings.inverseTemperature = 10
      case .target:
        settings.targetEvery = 70
        settings.double = true
      case .nStep: settings.nStep = 4
      case .newest:
        settings.stepUpdate = .newest
        settings.episodeBatch = 50
      case .residual:
        settings.gradient = .residual
        settings.loss = .squared
        settings.keepsBest = true
      case .wrapped:
        settings.bufferSize = 100
        settings.nStep = 3
      }
      return settings
    }
  }

  @Test(arguments: Variant.allCases)
  func `a resumed run ends as if it had never stopped`(variant: Variant) throws {
    let (world, settings) = (variant.world, variant.settings)
    let (whole, sink) = try DQNTrainer.trained(world, seed: 6, settings)
    for checkpoint in sink.checkpoints {
      var resumed = try DQNTrainer(world, seed: 6, settings: settings)
      try resumed.resume(from: checkpoint) { Array(sink.transitions[$0]) }
      #expect(resumed.step == checkpoint.step)
      var rest = MemorySink()
      try resumed.train(into: &rest)
      #expect(rest.transitions == Array(sink.transitions[checkpoint.step...]))
      #expect(rest.checkpoints == sink.checkpoints.filter { $0.step > checkpoint.step })
      #expect(rest.metrics == sink.metrics.filter { $0.step > checkpoint.step })
      #expect(resumed.learner.parameters == whole.learner.parameters)
      #expect(resumed.learner.adam == whole.learner.adam)
    }
    #expect(sink.checkpoints.count >= 7)
  }

  @Test func `a run can be extended beyond its end`() throws {
    let world = Corridor(slips: 15)
    var short = DQNConfiguration.small
    short.steps = 1000
    let (_, begun) = try DQNTrainer.trained(world, short)
    let (_, whole) = try DQNTrainer.trained(world, .small)
    var trainer = try DQNTrainer(world, seed: 1, settings: .small)
    let last = try #require(begun.checkpoints.last)
    try trainer.resume(from: last) { Array(begun.transitions[$0]) }
    var rest = MemorySink()
    try trainer.train(into: &rest)
    #expect(begun.transitions + rest.transitions == whole.transitions)
    #expect(rest.checkpoints.last == whole.checkpoints.last)
  }

  @Test func `a run that is asked to stop continues where it was`() throws {
    let world = Corridor(slips: 15)
    let (_, whole) = try DQNTrainer.trained(world, .small)
    var trainer = try DQNTrainer(world, seed: 1, settings: .small)
    var sink = MemorySink()
    sink.record(trainer.initialCheckpoint)
    while !trainer.isComplete { try trainer.train(into: &sink, goOn: { _ in false }) }
    #expect(sink.transitions == whole.transitions && sink.checkpoints == whole.checkpoints)
  }

  @Test func `checkpoints are kept where the settings say, and at every best return`() throws {
    var settings = DQNConfiguration.small
    settings.steps = 1100
    settings.keepsBest = true
    let (_, sink) = try DQNTrainer.trained(Corridor(), settings)
    let regular = sink.checkpoints.filter { $0.kind == "dqn" }.map(\.step)
    #expect(regular == [0, 500, 1000, 1100])
    // Every return that beats those before it, and nothing else.
    var (best, total, steps) = (-1.0, 0.0, [Int]())
    for (step, transition) in sink.transitions.enumerated() {
      total += transition.reward
      guard transition.ending != .running else { continue }
      if total > best { steps.append(step + 1) }
      (best, total) = (max(best, total), 0)
    }
    #expect(sink.checkpoints.filter { $0.kind == "best" }.map(\.step) == steps && !steps.isEmpty)
  }

  @Test func `metrics have CleanRL's names, and about two hundred points`() throws {
    var settings = DQNConfiguration.small
    var clock = 0.0
    for policy in DQNPolicy.allCases {
      settings.policy = policy
      var sink = MemorySink()
      var trainer = try DQNTrainer(Corridor(), seed: 1, settings: settings)
      try trainer.train(
        into: &sink,
        now: {
          clock += 0.01
          return clock
        })
      let names = Dictionary(grouping: sink.metrics, by: \.name).mapValues(\.count)
      let exploring = policy == .epsilon ? "charts/epsilon" : "charts/temperature"
      #expect(
        Set(names.keys) == [
          exploring, "charts/learning_rate", "charts/SPS", "losses/td_loss", "losses/q_values",
        ])
      #expect(names.values.allSatisfy { (190...200).contains($0) })
    }
  }

  @Test(arguments: [
    (1.9, "check gamma (1.9): from 1 on, values grow without bound"),
    (0.9, "check learning_rate (0.01) and clip (0.0)"),
  ])
  func `a loss that is not finite stops the run with one sentence`(
    gamma: Double, advice: String
  ) throws {
    var settings = DQNConfiguration.small
    settings.gamma = gamma
    settings.loss = .squared
    // A float holds it, but not its square.
    var trainer = try DQNTrainer(Corridor(length: 2, prize: 1e30), seed: 1, settings: settings)
    var sink = MemorySink()
    let error = try #require(throws: TrainingError.self) { try trainer.train(into: &sink) }
    let step = sink.transitions.count
    #expect(
      error.description == "training stopped at step \(step): losses/td_loss is inf, not a finite"
        + " number; \(advice)")
    #expect(step == trainer.step && step < 3000)
  }

  @Test(
    arguments: [
      ("double", "true", "double needs a target network: set target_every"),
      ("warm_up", "2000", "warm_up must be at most memory"),
    ])
  func `settings that do not go together are refused`(
    name: String, value: String, message: String
  ) throws {
    var settings = DQNConfiguration.small
    #expect(try settings.set(name, to: value))
    #expect(throws: SettingError(message)) {
      _ = try DQNTrainer(Corridor(), seed: 1, settings: settings)
    }
  }

  @Test func `settings read back as they were recorded`() throws {
    for preset in [DQNConfiguration.snake, .snakeOriginal, .snakeStrong, .city, .cityCourse] {
      var restored = DQNConfiguration()
      restored.hidden = []
      try restored.restore(try JSON(parsing: JSON.object(preset.members).compact))
      #expect(restored == preset)
    }
  }

  @Test func `a foreign recording is refused`() throws {
    let (_, sink) = try DQNTrainer.trained(Corridor(), .small)
    var foreign = sink.transitions
    foreign[490].state = .bytes([200])
    var trainer = try DQNTrainer(Corridor(), seed: 1, settings: .small)
    let checkpoint = try #require(sink.checkpoints.first { $0.step == 500 })
    #expect(throws: TrainingError("step 490 has no state or action of this world")) {
      try trainer.resume(from: checkpoint) { Array(foreign[$0]) }
    }
    trainer = try DQNTrainer(Corridor(), seed: 1, settings: .small)
    #expect(throws: TrainingError("the recording lacks steps between 0 and 500")) {
      try trainer.resume(from: checkpoint) { _ in [] }
    }
  }

  @Test func `a snake's checkpoint gives the values that it was trained to`() throws {
    var settings = DQNConfiguration.snake
    settings.episodes = 20
    let (trainer, sink) = try DQNTrainer.trained(Snake(), settings)
    var learner = trainer.learner
    let checkpoint = try #require(sink.checkpoints.last)
    var network = try GreedyNetwork(checkpoint)
    #expect(network.widths == [11, 256, 3] && network.parameters.values.count == 3843)
    let snake = Snake()
    let states = sink.transitions.suffix(300).compactMap { transition -> SnakeState? in
      guard case .bytes(let bytes) = transition.state else { return nil }
      return SnakeState(bytes: bytes)
    }
    let many = network.values(states.flatMap(snake.observation))
    for (index, state) in states.enumerated() {
      let values = learner.values(snake.observation(state))
      #expect(zip(values, many[3 * index..<3 * index + 3]).allSatisfy { abs($0 - $1) < 1e-4 })
    }
    #expect(throws: SafetensorsError.self) { _ = try GreedyNetwork(decoding: [1, 2, 3]) }
  }

  @Test func `the inverse temperature is accepted by its name, and recorded as before`() throws {
    var settings = DQNConfiguration()
    #expect(try settings.set("inverse_temperature", to: "3"))
    #expect(settings.inverseTemperature == 3)
    #expect(try settings.set("temperature", to: "4"))
    #expect(settings.inverseTemperature == 4)
    #expect(settings.members.contains { $0.key == "temperature" })
    #expect(!settings.members.contains { $0.key == "inverse_temperature" })
  }
}

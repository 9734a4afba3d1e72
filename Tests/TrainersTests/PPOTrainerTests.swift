import Neural
import Rollouts
import Testing
import Trainers
import Worlds

struct PPOTrainerTests {
  @Test func `a corridor is learned to its end`() throws {
    let world = Corridor(slips: 10)
    let (trainer, sink) = try PPOTrainer.trained(world, .small)
    var policy = try GreedyPolicyNetwork(trainer.checkpoint(kind: "ppo"))
    #expect(policy.fits(world) && !policy.fits(Mirror()))
    for place in 0..<world.length {
      #expect(policy.action(CorridorState(place: place), in: world) == 1)
    }
    let trials = sink.metrics.filter { $0.name == "eval/episodic_return" }
    #expect(trials.count == 6 && trials.last?.value == 1 && trainer.bestReturn == 1)
  }

  @Test func `a mirror is learned with continuous actions`() throws {
    var settings = PPOConfiguration.small
    settings.steps = 20_000
    settings.logDeviation = -0.5
    let (trainer, _) = try PPOTrainer.trained(Mirror(), settings)
    var policy = try GreedyPolicyNetwork(trainer.checkpoint(kind: "ppo"))
    for number in -8...8 {
      let answer = policy.action(MirrorState(number), in: Mirror()).number
      #expect(abs(answer - Float(number) / 8) < 0.1)
    }
  }

  @Test(arguments: [false, true])
  func `a truncated step's future has a value`(isContinuing: Bool) throws {
    // Wage 1 forever at a discount of 0.9 is worth 10, though no episode pays more than 3.
    let world = Mirror(stepLimit: 3, isContinuing: isContinuing, wage: 1)
    var settings = PPOConfiguration.small
    settings.steps = 40_000
    settings.normalizesReturns = false
    settings.logDeviation = -3
    let (trainer, _) = try PPOTrainer.trained(world, settings)
    var policy = try GreedyPolicyNetwork(trainer.checkpoint(kind: "ppo"))
    for number in [-4, 0, 5] {
      #expect(abs(policy.value(of: MirrorState(number), in: world) - 10) < 1.5)
    }
  }

  @Test(arguments: [false, true])
  func `a lost life may end the learner's return, but never the episode`(lifeEnds: Bool) throws {
    let world = Mirror(stepLimit: 3, isFrail: true, wage: 1)
    var settings = PPOConfiguration.small
    settings.steps = 40_000
    settings.normalizesReturns = false
    settings.logDeviation = -3
    settings.lifeEnds = lifeEnds
    let (trainer, sink) = try PPOTrainer.trained(world, settings)
    var policy = try GreedyPolicyNetwork(trainer.checkpoint(kind: "ppo"))
    for number in [-4, 0, 5] {
      let value = policy.value(of: MirrorState(number), in: world)
      #expect(abs(value - (lifeEnds ? 1 : 10)) < (lifeEnds ? 0.2 : 1.5))
    }
    // What is recorded is what happened.
    #expect(sink.transitions.allSatisfy { $0.ending == .running || $0.ending == .truncated })
    #expect(sink.transitions.count { $0.ending == .truncated } == trainer.episodes)
    #expect(trainer.episodes >= 40_000 / 3 - 4)
  }

  @Test func `the same seed makes the same run on any number of threads`() throws {
    var settings = PPOConfiguration.small
    settings.steps = 4000
    settings.shards = 4
    settings.keepsBest = false
    let (one, sink) = try PPOTrainer.trained(Reacher(), settings)
    for threads in [2, 3] {
      let (other, same) = try PPOTrainer.trained(Reacher(), threads: threads, settings)
      #expect(other.parameters == one.parameters && other.adam == one.adam)
      #expect(same.transitions == sink.transitions && same.checkpoints == sink.checkpoints)
      #expect(same.metrics == sink.metrics)
    }
    let (other, _) = try PPOTrainer.trained(Reacher(), seed: 2, settings)
    #expect(other.parameters != one.parameters)
  }

  @Test(arguments: [1, 3, 5])
  func `worlds are divided among any number of threads`(worlds: Int) throws {
    var settings = PPOConfiguration.small
    (settings.worlds, settings.steps) = (worlds, 1500)
    settings.lifeEnds = true
    // Episodes of many lengths, which begin and end in any world.
    let world = Corridor(slips: 30)
    let (one, sink) = try PPOTrainer.trained(world, settings)
    for threads in [2, 3, 8] {
      let (other, same) = try PPOTrainer.trained(world, threads: threads, settings)
      #expect(other.parameters == one.parameters && other.episodes == one.episodes)
      #expect(same.transitions == sink.transitions && same.metrics == sink.metrics)
    }
  }

  @Test(arguments: [false, true])
  func `worlds interleave in order and follow their rules`(isContinuing: Bool) throws {
    let world = Mirror(isContinuing: isContinuing)
    let (trainer, sink) = try PPOTrainer.trained(world, seed: 4, .small)
    #expect(sink.transitions.count == trainer.step && trainer.step == 6000)
    let generator = Generator(seed: 4)
    var open = [(episode: Int, state: MirrorState?, t: Int)](repeating: (0, nil, 0), count: 4)
    var newest = 0
    for (step, transition) in sink.transitions.enumerated() {
      var (episode, state, t) = open[step % 4]
      if transition.episode != episode {
        // A recording requires the numbers to rise as episodes begin.
        #expect(transition.episode == newest + 1 && t == 0)
        (episode, newest) = (transition.episode, transition.episode)
        state = state ?? world.start(generator.draws(for: .start, episode: episode, t: 0))
      }
      let now = try #require(state)
      let action = try #require(MirrorAction(recorded: transition.action))
      let outcome = world.step(now, action, generator.draws(for: .world, episode: episode, t: t))
      t += 1
      #expect(transition.state == .bytes(now.bytes) && transition.reward == outcome.reward)
      #expect(transition.next == .bytes(outcome.next.bytes))
      #expect(transition.ending == (t == 7 ? .truncated : .running))
      open[step % 4] =
        t < 7 ? (episode, outcome.next, t) : (episode, isContinuing ? outcome.next : nil, 0)
    }
    #expect(trainer.episodes == sink.transitions.count { $0.ending != .running })
  }

  enum Variant: String, CaseIterable {
    case choices, ring, real, continuing, lives, plain
  }

  @Test(arguments: Variant.allCases)
  func `a resumed run ends as if it had never stopped`(variant: Variant) throws {
    var settings = PPOConfiguration.small
    settings.steps = 3100
    settings.valueClip = 0.5
    switch variant {
    case .choices: try resume(Corridor(slips: 15), settings)
    case .ring: try resume(Corridor(isRing: true, slips: 15), settings)
    case .real: try resume(Mirror(), settings)
    case .continuing: try resume(Mirror(isContinuing: true), settings)
    case .lives:
      settings.lifeEnds = true
      try resume(Mirror(isFrail: true), settings)
    case .plain:
      settings.normalizesReturns = false
      settings.normalizesObservations = false
      settings.advantages = .rollout
      settings.targetKL = 0.01
      settings.activation = .relu
      settings.entropyCoefficient = .constant(0.01)
      try resume(Corridor(slips: 15), settings)
    }
  }

  private func resume<W: ObservableWorld>(_ world: W, _ settings: PPOConfiguration) throws {
    let (whole, sink) = try PPOTrainer.trained(world, seed: 6, settings)
    #expect(sink.checkpoints.count >= 5 && sink.checkpoints.last?.step == 3100)
    for checkpoint in sink.checkpoints {
      var resumed = try PPOTrainer(world, seed: 6, settings: settings, threads: 2)
      try resumed.resume(from: checkpoint) { Array(sink.transitions[$0]) }
      #expect(resumed.step == checkpoint.step)
      var rest = MemorySink()
      try resumed.train(into: &rest)
      #expect(rest.transitions == Array(sink.transitions[checkpoint.step...]))
      #expect(rest.checkpoints == sink.checkpoints.filter { $0.step > checkpoint.step })
      #expect(rest.metrics == sink.metrics.filter { $0.step > checkpoint.step })
      #expect(resumed.parameters == whole.parameters && resumed.adam == whole.adam)
    }
  }

  @Test func `a run that is asked to stop continues where it was`() throws {
    var settings = PPOConfiguration.small
    settings.rollout = 200
    let (_, whole) = try PPOTrainer.trained(Mirror(), settings)
    var trainer = try PPOTrainer(Mirror(), seed: 1, settings: settings)
    var sink = MemorySink()
    sink.record(trainer.initialCheckpoint)
    var calls = 0
    while !trainer.isComplete {
      try trainer.train(into: &sink, goOn: { _ in false })
      calls += 1
    }
    #expect(calls > 20)
    #expect(sink.transitions == whole.transitions && sink.checkpoints == whole.checkpoints)
    #expect(sink.metrics == whole.metrics)
  }

  @Test func `checkpoints are kept where the settings say, and at every best evaluation`() throws {
    let (_, sink) = try PPOTrainer.trained(Corridor(slips: 30), .small)
    var best = -1.0
    var bestSteps: [Int] = []
    for metric in sink.metrics where metric.name == "eval/episodic_return" {
      if metric.value > best { bestSteps.append(metric.step) }
      best = max(best, metric.value)
    }
    #expect(sink.checkpoints.filter { $0.kind == "best" }.map(\.step) == bestSteps)
    let regular = [0] + (1...7).map { $0 * 800 } + [6000]
    #expect(
      sink.checkpoints.filter { $0.kind == "ppo" }.map(\.step)
        == regular.filter { !bestSteps.contains($0) })
  }

  @Test func `metrics have CleanRL's names, a point for each update`() throws {
    var clock = 0.0
    var sink = MemorySink()
    var trainer = try PPOTrainer(Mirror(), seed: 1, settings: .small)
    try trainer.train(
      into: &sink,
      now: {
        clock += 0.01
        return clock
      })
    let points = Dictionary(grouping: sink.metrics, by: \.name).mapValues(\.count)
    let names = [
      "charts/learning_rate", "charts/SPS", "losses/policy_loss", "losses/value_loss",
      "losses/entropy", "losses/old_approx_kl", "losses/approx_kl", "losses/clipfrac",
      "losses/explained_variance", "losses/gradient_norm",
    ]
    #expect(Set(points.keys) == Set(names + ["eval/episodic_return", "eval/episodic_length"]))
    #expect(names.allSatisfy { points[$0] == 30 } && points["eval/episodic_length"] == 6)
  }

  @Test func `explained variance is the part of the returns that the values predicted`() throws {
    var rollout = RolloutBuffer(worlds: 2, ticks: 3, width: 1, actionWidth: 1)
    // Two of three steps were taken; what is beyond them does not count.
    rollout.ticks = 2
    rollout.returns = [1, 2, 3, 6, 1000, -1000]
    for (values, part) in [
      ([1, 2, 3, 6], 1), ([8, 9, 10, 13], 1), ([3, 3, 3, 3], 0), ([2, 4, 6, 12], 0),
      // Their errors are 2, 4, 6 and 12: four times the variance.
      ([-1, -2, -3, -6], -3), ([1, 2, 3, 3], 1 - 1.6875 / 3.5),
    ] as [([Float], Double)] {
      rollout.values = values + [0, 0]
      #expect(abs(rollout.explainedVariance - part) < 1e-12, "\(values)")
    }
    rollout.returns = [2, 2, 2, 2, 0, 0]
    #expect(rollout.explainedVariance == 0)
    // Values learn to predict returns.
    let (_, sink) = try PPOTrainer.trained(Corridor(slips: 10), .small)
    let parts = sink.metrics.filter { $0.name == "losses/explained_variance" }.map(\.value)
    #expect(parts[0] < 0.2 && parts.suffix(5).allSatisfy { $0 > 0.5 }, "\(parts)")
  }

  @Test func `a trial's endless episode is cut off`() throws {
    var settings = PPOConfiguration.small
    settings.evaluationSteps = 5
    let (_, sink) = try PPOTrainer.trained(Mirror(stepLimit: 1_000_000), settings)
    let lengths = sink.metrics.filter { $0.name == "eval/episodic_length" }
    #expect(!lengths.isEmpty && lengths.allSatisfy { $0.value == 5 })
  }

  @Test(
    arguments: [
      ("minibatch", "500", "minibatch must be at most worlds times rollout"),
      ("shards", "60", "shards must be at most minibatch"),
      ("rollout", "1000000", nil),
      ("worlds", "4096", nil),
    ])
  func `settings that do not go together are refused`(
    name: String, value: String, message: String?
  ) throws {
    var settings = PPOConfiguration.small
    #expect(try settings.set(name, to: value))
    if message == nil { _ = try settings.set("worlds", to: "4096") }
    if message == nil { _ = try settings.set("rollout", to: "1000000") }
    #expect(throws: SettingError(message ?? "worlds times rollout must be at most 16777216")) {
      _ = try PPOTrainer(Mirror(), seed: 1, settings: settings)
    }
  }

  @Test func `settings read back as they were recorded`() throws {
    var restored = PPOConfiguration()
    try restored.restore(try JSON(parsing: JSON.object(PPOConfiguration.small.members).compact))
    #expect(restored == .small)
  }

  @Test func `a foreign recording is refused`() throws {
    let (_, sink) = try PPOTrainer.trained(Mirror(), .small)
    let checkpoint = try #require(sink.checkpoints.first { $0.step == 800 })
    var trainer = try PPOTrainer(Mirror(), seed: 1, settings: .small)
    #expect(throws: TrainingError("the recording lacks steps between 796 and 800")) {
      try trainer.resume(from: checkpoint) { _ in [] }
    }
    trainer = try PPOTrainer(Mirror(), seed: 1, settings: .small)
    var foreign = sink.transitions
    foreign[798].next = .index(3)
    #expect(throws: TrainingError("step 798 has no state of this world")) {
      try trainer.resume(from: checkpoint) { Array(foreign[$0]) }
    }
    var other = Checkpoint(step: 0, kind: "ppo", parameters: [1, 2, 3])
    #expect(throws: (any Error).self) { _ = try GreedyPolicyNetwork(other) }
    other.trainingState = checkpoint.trainingState
    #expect(throws: SafetensorsError.self) { _ = try GreedyPolicyNetwork(other) }
  }
}

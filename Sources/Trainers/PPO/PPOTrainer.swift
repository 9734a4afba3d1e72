package import Neural
package import Platform
package import Rollouts

/// Proximal policy optimization: plays some worlds side by side for a while, learns from the
/// rollout, records both, and repeats.
package struct PPOTrainer<W: ObservableWorld>: Trainer, Sendable {
  package let world: W
  package let settings: PPOConfiguration
  package let stepLimit: Int
  package let network: PolicyNetwork
  /// What the network has learned.
  package internal(set) var parameters: Parameters
  package internal(set) var adam: Adam
  /// The scale of observations.
  package internal(set) var scale: ObservationScale
  /// The statistics of returns so far, for the scale of rewards.
  package internal(set) var returns: RunningMoments
  /// Steps trained so far, summed over all worlds.
  package internal(set) var step = 0
  /// Episodes finished so far.
  package internal(set) var episodes = 0
  package var stopStep = Int.max
  /// How many updates have been made.
  package internal(set) var updates = 0
  /// The best mean return of an evaluation so far.
  package internal(set) var bestReturn: Double?

  let generator: Generator
  /// The threads that play and learn; their number changes no result.
  let pool: ThreadPool
  /// The open episodes, one in each world.
  var open: [OpenEpisode]
  /// The current states of the worlds.
  var states: [W.State]
  /// How many episodes have begun.
  var begun = 0
  var lastReturn = 0.0
  var rollout: RolloutBuffer
  var seenReturns = RunningMoments.Sums(width: 1)
  /// The processes that share the work, if there are several.
  private(set) var ranks: Ranks?
  package internal(set) var rows = RowCount()
  /// The actors in the order of their worlds, and which of them decide in this process.
  private(set) var actors: [RolloutActor<W>]
  private(set) var deciding: Range<Int>
  /// The decisions of all processes, one message from each.
  var decisions: [Float] = []
  /// How many steps of each world they play before these are recorded.
  private(set) var ticksAhead: Int
  /// The worlds whose episodes the last step truncated.
  var cutOff: [Int] = []

  /// An untrained trainer. An episode is truncated after `stepLimit` steps if that is less than the
  /// world's own limit.
  package init(
    _ world: W, stepLimit: Int? = nil, seed: UInt64, settings: PPOConfiguration,
    threads: Int = ThreadPool.processorCount
  ) throws(SettingError) {
    try settings.validate()
    self.world = world
    self.settings = settings
    self.stepLimit = stepLimit ?? world.stepLimit
    generator = Generator(seed: seed)
    let width = world.observationCount
    network = try PolicyNetwork(settings, world)
    pool = ThreadPool(
      threads: max(1, min(threads, network.isRead ? settings.worlds : max(2, settings.shards))))
    parameters = Parameters(network.layout, seed: seed)
    adam = Adam(network.layout, beta2: settings.beta2, epsilon: settings.adamEpsilon)
    scale = ObservationScale(width: width, isActive: settings.normalizesObservations)
    returns = RunningMoments(width: 1)
    rollout = RolloutBuffer(
      worlds: settings.worlds, ticks: settings.rollout, width: width,
      actionWidth: network.actionWidth)
    let (network, generator, pool) = (network, generator, pool)
    let states = (1...settings.worlds).map {
      world.start(generator.draws(for: .start, episode: $0, t: 0))
    }
    open = states.enumerated().map { OpenEpisode(number: $0 + 1, bytes: $1.bytes) }
    (self.states, begun) = (states, settings.worlds)
    // The whole pool reads frames, one after another.
    let count = network.isRead ? 1 : min(pool.threads, settings.worlds)
    let ticksAhead = network.isRead ? 1 : max(1, min(settings.rollout, 256 / settings.worlds))
    self.ticksAhead = ticksAhead
    (actors, deciding) = ([], 0..<count)
    actors = makeActors(count)
  }

  /// Actors that share the worlds.
  private func makeActors(_ count: Int) -> [RolloutActor<W>] {
    let all = 0..<settings.worlds
    return (0..<count).map { index in
      let worlds = all.part(index, of: count)
      // Actors that only follow other processes' decisions need no memory for deciding.
      return RolloutActor(
        world, network, generator, stepLimit: stepLimit, worlds: worlds, in: Array(states[worlds]),
        ticks: ticksAhead, most: deciding.contains(index) ? settings.worlds : 1, pool: pool)
    }
  }

  /// Decides for some of the worlds and computes some of the shards; every process does everything
  /// else.
  package mutating func share(with ranks: Ranks) throws {
    precondition(rollout.ticks == 0, "work is shared between two rollouts")
    try ranks.check(shards: settings.shards, worlds: settings.worlds)
    self.ranks = ranks
    deciding = ranks.rank..<ranks.rank + 1
    // Frames take longer to read the more of them has changed; over several steps that averages
    // out.
    if network.isRead { ticksAhead = max(1, min(settings.rollout, 64 / settings.worlds)) }
    actors = makeActors(ranks.count)
  }

  /// The untrained network, with which a recording begins.
  package var initialCheckpoint: Checkpoint { checkpoint(kind: Self.checkpointKind) }

  /// Whether all steps were taken, or no further rollout fits before `stopStep`.
  package var isComplete: Bool {
    rollout.ticks == 0 && (hasAllSteps || step > stopStep - stepsOfNextRollout)
  }

  /// The last rollout may be shorter.
  private var stepsOfNextRollout: Int {
    let (worlds, rest) = (settings.worlds, settings.steps - step)
    return worlds * min(settings.rollout, (rest + worlds - 1) / worlds)
  }

  private var hasAllSteps: Bool { step >= settings.steps }

  /// Plays and learns until everything is done, or until `goOn` returns false. A complete run ends
  /// with a checkpoint.
  package mutating func train<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, now: () -> Double, callbacks: TrainingCallbacks,
    goOn: (TrainingProgress) -> Bool
  ) throws {
    let learner = PPOLearner(network, settings, pool, ranks)
    let ranks = ranks
    func goesOn(_ progress: TrainingProgress) -> Bool { ranks.agree { goOn(progress) } }
    var clock = (step: step, time: now())
    callbacks.trainingStarted?(TrainingEvent.Training(self))
    while !isComplete {
      guard try collectRollout(into: &sink, callbacks, goOn: goesOn) else { break }
      callbacks.updateStarted?(TrainingEvent.Update(step: step, number: updates + 1))
      let report = try learn(with: learner, callbacks.tracing)
      var metrics = report.metrics
      let time = now()
      if time > clock.time {
        let speed = Double(step - clock.step) / (time - clock.time)
        metrics.append(Metric(step: step, name: "charts/SPS", value: speed))
      }
      try sink.record(metrics, callbacks)
      callbacks.updateEnded?(
        TrainingEvent.Update(step: step, number: updates, metrics: report.metrics))
      let isBest = try evaluateIfDue(into: &sink, callbacks) && settings.keepsBest
      if isBest || updates % settings.snapshotEvery == 0 || isComplete {
        try ranks.compare(parameters, step: step)
        try sink.record(
          checkpoint(kind: isBest ? Checkpoint.bestKind : Self.checkpointKind), callbacks)
      }
      clock = (step, now())
      if !goesOn(progress) { break }
    }
    callbacks.trainingEnded?(TrainingEvent.Training(self))
  }

  /// Learns from the rollout, after scaling its rewards by the returns so far.
  private mutating func learn(
    with learner: PPOLearner, _ tracing: UpdateTracing?
  ) throws -> PPOReport {
    returns.add(seenReturns)
    seenReturns.clear()
    let deviation = (returns.variance[0] + 1e-8).squareRoot()
    let isScaled = settings.normalizesReturns
    let rewardScale = isScaled ? 1 / deviation : 1
    rollout.estimateAdvantages(
      gamma: settings.gamma, lambda: settings.lambda, rewardScale: rewardScale)
    updates += 1
    // Scaled rewards are in standard deviations.
    let unit = settings.valueClipIsRaw ? rewardScale : isScaled ? 1 : deviation
    let update = PPOLearner.Update(
      number: updates, step: step,
      learningRate: settings.learningRate(step: step - rollout.rows), valueUnit: unit)
    let first = step - rollout.rows
    let rows = Set((tracing?.steps ?? []).map { $0 - first }).filter {
      (0..<rollout.rows).contains($0)
    }
    let report = try learner.learn(
      from: rollout, &parameters, &adam, update, generator, tracing: rows)
    self.rows.backward = learner.rows
    for row in rows.sorted() {
      var trace = RolloutTrace(
        rollout, row: row, before: step, update: updates, rewardScale: rewardScale,
        learningRate: update.learningRate, settings)
      trace.epochs = report.traced[row] ?? []
      tracing?.onUpdate(first + row, .rollout(trace))
    }
    scale.update()
    rollout.ticks = 0
    return report
  }

  /// Every few updates, plays some episodes with the likeliest actions; returns whether their mean
  /// return is the best so far.
  private mutating func evaluateIfDue<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, _ callbacks: TrainingCallbacks
  ) throws -> Bool {
    guard settings.evaluateEvery > 0, updates % settings.evaluateEvery == 0 || hasAllSteps else {
      return false
    }
    callbacks.evaluationStarted?(TrainingEvent.Evaluation(step: step))
    var policy = GreedyPolicyNetwork(network, parameters, scale, pool: pool)
    // The same episodes every time, none of them used for training.
    let words = generator.block(.evaluation, episode: 0, quarter: 0)
    let evaluation = Generator(seed: UInt64(words.x) << 32 | UInt64(words.y))
    // Process e mod N plays episode e; the sums are in the order of episodes.
    let each = settings.evaluationEpisodes / ranks.count + 1
    func place(_ episode: Int) -> Int {
      2 * (episode % ranks.count * each + episode / ranks.count)
    }
    var outcomes = [Double](repeating: 0, count: 2 * each * ranks.count)
    for episode in 1...settings.evaluationEpisodes where episode % ranks.count == ranks.rank {
      var nowhere = NullSink()
      let played = try policy.play(
        world, episode: episode, generator: evaluation,
        stepLimit: min(stepLimit, settings.evaluationSteps), into: &nowhere)
      (outcomes[place(episode)], outcomes[place(episode) + 1]) = (
        played.total, Double(played.length)
      )
    }
    ranks.gather(&outcomes)
    let episodes = 1...settings.evaluationEpisodes
    let total = episodes.reduce(0) { $0 + outcomes[place($1)] }
    let length = episodes.reduce(0) { $0 + outcomes[place($1) + 1] }
    let count = Double(settings.evaluationEpisodes)
    let mean = total / count
    let isBest = bestReturn.map { mean > $0 } ?? true
    if isBest { bestReturn = mean }
    let metrics = [
      Metric(step: step, name: "eval/episodic_return", value: mean),
      Metric(step: step, name: "eval/episodic_length", value: length / count),
    ]
    try sink.record(metrics, callbacks)
    callbacks.evaluationEnded?(
      TrainingEvent.Evaluation(step: step, metrics: metrics, isBest: isBest))
    return isBest
  }

  var progress: TrainingProgress {
    TrainingProgress(
      step: step, episodes: episodes, share: Double(step) / Double(settings.steps),
      lastReturn: lastReturn)
  }
}

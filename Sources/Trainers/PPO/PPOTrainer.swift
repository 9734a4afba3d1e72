package import Neural
import Platform
package import Rollouts

/// Proximal policy optimization: plays some worlds side by side for a while, learns from what happened,
/// and records both; again and again.
package struct PPOTrainer<W: ObservableWorld>: Trainer, Sendable {
  package let world: W
  package let settings: PPOConfiguration
  package let stepLimit: Int
  package let network: PolicyNetwork
  /// What the network has learned.
  package internal(set) var parameters: Parameters
  package internal(set) var adam: Adam
  /// What observations are scaled by.
  package internal(set) var scale: ObservationScale
  /// What returns were so far, for the scale of rewards.
  package internal(set) var returns: RunningMoments
  /// Steps trained so far, those of all worlds together.
  package internal(set) var step = 0
  /// Episodes finished so far.
  package internal(set) var episodes = 0
  package var stopStep = Int.max
  /// How many updates were made.
  package internal(set) var updates = 0
  /// The best mean return of an evaluation so far.
  package internal(set) var bestReturn: Double?

  let generator: Generator
  /// Who plays and learns; their number changes no result.
  let pool: ThreadPool
  /// The episodes that are open, one in each world.
  var open: [OpenEpisode<W.State>] = []
  /// How many episodes were begun.
  var begun = 0
  var lastReturn = 0.0
  var rollout: RolloutBuffer
  var seenReturns = RunningMoments.Sums(width: 1)
  var rolloutActor: RolloutActor

  /// A trainer that has learned nothing. An episode is cut off after `stepLimit` steps, if not after the
  /// world's own number.
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
      threads: max(1, min(threads, network.isRead ? settings.worlds : settings.shards)))
    parameters = Parameters(network.layout, seed: seed)
    adam = Adam(network.layout, beta2: settings.beta2, epsilon: settings.adamEpsilon)
    scale = ObservationScale(width: width, isActive: settings.normalizesObservations)
    returns = RunningMoments(width: 1)
    rollout = RolloutBuffer(
      worlds: settings.worlds, ticks: settings.rollout, width: width,
      actionWidth: network.actionWidth)
    rolloutActor = RolloutActor(network, worlds: settings.worlds, pool: pool)
    for _ in 0..<settings.worlds { open.append(beginEpisode(from: nil)) }
  }

  /// The network before the first step, which a recording begins with.
  package var initialCheckpoint: Checkpoint { checkpoint(kind: Self.checkpointKind) }

  /// Whether all steps were taken, or no other rollout fits before the stopStep.
  package var isComplete: Bool {
    rollout.ticks == 0 && (hasAllSteps || step > stopStep - stepsOfNextRollout)
  }

  /// The last rollout may be a shorter one.
  private var stepsOfNextRollout: Int {
    let (worlds, rest) = (settings.worlds, settings.steps - step)
    return worlds * min(settings.rollout, (rest + worlds - 1) / worlds)
  }

  private var hasAllSteps: Bool { step >= settings.steps }

  /// Plays and learns until all is done, or until `goOn` says false. A complete run ends with a checkpoint.
  package mutating func train<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, now: () -> Double, callbacks: TrainingCallbacks,
    goOn: (TrainingProgress) -> Bool
  ) throws {
    let learner = PPOLearner(network, settings, pool)
    var clock = (step: step, time: now())
    callbacks.trainingStarted?(TrainingEvent.Training(self))
    while !isComplete {
      guard try collectRollout(into: &sink, callbacks, goOn: goOn) else { break }
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
        try sink.record(
          checkpoint(kind: isBest ? Checkpoint.bestKind : Self.checkpointKind), callbacks)
      }
      clock = (step, now())
      if !goOn(progress) { break }
    }
    callbacks.trainingEnded?(TrainingEvent.Training(self))
  }

  /// Learns from the rollout, whose rewards are scaled by the returns so far.
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
    // Scaled rewards have deviations for their unit.
    let unit = settings.valueClipIsRaw ? rewardScale : isScaled ? 1 : deviation
    let update = PPOLearner.Update(
      number: updates, step: step,
      learningRate: settings.learningRate(step: step - rollout.rows), valueUnit: unit)
    let first = step - rollout.rows
    let rows = Set((tracing?.steps ?? []).map { $0 - first }).filter {
      (0..<rollout.rows).contains($0)
    }
    let report = try learner.learn(
      from: &rollout, &parameters, &adam, update, generator, tracing: rows)
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

  /// Plays some episodes with the likeliest actions every few updates; whether their mean return beats
  /// all before.
  private mutating func evaluateIfDue<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, _ callbacks: TrainingCallbacks
  ) throws -> Bool {
    guard settings.evaluateEvery > 0, updates % settings.evaluateEvery == 0 || hasAllSteps else {
      return false
    }
    callbacks.evaluationStarted?(TrainingEvent.Evaluation(step: step))
    var policy = GreedyPolicyNetwork(network, parameters, scale, pool: pool)
    var (total, length) = (0.0, 0)
    // The same episodes every time, and none that was trained on.
    let words = generator.block(.evaluation, episode: 0, quarter: 0)
    let evaluation = Generator(seed: UInt64(words.x) << 32 | UInt64(words.y))
    for episode in 1...settings.evaluationEpisodes {
      var nowhere = NullSink()
      let played = try policy.play(
        world, episode: episode, generator: evaluation,
        stepLimit: min(stepLimit, settings.evaluationSteps), into: &nowhere)
      total += played.total
      length += played.length
    }
    let count = Double(settings.evaluationEpisodes)
    let mean = total / count
    let isBest = bestReturn.map { mean > $0 } ?? true
    if isBest { bestReturn = mean }
    let metrics = [
      Metric(step: step, name: "eval/episodic_return", value: mean),
      Metric(step: step, name: "eval/episodic_length", value: Double(length) / count),
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

// MARK: Checkpoints

extension PPOTrainer {
  /// The kind that a network's checkpoints bear.
  package static var checkpointKind: String { "ppo" }

  /// All that is needed to go on from here, between two rollouts, beside the last recorded transitions.
  package func checkpoint(kind: String) -> Checkpoint {
    var tensors = parameters.tensors()
    tensors += scale.moments.tensors(ObservationScale.tensorName)
    tensors += returns.tensors(Self.returnName)
    tensors += adam.m.tensors(prefix: Self.firstMoment)
    tensors += adam.v.tensors(prefix: Self.secondMoment)
    let state: JSON = [
      "network": network.description(settings), "updates": .integer(updates),
      "adam_steps": .integer(adam.steps), "episodes": .integer(episodes),
      "begun": .integer(begun), "last_return": .number(lastReturn),
      "best_return": bestReturn.map(JSON.number) ?? .null,
      "open": .array(
        open.map { episode in
          [
            "episode": .integer(episode.number), "t": .integer(episode.t),
            "return": .number(episode.total), "discounted": .number(episode.discounted),
          ]
        }),
    ]
    return Checkpoint(
      step: step, kind: kind, parameters: Safetensors(tensors).encoded(),
      trainingState: state.compact)
  }

  /// Goes on from a checkpoint of a run with the same world, seed and settings, and does what that run
  /// did or would have done. `history` gives the recorded transitions of a range of steps: the last one
  /// of each world is asked for.
  package mutating func resume(
    from checkpoint: Checkpoint, history: (Range<Int>) throws -> [Transition]
  ) throws {
    precondition(step == 0 && rollout.ticks == 0, "a trainer that has trained does not resume")
    let saved = try JSON(parsing: checkpoint.trainingState)
    guard let updates = saved["updates"]?.count, let adamSteps = saved["adam_steps"]?.count,
      let episodes = saved["episodes"]?.count, let begun = saved["begun"]?.count,
      let lastReturn = saved["last_return"]?.double, case .array(let rows)? = saved["open"],
      rows.count == settings.worlds, checkpoint.step >= 0
    else {
      throw TrainingError("the checkpoint of step \(checkpoint.step) lacks its training state")
    }
    let file = try Safetensors(decoding: checkpoint.parameters)
    let width = world.observationCount
    parameters = try Parameters(network.layout, from: file)
    adam.restore(
      steps: adamSteps, m: try Parameters(network.layout, from: file, prefix: Self.firstMoment),
      v: try Parameters(network.layout, from: file, prefix: Self.secondMoment))
    scale = ObservationScale(
      try RunningMoments(ObservationScale.tensorName, width: width, from: file),
      isActive: settings.normalizesObservations)
    returns = try RunningMoments(Self.returnName, width: 1, from: file)
    bestReturn = saved["best_return"]?.double
    (self.updates, self.episodes, self.begun) = (updates, episodes, begun)
    (self.lastReturn, step) = (lastReturn, checkpoint.step)
    if step > 0 { try reopen(rows, history) }
  }

  /// Stands in every world where its last step led.
  private mutating func reopen(
    _ rows: [JSON], _ history: (Range<Int>) throws -> [Transition]
  ) throws {
    let range = max(0, step - settings.worlds)..<step
    let last = try history(range)
    guard last.count == settings.worlds else {
      throw TrainingError(
        "the recording lacks steps between \(range.lowerBound) and \(range.upperBound)")
    }
    for (index, row) in rows.enumerated() {
      guard let number = row["episode"]?.count, let t = row["t"]?.count,
        let total = row["return"]?.double, let discounted = row["discounted"]?.double
      else { throw TrainingError("the checkpoint of step \(step) lacks its open episodes") }
      guard case .bytes(let bytes) = last[index].next, let state = W.State(bytes: bytes) else {
        throw TrainingError("step \(range.lowerBound + index) holds no state of this world")
      }
      // One that has taken no step yet began anew, except where nothing is ever reset.
      let isFresh = t == 0 && !(world.isContinuing && last[index].ending == .truncated)
      open[index] = OpenEpisode(
        number: number,
        state: isFresh
          ? world.start(generator.draws(for: .start, episode: number, t: 0)) : state)
      (open[index].t, open[index].total) = (t, total)
      open[index].discounted = discounted
    }
  }

  private static var firstMoment: String { "adam.m." }
  private static var secondMoment: String { "adam.v." }
  private static var returnName: String { "return" }
}

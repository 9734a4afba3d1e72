package import Neural
package import Rollouts

/// Proximal policy optimization: plays some worlds side by side for a while, learns from what happened,
/// and tells a sink; again and again.
package struct PPOTrainer<W: SeenWorld>: Trainer, Sendable {
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
  package var horizon = Int.max
  /// How many updates were made.
  package internal(set) var updates = 0
  /// The best mean return of a trial so far.
  package internal(set) var bestReturn: Double?

  let generator: Generator
  /// Who plays and learns; their number changes no result.
  let crew: Crew
  /// The episodes that are open, one in each world.
  var open: [OpenEpisode<W.State>] = []
  /// How many episodes were begun.
  var begun = 0
  var lastReturn = 0.0
  var rollout: PPORollout
  var seenReturns = RunningMoments.Sums(width: 1)
  var stage: PPOStage

  /// A trainer that has learned nothing. An episode is cut off after `stepLimit` steps, if not after the
  /// world's own number.
  package init(
    _ world: W, stepLimit: Int? = nil, seed: UInt64, settings: PPOConfiguration,
    threads: Int = Crew.processorCount
  ) throws(SettingError) {
    try settings.validate()
    self.world = world
    self.settings = settings
    self.stepLimit = stepLimit ?? world.stepLimit
    generator = Generator(seed: seed)
    let width = world.observationCount
    network = try PolicyNetwork(settings, world)
    crew = Crew(threads: max(1, min(threads, network.isRead ? settings.worlds : settings.shards)))
    parameters = Parameters(network.layout, seed: seed)
    adam = Adam(network.layout, beta2: settings.beta2, epsilon: settings.adamEpsilon)
    scale = ObservationScale(width: width, isActive: settings.normalizesObservations)
    returns = RunningMoments(width: 1)
    rollout = PPORollout(
      worlds: settings.worlds, ticks: settings.rollout, width: width,
      actionWidth: network.actionWidth)
    stage = PPOStage(network, worlds: settings.worlds, crew: crew)
    for _ in 0..<settings.worlds { open.append(beginEpisode(from: nil)) }
  }

  /// The network before the first step, which a recording begins with.
  package var initialCheckpoint: Checkpoint { checkpoint(kind: Self.checkpointKind) }

  /// Whether all steps were taken, or no other rollout fits before the horizon.
  package var isComplete: Bool {
    rollout.ticks == 0 && (hasAllSteps || step > horizon - stepsOfNextRollout)
  }

  /// The last rollout may be a shorter one.
  private var stepsOfNextRollout: Int {
    let (worlds, rest) = (settings.worlds, settings.steps - step)
    return worlds * min(settings.rollout, (rest + worlds - 1) / worlds)
  }

  private var hasAllSteps: Bool { step >= settings.steps }

  /// Plays and learns until all is done, or until `goOn` says false. `now` tells the seconds since some
  /// moment. A complete run ends with a checkpoint.
  package mutating func train<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, now: () -> Double = { 0 },
    goOn: (TrainingProgress) -> Bool = { _ in true }
  ) throws {
    var nobody = NoObserver()
    try train(into: &sink, now: now, telling: &nobody, goOn: goOn)
  }

  /// The same, telling an observer what happens.
  package mutating func train<Sink: TransitionSink & ~Copyable, Observer: PPOObserver>(
    into sink: inout Sink, now: () -> Double = { 0 }, telling observer: inout Observer,
    goOn: (TrainingProgress) -> Bool = { _ in true }
  ) throws {
    let workshop = PPOWorkshop(network, settings, crew)
    var clock = (step: step, time: now())
    observer.trainingBegan(step: step)
    while !isComplete {
      guard try play(into: &sink, telling: &observer, goOn: goOn) else { break }
      let report = try learn(in: workshop)
      try tell(report.metrics, to: &sink)
      let time = now()
      if time > clock.time {
        try tell([("charts/SPS", Double(step - clock.step) / (time - clock.time))], to: &sink)
      }
      observer.updateEnded(report)
      let trial = try evaluateIfDue(into: &sink, telling: &observer)
      let isBest = settings.keepsBest && trial?.isBest == true
      if isBest || updates % settings.snapshotEvery == 0 || isComplete {
        try sink.record(checkpoint(kind: isBest ? Self.bestKind : Self.checkpointKind))
      }
      clock = (step, now())
      if !goOn(progress) { break }
    }
    observer.trainingEnded(step: step, isComplete: isComplete)
  }

  private func tell<Sink: TransitionSink & ~Copyable>(
    _ points: [(name: String, value: Double)], to sink: inout Sink
  ) throws {
    for (name, value) in points {
      try sink.record(Metric(step: step, name: name, value: value))
    }
  }

  // MARK: Learning

  private mutating func learn(in workshop: PPOWorkshop) throws -> PPOReport {
    returns.add(seenReturns)
    seenReturns.clear()
    let deviation = (returns.variance[0] + 1e-8).squareRoot()
    Advantages.estimate(
      rewards: rollout.rewards, values: rollout.values, endings: rollout.endings,
      cutOff: rollout.cutOff, last: rollout.last, gamma: settings.gamma, lambda: settings.lambda,
      rewardScale: settings.normalizesReturns ? 1 / deviation : 1, rows: rollout.rows,
      into: &rollout.advantages, returns: &rollout.returns)
    updates += 1
    // Scaled rewards have deviations for their unit.
    let isScaled = settings.normalizesReturns
    let unit = settings.valueClipIsRaw ? (isScaled ? 1 / deviation : 1) : isScaled ? 1 : deviation
    let wish = PPOWorkshop.Order(
      rate: settings.learningRate(step: step - rollout.rows), valueUnit: unit, update: updates,
      step: step)
    let report = try workshop.learn(from: &rollout, &parameters, &adam, wish, generator)
    scale.update()
    rollout.ticks = 0
    return report
  }

  private mutating func evaluateIfDue<Sink: TransitionSink & ~Copyable, Observer: PPOObserver>(
    into sink: inout Sink, telling observer: inout Observer
  ) throws -> PPOTrial? {
    guard settings.evaluateEvery > 0, updates % settings.evaluateEvery == 0 || hasAllSteps else {
      return nil
    }
    var policy = GreedyPolicyNetwork(network, parameters, scale, crew: crew)
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
    let trial = PPOTrial(
      step: step, meanReturn: mean, meanLength: Double(length) / count,
      isBest: bestReturn.map { mean > $0 } ?? true)
    if trial.isBest { bestReturn = mean }
    try tell(trial.metrics, to: &sink)
    observer.evaluationEnded(trial)
    return trial
  }

  var progress: TrainingProgress {
    TrainingProgress(
      step: step, episodes: episodes, share: Double(step) / Double(settings.steps),
      lastReturn: lastReturn)
  }
}

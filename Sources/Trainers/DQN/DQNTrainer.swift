internal import Neural
package import Rollouts

/// Deep Q-learning: plays episodes, stores every transition, learns from stored transitions, and
/// records what happens.
package struct DQNTrainer<W: DiscreteActionWorld>: Trainer, Sendable {
  package let world: W
  package let settings: DQNConfiguration
  package let stepLimit: Int
  /// The network and everything needed to train it.
  package internal(set) var learner: QLearner
  /// The transitions to learn from.
  package internal(set) var replayBuffer: ReplayBuffer
  /// Steps trained so far.
  package internal(set) var step = 0
  /// Episodes finished so far.
  package internal(set) var episodes = 0
  package var stopStep = Int.max

  let generator: Generator
  /// How many batches have been drawn.
  var batches = 0
  var window = DQNWindow()
  /// The greatest return so far.
  var bestReturn: Double?
  var lastReturn = 0.0

  // The open episode.
  var state: W.State
  var stateBytes: [UInt8]
  /// Steps taken in it.
  var t = 0
  var total = 0.0
  /// The previous step's reward.
  var reward = 0.0
  var epsilon = 0.0
  /// The observation of the state, and space for the next one.
  var seen: [Float]
  private var seenNext: [Float]

  /// An untrained trainer. An episode is truncated after `stepLimit` steps if that is less than the
  /// world's own limit.
  package init(
    _ world: W, stepLimit: Int? = nil, seed: UInt64, settings: DQNConfiguration
  ) throws(SettingError) {
    try settings.validate()
    self.world = world
    self.settings = settings
    self.stepLimit = stepLimit ?? world.stepLimit
    generator = Generator(seed: seed)
    let width = world.observationCount
    learner = QLearner(
      inputs: width, actions: world.description.actions.count, seed: seed, settings: settings)
    replayBuffer = ReplayBuffer(
      capacity: settings.bufferSize, width: width, gamma: settings.gamma, nStep: settings.nStep)
    state = world.start(generator.draws(for: .start, episode: 1, t: 0))
    stateBytes = state.bytes
    seen = world.observation(state)
    seenNext = seen
    beginEpisode()
  }

  /// The untrained network, with which a recording begins.
  package var initialCheckpoint: Checkpoint { checkpoint(kind: Self.checkpointKind) }

  /// Whether every episode was played or the step limit was reached.
  package var isComplete: Bool {
    (settings.episodes > 0 && episodes >= settings.episodes)
      || (settings.steps > 0 && step >= settings.steps) || step >= stopStep
  }

  /// Trains until everything is done or until `goOn` returns false; it is called every few hundred
  /// steps. A complete run ends with a checkpoint.
  package mutating func train<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, now: () -> Double, callbacks: TrainingCallbacks,
    goOn: (TrainingProgress) -> Bool
  ) throws {
    callbacks.trainingStarted?(TrainingEvent.Training(self))
    window.start(step: step, time: now())
    var lastKept = step
    while !isComplete {
      let ending = try takeStep(into: &sink, callbacks)
      var isBest = false
      if ending != .running { isBest = try endEpisode(ending, callbacks) }
      if isMetricDue(ending) {
        let metrics = window.close(
          settings, episode: episodes + 1, step: step, rate: learner.rate, time: now())
        try sink.record(metrics, callbacks)
      }
      if isBest || step % settings.snapshotEvery == 0 {
        try sink.record(
          checkpoint(kind: isBest ? Checkpoint.bestKind : Self.checkpointKind), callbacks)
        lastKept = step
      }
      // Often enough for Ctrl-C, seldom enough to cost nothing.
      if step % 256 == 0, !goOn(progress) { break }
    }
    // A run that was asked to stop keeps no checkpoint here: the settings decide when checkpoints
    // are made, not the clock.
    if step > lastKept && isComplete {
      try sink.record(checkpoint(kind: Self.checkpointKind), callbacks)
    }
    callbacks.trainingEnded?(TrainingEvent.Training(self))
  }

  // MARK: One step

  private mutating func takeStep<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, _ callbacks: TrainingCallbacks
  ) throws -> Ending {
    let episode = episodes + 1
    if t == 0 {
      callbacks.episodeStarted?(TrainingEvent.Episode(number: episode, startingAt: step))
    }
    let action = choose()
    let outcome = world.step(
      state, action, generator.draws(for: .world, episode: episode, t: t))
    t += 1
    let ending = outcome.ending == .running && t == stepLimit ? .truncated : outcome.ending
    seenNext.observe(outcome.next, in: world)
    replayBuffer.push(
      seen, action, reward: settings.lateReward ? reward : outcome.reward, next: seenNext, ending)
    reward = outcome.reward
    let bytes = outcome.next.bytes
    try sink.record(
      Transition(
        episode: episode, state: .bytes(stateBytes), action: .index(action),
        reward: outcome.reward, next: .bytes(bytes), ending: ending))
    state = outcome.next
    stateBytes = bytes
    swap(&seen, &seenNext)
    total += outcome.reward
    step += 1
    try learnFromStep(callbacks)
    return ending
  }

  private mutating func choose() -> Int {
    let draws = generator.draws(for: .policy, episode: episodes + 1, t: t)
    let (epsilon, settings) = (epsilon, settings)
    return learner.withValues(seen) { values in
      switch settings.policy {
      case .epsilon: ActionChoice.epsilonGreedy(values, epsilon: epsilon, draws)
      case .softmax:
        ActionChoice.softmax(values, inverseTemperature: settings.inverseTemperature, draws)
      }
    }
  }

  private mutating func learnFromStep(_ callbacks: TrainingCallbacks) throws {
    learner.rate = settings.learningRate(step: step - 1, episode: episodes + 1)
    if replayBuffer.count >= settings.warmUp {
      switch settings.stepUpdate {
      case .newest: try update(callbacks) { $0.learner.learnNewest($0.replayBuffer) }
      case .batch: try learnBatch(settings.batch, callbacks)
      case .nothing: break
      }
    }
    if settings.targetEvery > 0, step % settings.targetEvery == 0 { learner.copyTarget() }
  }

  private mutating func learnBatch(_ rows: Int, _ callbacks: TrainingCallbacks) throws {
    try update(callbacks) {
      $0.learner.learnBatch($0.replayBuffer, rows: rows, $0.generator, update: $0.batches)
    }
    batches += 1
  }

  /// Updates the network once, and adds the outcome to the metrics.
  private mutating func update(
    _ callbacks: TrainingCallbacks, _ learn: (inout Self) -> QLearner.Outcome
  ) throws {
    callbacks.updateStarted?(TrainingEvent.Update(step: step, number: learner.adam.steps + 1))
    let tracing = callbacks.tracing.flatMap { $0.steps.contains(step - 1) ? $0 : nil }
    learner.isTraced = tracing != nil
    let outcome = learn(&self)
    if let tracing, let trace = learner.trace { tracing.onUpdate(step - 1, .replay(trace)) }
    guard outcome.loss.isFinite, outcome.value.isFinite else {
      let setting =
        settings.gamma >= 1
        ? "gamma (\(settings.gamma)): from 1 on, values grow without bound"
        : "learning_rate (\(learner.rate)) and clip (\(settings.clip))"
      throw TrainingError.notFinite(
        step: step, metric: "losses/td_loss", value: outcome.loss, lookAt: setting)
    }
    window.add(outcome)
    callbacks.updateEnded?(
      TrainingEvent.Update(
        step: step, number: learner.adam.steps,
        metrics: [
          Metric(step: step, name: "losses/td_loss", value: outcome.loss),
          Metric(step: step, name: "losses/q_values", value: outcome.value),
        ]))
  }

  // MARK: Episodes

  /// Ends the episode, learns from it, and begins the next; returns whether its return is the best
  /// so far.
  private mutating func endEpisode(
    _ ending: Ending, _ callbacks: TrainingCallbacks
  ) throws -> Bool {
    callbacks.episodeEnded?(
      TrainingEvent.Episode(
        number: episodes + 1, endingBefore: step, length: t, return: total, ending: ending))
    if settings.episodeBatch > 0, replayBuffer.count >= settings.warmUp {
      try learnBatch(settings.episodeBatch, callbacks)
    }
    episodes += 1
    lastReturn = total
    let isBest = settings.keepsBest && bestReturn.map { total > $0 } ?? true
    bestReturn = max(bestReturn ?? total, total)
    (t, total) = (0, 0)
    if ending == .terminated || !world.isContinuing {
      restart(from: world.start(generator.draws(for: .start, episode: episodes + 1, t: 0)))
    }
    beginEpisode()
    return isBest
  }

  mutating func restart(from start: W.State) {
    state = start
    stateBytes = start.bytes
    seen.observe(start, in: world)
  }

  mutating func beginEpisode() {
    epsilon = settings.epsilon.value(episode: episodes + 1, of: max(1, settings.episodes))
  }

  /// About two hundred points of each metric, whatever the length.
  private func isMetricDue(_ ending: Ending) -> Bool {
    if settings.steps > 0 { return step % max(1, settings.steps / 200) == 0 }
    if settings.episodes > 0 {
      return ending != .running && episodes % max(1, settings.episodes / 150) == 0
    }
    return step % 1000 == 0
  }

  private var progress: TrainingProgress {
    func share(_ done: Int, of all: Int) -> Double { all > 0 ? Double(done) / Double(all) : 0 }
    return TrainingProgress(
      step: step, episodes: episodes,
      share: max(share(episodes, of: settings.episodes), share(step, of: settings.steps)),
      lastReturn: lastReturn)
  }
}

extension [Float] {
  /// Replaces itself with the observation of a state, in place.
  mutating func observe<W: DiscreteActionWorld>(_ state: W.State, in world: W) {
    var values = mutableSpan
    world.observe(state, into: &values)
  }
}

package import Rollouts

/// Q-learning with a table: plays episodes, learns after every step, and records what happens.
package struct QTableTrainer: Trainer, Sendable {
  package let settings: QTableConfiguration
  package let stepLimit: Int
  package private(set) var table: QTable
  package var stopStep = Int.max
  private var training: QTableTrainingState
  private let dynamics: Dynamics
  private let generator: Generator
  private let snapshotInterval: Int

  /// A trainer that has learned nothing.
  package init(
    _ dynamics: Dynamics, stepLimit: Int, seed: UInt64, settings: QTableConfiguration
  ) {
    self.settings = settings
    self.dynamics = dynamics
    self.stepLimit = stepLimit
    generator = Generator(seed: seed)
    table = QTable(dynamics)
    training = QTableTrainingState(QTableEpisode(number: 1, state: dynamics.start, generator))
    snapshotInterval = settings.snapshotInterval(values: table.values.count)
  }

  /// Steps trained so far.
  package var step: Int { training.step }
  /// Episodes finished so far.
  package var episodes: Int { training.episodes }
  /// The table before the first step, which a recording begins with.
  package var initialCheckpoint: Checkpoint { table.packedCheckpoint(step: 0) }

  /// Whether every episode was played, or the limit of steps reached.
  package var isComplete: Bool {
    episodes >= settings.episodes || step >= mostSteps
  }

  private var mostSteps: Int { min(stopStep, settings.steps > 0 ? settings.steps : .max) }

  /// Plays until all is done, or until `goOn` says false; it is asked every few thousand steps. A complete
  /// run ends with a checkpoint.
  package mutating func train<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, now: () -> Double, callbacks: TrainingCallbacks,
    goOn: (TrainingProgress) -> Bool
  ) throws {
    callbacks.trainingStarted?(TrainingEvent.Training(self))
    training.window.begin(step: step, time: now())
    var isWanted = true
    var lastKept = step
    while isWanted && !isComplete {
      let stop = min(mostSteps, (step / snapshotInterval + 1) * snapshotInterval)
      isWanted = try learn(until: stop, into: &sink, now: now, callbacks, goOn: goOn)
      guard step == stop else { continue }
      try sink.record(checkpoint, callbacks)
      lastKept = step
    }
    // One that was asked to stop keeps nothing: checkpoints fall where the settings say, not the clock.
    if step > lastKept && isComplete { try sink.record(checkpoint, callbacks) }
    callbacks.trainingEnded?(TrainingEvent.Training(self))
  }

  /// All that is needed to go on from here, beside the last recorded transition.
  private var checkpoint: Checkpoint {
    var checkpoint = table.packedCheckpoint(step: step)
    checkpoint.trainingState = training.json.compact
    return checkpoint
  }

  /// Goes on from a checkpoint of a run with the same world, seed and settings, and does what that run
  /// did or would have done. Of `history` only the last transition is asked for.
  package mutating func resume(
    from checkpoint: Checkpoint, history: (Range<Int>) throws -> [Transition]
  ) throws {
    precondition(step == 0, "a trainer that has trained does not resume")
    let saved = try QTable(checkpoint)
    guard saved.states == table.states, saved.actions == table.actions else {
      throw TrainingError("the table of step \(checkpoint.step) does not fit its world")
    }
    table = saved
    guard checkpoint.step > 0 else { return }
    let last = try history(checkpoint.step - 1..<checkpoint.step).first
    guard let state = try? JSON(parsing: checkpoint.trainingState),
      case .index(let stands)? = last?.next,
      (0..<table.states).contains(stands),
      let training = QTableTrainingState(
        state, step: checkpoint.step, state: stands, dynamics.start, generator)
    else {
      throw TrainingError("the checkpoint of step \(checkpoint.step) lacks its training state")
    }
    self.training = training
  }

  /// Learns for a stretch, at whose end the table can be kept; false if it was asked to stop.
  private mutating func learn<Sink: TransitionSink & ~Copyable>(
    until stop: Int, into sink: inout Sink, now: () -> Double, _ callbacks: TrainingCallbacks,
    goOn: (TrainingProgress) -> Bool
  ) throws -> Bool {
    let (dynamics, settings, generator, stepLimit) = (dynamics, settings, generator, stepLimit)
    // About 100 points of each metric, whatever the length.
    let metricInterval = max(1, settings.episodes / 100)
    // Often enough for Ctrl-C, even within an episode of a million steps.
    let askInterval = 4096
    // A copy, which can stay in registers.
    var training = training
    defer { self.training = training }
    return try table.withUpdates { cells in
      var agent = QLearningAgent(cells, dynamics, settings)
      agent.begin(training.episode.number, settings)
      // At the same steps however short the stretches are.
      var askAt = (training.step / askInterval + 1) * askInterval
      while training.step < stop && training.episodes < settings.episodes {
        let before = training.episode.t
        if before == 0 {
          callbacks.episodeStarted?(
            TrainingEvent.Episode(number: training.episode.number, startingAt: training.step))
        }
        let end = min(stop, askAt)
        let last = min(stepLimit, before + end - training.step)
        try agent.play(&training.episode, until: last, generator, stepLimit, into: &sink)
        training.step += training.episode.t - before
        if training.episode.ending != .running {
          training.closeEpisode()
          callbacks.episodeEnded?(training.endedEpisode)
          if training.episodes % metricInterval == 0 {
            let metrics = training.window.close(agent, step: training.step, time: now())
            try sink.record(metrics, callbacks)
          }
          training.episode = QTableEpisode(
            number: training.episodes + 1, state: dynamics.start, generator)
          agent.begin(training.episode.number, settings)
        }
        guard training.step == askAt else { continue }
        askAt += askInterval
        if !goOn(training.progress(settings)) { return false }
      }
      return true
    }
  }
}

extension QLearningAgent {
  /// The settings of an episode.
  fileprivate mutating func begin(_ episode: Int, _ settings: QTableConfiguration) {
    if !settings.alpha.stays(at: alpha) {
      alpha = settings.alpha.value(episode: episode, of: settings.episodes)
    }
    if !settings.epsilon.stays(at: epsilon) {
      epsilon = settings.epsilon.value(episode: episode, of: settings.episodes)
    }
  }

  /// Plays on, learning from every step, until the episode ends or `last` steps of it are done.
  @inline(__always)
  fileprivate func play<Sink: TransitionSink & ~Copyable>(
    _ open: inout QTableEpisode, until last: Int, _ generator: Generator, _ stepLimit: Int,
    into sink: inout Sink
  ) throws {
    var episode = open
    while episode.ending == .running && episode.t < last {
      let state = episode.state
      let draws = generator.draws(for: .policy, episode: episode.number, t: episode.t)
      let action = getAction(state, episode.coins.word(episode.t), draws)
      let move = dynamics.executed(action, episode.slips.word(episode.t))
      let outcome = dynamics.outcome(state, executing: move)
      episode.state = Int(outcome.next)
      let error = update(
        state, action, nextState: episode.state, reward: outcome.reward,
        terminated: outcome.terminates)
      episode.absoluteError += abs(error)
      episode.t &+= 1
      episode.total += outcome.reward
      episode.ending =
        outcome.terminates ? .terminated : episode.t == stepLimit ? .truncated : .running
      try sink.record(
        episode: episode.number, state: state, action: action, reward: outcome.reward,
        next: episode.state, ending: episode.ending)
    }
    open = episode
  }
}

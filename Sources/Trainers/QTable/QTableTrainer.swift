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

  /// An untrained trainer.
  package init(
    _ dynamics: Dynamics, stepLimit: Int, seed: UInt64, settings: QTableConfiguration
  ) {
    self.settings = settings
    self.dynamics = dynamics
    self.stepLimit = stepLimit
    generator = Generator(seed: seed)
    table = QTable(dynamics)
    training = QTableTrainingState(QTableEpisode(number: 1, state: dynamics.start))
    snapshotInterval = settings.snapshotInterval(values: table.values.count)
  }

  /// Steps trained so far.
  package var step: Int { training.step }
  /// Episodes finished so far.
  package var episodes: Int { training.episodes }
  /// The empty table, with which a recording begins.
  package var initialCheckpoint: Checkpoint { table.packedCheckpoint(step: 0) }

  /// Whether every episode was played or the step limit was reached.
  package var isComplete: Bool {
    episodes >= settings.episodes || step >= mostSteps
  }

  private var mostSteps: Int { min(stopStep, settings.steps > 0 ? settings.steps : .max) }

  /// Plays until everything is done or until `goOn` returns false; it is called every few thousand
  /// steps. A complete run ends with a checkpoint.
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
    // A run that was asked to stop keeps no checkpoint here: the settings decide when checkpoints
    // are made, not the clock.
    if step > lastKept && isComplete { try sink.record(checkpoint, callbacks) }
    callbacks.trainingEnded?(TrainingEvent.Training(self))
  }

  /// Everything needed to continue from here, apart from the last recorded transition.
  private var checkpoint: Checkpoint {
    var checkpoint = table.packedCheckpoint(step: step)
    checkpoint.trainingState = training.json.compact
    return checkpoint
  }

  /// Continues from a checkpoint of a run with the same world, seed and settings, exactly as that
  /// run did or would have done. Only the last transition of `history` is needed.
  package mutating func resume(
    from checkpoint: Checkpoint, history: (Range<Int>) throws -> [Transition]
  ) throws {
    precondition(step == 0, "a trainer that has trained does not resume")
    let saved = try QTable(checkpoint)
    guard saved.states == table.states, saved.actions == table.actions else {
      throw TrainingError("the table of step \(checkpoint.step) does not match its world")
    }
    table = saved
    guard checkpoint.step > 0 else { return }
    let last = try history(checkpoint.step - 1..<checkpoint.step).first
    guard let state = try? JSON(parsing: checkpoint.trainingState),
      case .index(let stands)? = last?.next,
      (0..<table.states).contains(stands),
      let training = QTableTrainingState(
        state, step: checkpoint.step, state: stands, dynamics.start)
    else {
      throw TrainingError("the checkpoint of step \(checkpoint.step) lacks its training state")
    }
    self.training = training
  }

  /// Learns for a stretch, after which the table can be stored; false if it was asked to stop.
  private mutating func learn<Sink: TransitionSink & ~Copyable>(
    until stop: Int, into sink: inout Sink, now: () -> Double, _ callbacks: TrainingCallbacks,
    goOn: (TrainingProgress) -> Bool
  ) throws -> Bool {
    let (dynamics, settings, generator, stepLimit) = (dynamics, settings, generator, stepLimit)
    // About 100 points of each metric, whatever the length.
    let metricInterval = max(1, settings.episodes / 100)
    // Often enough for Ctrl-C, even within an episode of a million steps.
    let askInterval = 4096
    // A local copy can stay in registers.
    var training = training
    defer { self.training = training }
    return try table.withUpdates { cells in
      var agent = QLearningAgent(cells, dynamics, settings)
      agent.begin(training.episode.number, settings)
      var areSettled = agent.areSettled(settings)
      var untilMetrics = metricInterval - training.episodes % metricInterval
      // At the same steps however short the stretches are.
      var askAt = (training.step / askInterval + 1) * askInterval
      let stretch = Stretch(dynamics, generator, stepLimit)
      let isWatched = callbacks.episodeStarted != nil || callbacks.episodeEnded != nil
      while training.step < stop && training.episodes < settings.episodes {
        if training.episode.t == 0 {
          callbacks.episodeStarted?(
            TrainingEvent.Episode(number: training.episode.number, startingAt: training.step))
        }
        // Values that change from episode to episode, and callbacks, need a stop after each
        // episode.
        let mostEpisodes = areSettled && !isWatched ? settings.episodes - training.episodes : 1
        var parts = stretch.play(
          training.episode, agent, steps: min(stop, askAt) - training.step,
          episodes: mostEpisodes)
        while let part = parts.next() {
          training.episode = part.episode
          training.step += part.steps.count
          try sink.record(
            episode: part.episode.number, part.steps.span, next: part.episode.state,
            ending: part.episode.ending)
          guard part.episode.ending != .running else { continue }
          training.closeEpisode()
          callbacks.episodeEnded?(training.endedEpisode)
          untilMetrics -= 1
          if untilMetrics == 0 {
            untilMetrics = metricInterval
            let metrics = training.window.close(agent, step: training.step, time: now())
            try sink.record(metrics, callbacks)
          }
          training.episode = QTableEpisode(number: training.episodes + 1, state: dynamics.start)
          if !areSettled {
            agent.begin(training.episode.number, settings)
            areSettled = agent.areSettled(settings)
          }
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
  /// Applies the settings of an episode.
  fileprivate mutating func begin(_ episode: Int, _ settings: QTableConfiguration) {
    if !settings.alpha.stays(at: alpha) {
      alpha = settings.alpha.value(episode: episode, of: settings.episodes)
    }
    if !settings.epsilon.stays(at: epsilon) {
      epsilon = settings.epsilon.value(episode: episode, of: settings.episodes)
    }
  }

  /// Whether no later episode changes them.
  fileprivate func areSettled(_ settings: QTableConfiguration) -> Bool {
    settings.alpha.stays(at: alpha) && settings.epsilon.stays(at: epsilon)
  }
}

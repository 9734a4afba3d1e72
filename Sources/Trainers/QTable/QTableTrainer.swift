package import Rollouts

/// Q-learning with a table: plays episodes, learns after every step, and tells a sink.
package struct QTableTrainer: Trainer, Sendable {
  package let settings: QTableConfiguration
  package let stepLimit: Int
  package private(set) var table: QTable
  package var horizon = Int.max
  private var course: Course
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
    course = Course(Play(episode: 1, state: dynamics.start, generator))
    snapshotInterval = settings.snapshotInterval(values: table.values.count)
  }

  /// Steps trained so far.
  package var step: Int { course.step }
  /// Episodes finished so far.
  package var episodes: Int { course.episodes }
  /// The table before the first step, which a recording begins with.
  package var initialCheckpoint: Checkpoint { table.checkpoint(step: 0) }

  /// Whether every episode was played, or the limit of steps reached.
  package var isComplete: Bool {
    episodes >= settings.episodes || step >= mostSteps
  }

  private var mostSteps: Int { min(horizon, settings.steps > 0 ? settings.steps : .max) }

  /// Plays until all is done, or until `goOn` says false; it is asked every few thousand steps. `now`
  /// tells the seconds since some moment. A complete run ends with a checkpoint.
  package mutating func train<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, now: () -> Double = { 0 },
    goOn: (TrainingProgress) -> Bool = { _ in true }
  ) throws {
    course.window.begin(step: step, time: now())
    var isWanted = true
    var lastKept = step
    while isWanted && !isComplete {
      let stop = min(mostSteps, (step / snapshotInterval + 1) * snapshotInterval)
      isWanted = try learn(until: stop, into: &sink, now: now, goOn: goOn)
      guard step == stop else { continue }
      try sink.record(checkpoint)
      lastKept = step
    }
    // One that was asked to stop keeps nothing: checkpoints fall where the settings say, not the clock.
    if step > lastKept && isComplete { try sink.record(checkpoint) }
  }

  /// All that is needed to go on from here, beside the last recorded transition.
  private var checkpoint: Checkpoint {
    var checkpoint = table.checkpoint(step: step)
    checkpoint.trainingState = course.json.compact
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
      let course = Course(state, step: checkpoint.step, state: stands, dynamics.start, generator)
    else {
      throw TrainingError("the checkpoint of step \(checkpoint.step) lacks its training state")
    }
    self.course = course
  }

  /// Learns for a stretch, at whose end the table can be kept; false if it was asked to stop.
  private mutating func learn<Sink: TransitionSink & ~Copyable>(
    until stop: Int, into sink: inout Sink, now: () -> Double, goOn: (TrainingProgress) -> Bool
  ) throws -> Bool {
    let (dynamics, settings, generator, stepLimit) = (dynamics, settings, generator, stepLimit)
    // About 100 points of each metric, whatever the length.
    let metricInterval = max(1, settings.episodes / 100)
    // Often enough for Ctrl-C, even within an episode of a million steps.
    let lookInterval = 4096
    // A copy, which can stay in registers.
    var course = course
    defer { self.course = course }
    return try table.withUpdates { cells in
      var agent = QLearningAgent(cells, dynamics, settings)
      agent.begin(course.play.episode, settings)
      var lookAt = course.step + lookInterval
      while course.step < stop && course.episodes < settings.episodes {
        let before = course.play.t
        let end = min(stop, lookAt)
        let last = min(stepLimit, before + end - course.step)
        try agent.play(&course.play, until: last, generator, stepLimit, into: &sink)
        course.step += course.play.t - before
        if course.play.ending != .running {
          course.closeEpisode()
          if course.episodes % metricInterval == 0 {
            try course.window.close(agent, step: course.step, time: now(), into: &sink)
          }
          course.play = Play(episode: course.episodes + 1, state: dynamics.start, generator)
          agent.begin(course.play.episode, settings)
        }
        guard course.step == lookAt else { continue }
        lookAt += lookInterval
        if !goOn(course.progress(settings)) { return false }
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
    _ lent: inout Play, until last: Int, _ generator: Generator, _ stepLimit: Int,
    into sink: inout Sink
  ) throws {
    var play = lent
    while play.ending == .running && play.t < last {
      let state = play.state
      let draws = generator.draws(for: .policy, episode: play.episode, t: play.t)
      let action = getAction(state, play.coins.word(play.t), draws)
      let move = dynamics.executed(action, play.slips.word(play.t))
      let outcome = dynamics.outcome(state, executing: move)
      play.state = Int(outcome.next)
      let error = update(
        state, action, nextState: play.state, reward: outcome.reward,
        terminated: outcome.terminates)
      play.absoluteError += abs(error)
      play.t &+= 1
      play.total += outcome.reward
      play.ending =
        outcome.terminates ? .terminated : play.t == stepLimit ? .truncated : .running
      try sink.record(
        episode: play.episode, state: state, action: action, reward: outcome.reward,
        next: play.state, ending: play.ending)
    }
    lent = play
  }
}

package import Rollouts

/// Q-learning with a table: plays episodes, learns after every step, and tells a sink.
package struct QTableTrainer: Trainer, Sendable {
  package let settings: QTableConfiguration
  package let stepLimit: Int
  package private(set) var table: QTable
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
    episodes >= settings.episodes || (settings.steps > 0 && step >= settings.steps)
  }

  /// Plays until all is done, or until `goOn` says false; it is asked every few thousand steps. `now`
  /// tells the seconds since some moment. A complete run ends with a checkpoint.
  package mutating func train<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, now: () -> Double = { 0 },
    goOn: (TrainingProgress) -> Bool = { _ in true }
  ) throws {
    course.window = MetricWindow(step: step, time: now())
    var isWanted = true
    var lastKept = step
    while isWanted && !isComplete {
      let limit = settings.steps > 0 ? settings.steps : Int.max
      let stop = min(limit, (step / snapshotInterval + 1) * snapshotInterval)
      isWanted = try learn(until: stop, into: &sink, now: now, goOn: goOn)
      guard step == stop else { continue }
      try sink.record(table.checkpoint(step: step))
      lastKept = step
    }
    // One that was asked to stop keeps nothing: checkpoints fall where the settings say, not the clock.
    if step > lastKept && isComplete { try sink.record(table.checkpoint(step: step)) }
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

/// How far a run has come, with the episode that is open.
private struct Course {
  var step = 0
  var episodes = 0
  var lastReturn = 0.0
  var play: Play
  var window = MetricWindow(step: 0, time: 0)

  init(_ play: Play) { self.play = play }

  mutating func closeEpisode() {
    episodes += 1
    lastReturn = play.total
    window.add(play)
  }

  func progress(_ settings: QTableConfiguration) -> TrainingProgress {
    let byEpisode = Double(episodes) / Double(settings.episodes)
    let byStep = settings.steps > 0 ? Double(step) / Double(settings.steps) : 0
    return TrainingProgress(
      step: step, episodes: episodes, share: max(byEpisode, byStep), lastReturn: lastReturn)
  }
}

/// An episode while it is played.
private struct Play {
  let episode: Int
  var state: Int
  var t = 0
  var total = 0.0
  var absoluteError = 0.0
  var ending = Ending.running
  var coins: EpisodeWords
  var slips: EpisodeWords

  init(episode: Int, state: Int, _ generator: Generator) {
    self.episode = episode
    self.state = state
    coins = EpisodeWords(generator, .policy, episode: episode)
    slips = EpisodeWords(generator, .world, episode: episode)
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

/// What is averaged between two points of the metrics.
private struct MetricWindow {
  private var step: Int
  private var time: Double
  private var absoluteError = 0.0
  private var count = 0

  init(step: Int, time: Double) {
    self.step = step
    self.time = time
  }

  mutating func add(_ play: Play) {
    absoluteError += play.absoluteError
    count += play.t
  }

  mutating func close<Sink: TransitionSink & ~Copyable>(
    _ agent: borrowing QLearningAgent, step: Int, time: Double, into sink: inout Sink
  ) throws {
    let points = [
      ("charts/epsilon", agent.epsilon), ("charts/learning_rate", agent.alpha),
      ("losses/td_error", absoluteError / Double(max(1, count))),
    ]
    for (name, value) in points {
      try sink.record(Metric(step: step, name: name, value: value))
    }
    if time > self.time {
      let rate = Double(step - self.step) / (time - self.time)
      try sink.record(Metric(step: step, name: "charts/SPS", value: rate))
    }
    self = MetricWindow(step: step, time: time)
  }
}

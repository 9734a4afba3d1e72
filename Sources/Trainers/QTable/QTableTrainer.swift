package import Rollouts

/// How far training has come.
package struct TrainingProgress: Sendable {
  package var step: Int
  /// Episodes finished.
  package var episodes: Int
  /// The part of the whole that is done, 0 to 1.
  package var share: Double
  /// The return of the episode finished last.
  package var lastReturn: Double
}

/// Q-learning with a table: plays episodes, learns after every step, and tells a sink.
package struct QTableTrainer: Sendable {
  package let settings: QTableConfiguration
  package let stepLimit: Int
  package private(set) var agent: QLearningAgent
  /// Steps trained so far.
  package private(set) var step = 0
  /// Episodes finished so far.
  package private(set) var episodes = 0
  private let dynamics: Dynamics
  private let generator: Generator
  private let snapshotInterval: Int
  private var nextSnapshot: Int

  /// A trainer that has learned nothing.
  package init(
    _ dynamics: Dynamics, stepLimit: Int, seed: UInt64, settings: QTableConfiguration
  ) {
    self.settings = settings
    self.dynamics = dynamics
    self.stepLimit = stepLimit
    generator = Generator(seed: seed)
    agent = QLearningAgent(dynamics, settings)
    snapshotInterval = settings.snapshotInterval(values: agent.table.values.count)
    nextSnapshot = snapshotInterval
  }

  /// The table before the first step, which a recording begins with.
  package var initialCheckpoint: Checkpoint { agent.table.checkpoint(step: 0) }

  /// Whether every episode was played, or the limit of steps reached.
  package var isComplete: Bool {
    episodes >= settings.episodes || (settings.steps > 0 && step >= settings.steps)
  }

  /// Plays until all is done, or until `goOn` says false; it is asked now and then at the end of an
  /// episode. `now` tells the seconds since some moment. Ends with a checkpoint.
  package mutating func train<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, now: () -> Double = { 0 },
    goOn: (TrainingProgress) -> Bool = { _ in true }
  ) throws {
    // About 200 points of each metric, whatever the length.
    let metricInterval = max(1, settings.episodes / 200)
    var window = MetricWindow(step: step, time: now())
    var nextLook = step + 4096
    while !isComplete {
      let played = try playEpisode(into: &sink, window: &window)
      if episodes % metricInterval == 0 {
        try window.close(agent, step: step, time: now(), into: &sink)
      }
      guard step >= nextLook else { continue }
      nextLook = step + 4096
      let progress = TrainingProgress(
        step: step, episodes: episodes, share: share, lastReturn: played)
      if !goOn(progress) { return }
    }
    if step > nextSnapshot - snapshotInterval {
      try sink.record(agent.table.checkpoint(step: step))
    }
  }

  private var share: Double {
    let byEpisode = Double(episodes) / Double(settings.episodes)
    return settings.steps > 0 ? max(byEpisode, Double(step) / Double(settings.steps)) : byEpisode
  }

  /// Plays and learns from one episode; returns its return.
  private mutating func playEpisode<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, window: inout MetricWindow
  ) throws -> Double {
    let episode = episodes + 1
    let last = settings.steps > 0 ? min(stepLimit, settings.steps - step) : stepLimit
    agent.alpha = settings.alpha.value(episode: episode, of: settings.episodes)
    agent.epsilon = settings.epsilon.value(episode: episode, of: settings.episodes)
    var coins = EpisodeWords(generator, .policy, episode: episode)
    var slips = EpisodeWords(generator, .world, episode: episode)
    var state = dynamics.start
    var total = 0.0
    var t = 0
    var ending = Ending.running
    while ending == .running && t < last {
      let draws = generator.draws(for: .policy, episode: episode, t: t)
      let action = agent.getAction(state, coins.word(t), draws)
      let move = dynamics.executed(action, slips.word(t))
      let outcome = dynamics.outcome(state, executing: move)
      let next = Int(outcome.next)
      let error = agent.update(
        state, action, nextState: next, reward: outcome.reward, terminated: outcome.terminates)
      window.add(error)
      t += 1
      ending = outcome.terminates ? .terminated : t == stepLimit ? .truncated : .running
      try sink.record(
        episode: episode, state: state, action: action, reward: outcome.reward, next: next,
        ending: ending)
      total += outcome.reward
      state = next
      step += 1
      if step == nextSnapshot {
        nextSnapshot += snapshotInterval
        try sink.record(agent.table.checkpoint(step: step))
      }
    }
    episodes = episode
    return total
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

  @inline(__always)
  mutating func add(_ error: Double) {
    absoluteError += abs(error)
    count += 1
  }

  mutating func close<Sink: TransitionSink & ~Copyable>(
    _ agent: QLearningAgent, step: Int, time: Double, into sink: inout Sink
  ) throws {
    guard count > 0 else { return }
    let points = [
      ("charts/epsilon", agent.epsilon), ("charts/learning_rate", agent.alpha),
      ("losses/td_error", absoluteError / Double(count)),
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

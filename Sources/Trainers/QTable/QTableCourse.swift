import Rollouts

/// How far a run has come, with the episode that is open.
struct Course {
  var step = 0
  var episodes = 0
  var lastReturn = 0.0
  var play: Play
  var window = MetricWindow(step: 0, time: 0)

  init(_ play: Play) { self.play = play }

  /// What a checkpoint keeps of it.
  var json: JSON {
    [
      "episodes": .integer(episodes), "last_return": .number(lastReturn),
      "t": .integer(play.t), "return": .number(play.total), "error": .number(play.absoluteError),
      "window": window.json,
    ]
  }

  /// The course that a checkpoint kept; its last step led to `state`.
  init?(_ saved: JSON, step: Int, state: Int, _ start: Int, _ generator: Generator) {
    guard let episodes = saved["episodes"]?.int, let t = saved["t"]?.int, episodes >= 0, t >= 0,
      let total = saved["return"]?.double, let lastReturn = saved["last_return"]?.double,
      let error = saved["error"]?.double,
      let window = saved["window"].flatMap(MetricWindow.init(json:))
    else { return nil }
    play = Play(episode: episodes + 1, state: t == 0 ? start : state, generator)
    (play.t, play.total, play.absoluteError) = (t, total, error)
    (self.step, self.episodes, self.lastReturn, self.window) = (step, episodes, lastReturn, window)
  }

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
struct Play {
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

/// What is averaged between two points of the metrics.
struct MetricWindow {
  private var step: Int
  private var time: Double
  private var absoluteError = 0.0
  private var count = 0

  init(step: Int, time: Double) {
    self.step = step
    self.time = time
  }

  /// Where the clock begins; what was added up before goes on.
  mutating func begin(step: Int, time: Double) { (self.step, self.time) = (step, time) }

  /// The sums, for a checkpoint.
  var json: JSON { ["error": .number(absoluteError), "count": .integer(count)] }

  init?(json: JSON) {
    guard let error = json["error"]?.double, let count = json["count"]?.int else { return nil }
    self.init(step: 0, time: 0)
    (absoluteError, self.count) = (error, count)
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

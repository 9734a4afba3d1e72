import Rollouts

/// The progress of a run, including the open episode.
struct QTableTrainingState {
  var step = 0
  var episodes = 0
  var lastReturn = 0.0
  var episode: QTableEpisode
  var window = MetricWindow(step: 0, time: 0)

  init(_ episode: QTableEpisode) { self.episode = episode }

  /// The part that a checkpoint stores.
  var json: JSON {
    [
      "episodes": .integer(episodes), "last_return": .number(lastReturn),
      "t": .integer(episode.t), "return": .number(episode.total),
      "error": .number(episode.absoluteError),
      "window": window.json,
    ]
  }

  /// The state in a checkpoint; the last step led to `state`.
  init?(_ saved: JSON, step: Int, state: Int, _ start: Int) {
    guard let episodes = saved["episodes"]?.count, let t = saved["t"]?.count,
      let total = saved["return"]?.double, let lastReturn = saved["last_return"]?.double,
      let error = saved["error"]?.double,
      let window = saved["window"].flatMap(MetricWindow.init(json:))
    else { return nil }
    episode = QTableEpisode(number: episodes + 1, state: t == 0 ? start : state)
    (episode.t, episode.total, episode.absoluteError) = (t, total, error)
    (self.step, self.episodes, self.lastReturn, self.window) = (step, episodes, lastReturn, window)
  }

  mutating func closeEpisode() {
    episodes += 1
    lastReturn = episode.total
    window.add(episode)
  }

  /// The last completed episode, before another begins.
  var endedEpisode: TrainingEvent.Episode {
    TrainingEvent.Episode(
      number: episode.number, endingBefore: step, length: episode.t, return: episode.total,
      ending: episode.ending)
  }

  func progress(_ settings: QTableConfiguration) -> TrainingProgress {
    let byEpisode = Double(episodes) / Double(settings.episodes)
    let byStep = settings.steps > 0 ? Double(step) / Double(settings.steps) : 0
    return TrainingProgress(
      step: step, episodes: episodes, share: max(byEpisode, byStep), lastReturn: lastReturn)
  }
}

/// An episode while it is played.
struct QTableEpisode {
  let number: Int
  var state: Int
  var t = 0
  var total = 0.0
  var absoluteError = 0.0
  var ending = Ending.running

  init(number: Int, state: Int) {
    self.number = number
    self.state = state
  }
}

/// The averages between two points of the metrics.
struct MetricWindow {
  private var step: Int
  private var time: Double
  private var absoluteError = 0.0
  private var count = 0

  init(step: Int, time: Double) {
    self.step = step
    self.time = time
  }

  /// Starts the clock; the sums are kept.
  mutating func begin(step: Int, time: Double) { (self.step, self.time) = (step, time) }

  /// The sums, for a checkpoint.
  var json: JSON { ["error": .number(absoluteError), "count": .integer(count)] }

  init?(json: JSON) {
    guard let error = json["error"]?.double, let count = json["count"]?.count else { return nil }
    self.init(step: 0, time: 0)
    (absoluteError, self.count) = (error, count)
  }

  mutating func add(_ episode: QTableEpisode) {
    absoluteError += episode.absoluteError
    count += episode.t
  }

  /// The metrics of this window; a new window begins.
  mutating func close(
    _ agent: borrowing QLearningAgent, step: Int, time: Double
  ) -> [Metric] {
    var points = [
      ("charts/epsilon", agent.epsilon), ("charts/learning_rate", agent.alpha),
      ("losses/td_error", absoluteError / Double(max(1, count))),
    ]
    if time > self.time {
      points.append(("charts/SPS", Double(step - self.step) / (time - self.time)))
    }
    self = MetricWindow(step: step, time: time)
    return points.map { Metric(step: step, name: $0.0, value: $0.1) }
  }
}

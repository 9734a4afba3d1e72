import Rollouts

/// What is averaged between two points of the metrics. Its sums go into checkpoints, so that a resumed
/// run tells the same.
struct DQNWindow: Sendable, Equatable {
  private(set) var loss = 0.0
  private(set) var value = 0.0
  private(set) var updates = 0
  private var clock: (step: Int, time: Double)?

  static func == (one: DQNWindow, other: DQNWindow) -> Bool { one.json == other.json }

  mutating func start(step: Int, time: Double) { clock = (step, time) }

  mutating func add(_ outcome: QLearner.Outcome) {
    loss += outcome.loss
    value += outcome.value
    updates += 1
  }

  /// Tells the means, and begins again.
  mutating func close<Sink: TransitionSink & ~Copyable>(
    _ settings: DQNConfiguration, episode: Int, step: Int, rate: Double, time: Double,
    into sink: inout Sink
  ) throws {
    var points: [(String, Double)] = [("charts/learning_rate", rate)]
    switch settings.policy {
    case .epsilon:
      let epsilon = settings.epsilon.value(episode: episode, of: max(1, settings.episodes))
      points.append(("charts/epsilon", epsilon))
    case .softmax: points.append(("charts/temperature", settings.temperature))
    }
    if updates > 0 {
      points.append(("losses/td_loss", loss / Double(updates)))
      points.append(("losses/q_values", value / Double(updates)))
    }
    for (name, value) in points {
      try sink.record(Metric(step: step, name: name, value: value))
    }
    if let clock, time > clock.time {
      let rate = Double(step - clock.step) / (time - clock.time)
      try sink.record(Metric(step: step, name: "charts/SPS", value: rate))
    }
    self = DQNWindow()
    clock = (step, time)
  }

  var json: JSON {
    ["loss": .number(loss), "value": .number(value), "updates": .integer(updates)]
  }

  init() {}

  init?(json: JSON?) {
    guard let loss = json?["loss"]?.double, let value = json?["value"]?.double,
      let updates = json?["updates"]?.int
    else { return nil }
    (self.loss, self.value, self.updates) = (loss, value, updates)
  }
}

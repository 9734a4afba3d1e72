import Rollouts

/// The averages between two points of the metrics. Its sums are in checkpoints, so that a resumed
/// run records the same values.
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

  /// The metrics of this window; a new window begins.
  mutating func close(
    _ settings: DQNConfiguration, episode: Int, step: Int, rate: Double, time: Double
  ) -> [Metric] {
    var points: [(String, Double)] = [("charts/learning_rate", rate)]
    switch settings.policy {
    case .epsilon:
      let epsilon = settings.epsilon.value(episode: episode, of: max(1, settings.episodes))
      points.append(("charts/epsilon", epsilon))
    case .softmax: points.append(("charts/temperature", settings.inverseTemperature))
    }
    if updates > 0 {
      points.append(("losses/td_loss", loss / Double(updates)))
      points.append(("losses/q_values", value / Double(updates)))
    }
    if let clock, time > clock.time {
      points.append(("charts/SPS", Double(step - clock.step) / (time - clock.time)))
    }
    self = DQNWindow()
    clock = (step, time)
    return points.map { Metric(step: step, name: $0.0, value: $0.1) }
  }

  var json: JSON {
    ["loss": .number(loss), "value": .number(value), "updates": .integer(updates)]
  }

  init() {}

  init?(json: JSON?) {
    guard let loss = json?["loss"]?.double, let value = json?["value"]?.double,
      let updates = json?["updates"]?.count
    else { return nil }
    (self.loss, self.value, self.updates) = (loss, value, updates)
  }
}

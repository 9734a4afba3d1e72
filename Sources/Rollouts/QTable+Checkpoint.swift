/// The part of a Q-table run's configuration that determines the table. From it and the log, the
/// table at any step can be rebuilt.
///
/// ```swift
/// let rule = QTableRule(alpha: .linear(from: 0.5, to: 0.01), gamma: 0.99, episodes: 1000)
/// rule.alpha(episode: 1)                             // 0.5
/// QTableRule(configuration: rule.configuration)      // the same rule
/// ```
public struct QTableRule: Sendable, Equatable {
  /// The learning rate, by episode (α).
  public var alpha: Schedule
  /// The discount of future reward (γ).
  public var gamma: Double
  /// How many episodes the schedules run over.
  public var episodes: Int
  /// How the update is computed.
  public var form: Form

  /// Two ways to compute one update, which differ in the last bits.
  public enum Form: String, Sendable {
    /// Q ← (1 − α) Q + α (r + γ max Q′), as Reel's own trainer does.
    case blend
    /// Q ← Q + α (r + γ max Q′ − Q), as most programs write it.
    case error
  }

  /// A rule from its values.
  public init(alpha: Schedule, gamma: Double, episodes: Int, form: Form = .blend) {
    self.alpha = alpha
    self.gamma = gamma
    self.episodes = episodes
    self.form = form
  }

  /// The rule as part of a run's configuration: `alpha`, `gamma` and `episodes`.
  public var configuration: JSON {
    ["alpha": alpha.json, "gamma": .number(gamma), "episodes": .integer(episodes)]
  }

  /// The rule in a recorded configuration; nil where the configuration is not a Q-table's.
  public init?(configuration: JSON) {
    guard let gamma = configuration["gamma"]?.double,
      let episodes = configuration["episodes"]?.int,
      let alpha = configuration["alpha"].flatMap(Schedule.init(json:))
    else { return nil }
    self.init(alpha: alpha, gamma: gamma, episodes: episodes)
  }

  /// The rule that the author of another program's recording declared; nil where it is unknown.
  package init?(declared json: JSON) {
    guard json["rule"]?.text == "q-learning", let gamma = json["gamma"]?.double,
      let alpha = json["alpha"].flatMap(Schedule.init(json:)),
      let form = json["form"]?.text.flatMap(Form.init(rawValue:))
    else { return nil }
    self.init(alpha: alpha, gamma: gamma, episodes: json["episodes"]?.int ?? 1, form: form)
  }

  /// The learning rate in an episode; episodes count from 1.
  public func alpha(episode: Int) -> Double { alpha.value(episode: episode, of: episodes) }
}

extension QTable {
  /// The kind of a Q-table's checkpoints.
  public static let checkpointKind = "qtable"

  /// The table as a checkpoint: a safetensors file with the tensors `q` and `visits`.
  public func checkpoint(step: Int) -> Checkpoint {
    let shape = [states, actions]
    let tensors = [
      Tensor("q", doubles: values, shape: shape), Tensor("visits", words: visits, shape: shape),
    ]
    return Checkpoint(
      step: step, kind: Self.checkpointKind, parameters: Safetensors(tensors).encoded())
  }

  /// The table of a checkpoint.
  public init(_ checkpoint: Checkpoint) throws(SafetensorsError) {
    let file = try Safetensors(decoding: checkpoint.unpacked().parameters)
    let (q, visits) = (try file.tensor("q"), try file.tensor("visits"))
    guard q.shape.count == 2, q.shape == visits.shape, q.shape[0] > 0, q.shape[1] > 0 else {
      throw SafetensorsError("a Q-table's tensors q and visits must have the same two dimensions")
    }
    let (values, counts) = (try q.doubles(), try visits.words())
    guard values.allSatisfy({ $0 < .infinity }) else {
      throw SafetensorsError("a Q-table's values must be numbers, or −∞ where an action is illegal")
    }
    self.init(states: q.shape[0], actions: q.shape[1])
    valueStorage = values
    visitStorage = counts
  }
}

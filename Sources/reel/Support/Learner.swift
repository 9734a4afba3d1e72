import Rollouts
import Trainers

/// The settings of one of the trainers.
enum Learner: Sendable {
  case qTable(QTableConfiguration)
  case dqn(DQNConfiguration)
  case ppo(PPOConfiguration)

  /// The trainer's name, as recordings keep it.
  var name: String {
    switch self {
    case .qTable: Self.qTableName
    case .dqn: Self.dqnName
    case .ppo: Self.ppoName
    }
  }

  static let qTableName = "qtable"
  static let dqnName = "dqn"
  static let ppoName = "ppo"

  /// The settings of a recording's trainer.
  init(_ run: RunDescription) throws {
    switch run.trainer {
    case Self.qTableName:
      var settings = QTableConfiguration()
      try settings.restore(run.configuration)
      self = .qTable(settings)
    case Self.dqnName:
      var settings = DQNConfiguration()
      try settings.restore(run.configuration)
      self = .dqn(settings)
    case Self.ppoName:
      var settings = PPOConfiguration()
      try settings.restore(run.configuration)
      self = .ppo(settings)
    default:
      throw Failure.failed("\(run.trainer) made this recording, which this program does not know")
    }
  }

  /// Every setting with its value and its meaning.
  var settings: [(member: JSON.Member, help: String)] {
    switch self {
    case .qTable(let settings): settings.explained
    case .dqn(let settings): settings.explained
    case .ppo(let settings): settings.explained
    }
  }

  /// Sets one setting; false where there is none of that name.
  mutating func set(_ name: String, to value: String) throws(SettingError) -> Bool {
    switch self {
    case .qTable(var settings):
      defer { self = .qTable(settings) }
      return try settings.set(name, to: value)
    case .dqn(var settings):
      defer { self = .dqn(settings) }
      return try settings.set(name, to: value)
    case .ppo(var settings):
      defer { self = .ppo(settings) }
      return try settings.set(name, to: value)
    }
  }

  /// What kind of network decides, where PPO learns.
  var policy: PolicyKind? {
    if case .ppo(let settings) = self { return settings.policy }
    return nil
  }

  /// Whether the number of episodes ends a run.
  var isByEpisodes: Bool {
    switch self {
    case .qTable: true
    case .dqn(let settings): settings.episodes > 0
    case .ppo: false
    }
  }

  /// Lets the schedules that run over all episodes stay what they are after so many.
  mutating func holdSchedules(from episode: Int) {
    switch self {
    case .qTable(var settings):
      settings.alpha = settings.alpha.held(at: episode, of: settings.episodes)
      settings.epsilon = settings.epsilon.held(at: episode, of: settings.episodes)
      self = .qTable(settings)
    case .dqn(var settings):
      settings.epsilon = settings.epsilon.held(at: episode, of: settings.episodes)
      settings.learningRate = settings.learningRate.held(at: episode, of: settings.episodes)
      self = .dqn(settings)
    case .ppo: break
    }
  }

  /// How many worlds are played side by side.
  var worlds: Int {
    if case .ppo(let settings) = self { return settings.worlds }
    return 1
  }

  /// More steps than these cannot be taken.
  func mostSteps(stepLimit: Int) -> Int {
    switch self {
    case .qTable(let settings): settings.mostSteps(stepLimit: stepLimit)
    case .dqn(let settings): settings.mostSteps(stepLimit: stepLimit)
    case .ppo(let settings): settings.steps
    }
  }
}

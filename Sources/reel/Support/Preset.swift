import Glibc
import Rollouts
import Trainers
import Worlds

/// A named set of settings for one world: ours, or those of a published original.
struct Preset: Sendable {
  var name: String
  var help: String
  var learner: Learner
  /// Settings of the world, or others of the learner, as `--set` takes them.
  var overrides: [(name: String, value: String)] = []

  /// A world's presets, the default first.
  static func all(for world: String) -> [Preset] {
    switch world {
    case "maze": maze
    case "lake": lake
    case "grid":
      [Preset("default", "CS188's: α .5, γ .9, ε .3, noise .2", table(2000, 0.5, 0.9, 0.3))]
    case "crawler": [Preset("default", "CS188's: α .8, γ .8, ε .5", table(50, 0.8, 0.8, 0.5))]
    case "snake": snake
    case "city": city
    case "breakout": breakout
    default: reacher
    }
  }

  private init(
    _ name: String, _ help: String, _ learner: Learner,
    _ overrides: [(name: String, value: String)] = []
  ) {
    self.name = name
    self.help = help
    self.learner = learner
    self.overrides = overrides
  }

  private static let maze = [
    Preset("default", "ties at random", .qTable(QTableConfiguration())),
    Preset(
      "original", "the learning lab's: ties to the first", .qTable(QTableConfiguration()),
      [("ties", "first")]),
  ]

  private static let lake = [
    Preset("default", "both rates fade, ties at random", lakeTable),
    Preset(
      "original", "the usual student recipe: constant α, ties to the first", lakeTable,
      [
        ("episodes", "10000"), ("alpha", "0.1"), ("gamma", "0.99"),
        ("epsilon", "exponential(1,\(exp(-0.001)),0.01)"), ("ties", "first"),
      ]),
    Preset(
      "gymnasium", "the Gymnasium tutorial's: ice that is not slippery", lakeTable,
      [
        ("noise", "0"), ("alpha", "0.8"), ("gamma", "0.95"), ("epsilon", "0.1"),
        ("episodes", "2000"),
      ]),
  ]

  private static let snake = [
    Preset(
      "default", "the chat's eleven bits and 11-256-3 network, its target detached", .dqn(.snake)),
    Preset(
      "original", "the same as published: a residual gradient by accident", .dqn(.snakeOriginal)),
    Preset(
      "strong", "sees the room that each move leaves it", .dqn(.snakeStrong),
      [("observation", "strong")]),
  ]

  private static let city = [
    Preset("default", "a satnav and two hidden layers", .dqn(.city)),
    Preset(
      "course", "the five published inputs, their faults repaired", .dqn(.cityCourse),
      CityRules.course.overrides),
    Preset(
      "original", "the same with the faults of the published copies", .dqn(.cityOriginal),
      CityRules.original.overrides),
  ]

  private static let breakout = [
    Preset("default", "ball, paddle and bricks as numbers, two networks", .ppo(.breakout)),
    Preset(
      "gpt", "a small transformer that reads patches of characters", .ppo(.breakoutGPT),
      [("observation", "patches"), ("patch_rows", "12"), ("trail", "yes")]),
    Preset(
      "original", "the published transformer over all 1943 characters: weeks on two cores",
      .ppo(.breakoutOriginal), [("observation", "characters")]),
    Preset(
      "original-readme", "the same by its page: 4 M steps, ten times the rate",
      .ppo(.breakoutOriginalReadme), [("observation", "characters")]),
  ]

  private static let reacher = [
    Preset("default", "two networks, observations and returns scaled", .ppo(.reacher)),
    Preset("lab", "the learning lab's: nothing scaled, its faults repaired", .ppo(.reacherLab)),
  ]

  private static let lakeTable: Learner = {
    var settings = QTableConfiguration()
    settings.episodes = 10_000
    settings.alpha = .linear(from: 0.1, to: 0.001)
    settings.epsilon = .exponential(from: 1, factor: exp(-0.0003), floor: 0)
    return .qTable(settings)
  }()

  private static func table(
    _ episodes: Int, _ alpha: Double, _ gamma: Double, _ epsilon: Double
  ) -> Learner {
    var settings = QTableConfiguration()
    settings.episodes = episodes
    settings.alpha = .constant(alpha)
    settings.gamma = gamma
    settings.epsilon = .constant(epsilon)
    return .qTable(settings)
  }
}

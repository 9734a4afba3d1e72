import Glibc
import Rollouts
import Trainers
import Worlds

/// Every built-in trainer, with presets for the worlds that it can train on. A new trainer is a
/// folder in `Trainers`, its `TrainerSettings` beside this file, and an entry here.
package enum BuiltInTrainers {
  /// The table of all trainers.
  package static let table = TrainerTable([
    TrainerEntry(QTableConfiguration(), presets: qTable),
    TrainerEntry(DQNConfiguration(), presets: dqn),
    TrainerEntry(PPOConfiguration(), presets: ppo),
    TrainerEntry(TextConfiguration(), presets: text),
  ])

  private static let qTable = [
    Preset("default", of: "maze", "ties at random", QTableConfiguration()),
    Preset(
      "original", of: "maze", "the learning lab's: ties to the first", QTableConfiguration(),
      [("ties", "first")]),
    Preset("default", of: "lake", "both rates fade, ties at random", lakeTable),
    Preset(
      "original", of: "lake", "the usual student recipe: constant α, ties to the first", lakeTable,
      [
        ("episodes", "10000"), ("alpha", "0.1"), ("gamma", "0.99"),
        ("epsilon", "exponential(1,\(exp(-0.001)),0.01)"), ("ties", "first"),
      ]),
    Preset(
      "gymnasium", of: "lake", "the Gymnasium tutorial's: ice that is not slippery", lakeTable,
      [
        ("noise", "0"), ("alpha", "0.8"), ("gamma", "0.95"), ("epsilon", "0.1"),
        ("episodes", "2000"),
      ]),
    Preset(
      "default", of: "grid", "CS188's: α .5, γ .9, ε .3, noise .2", table(2000, 0.5, 0.9, 0.3)),
    Preset("default", of: "crawler", "CS188's: α .8, γ .8, ε .5", table(50, 0.8, 0.8, 0.5)),
  ]

  private static let dqn = [
    Preset(
      "default", of: "snake", "the chat's eleven bits and 11-256-3 network, a batch every step",
      DQNConfiguration.snake),
    Preset(
      "original", of: "snake", "the same as published: every step learns from the newest alone",
      DQNConfiguration.snakeOriginal, [("patience_counts_head", "yes")]),
    Preset(
      "strong", of: "snake", "sees ways around its body, and the space that each move leaves it",
      DQNConfiguration.snakeStrong, [("observation", "paths")]),
    Preset("default", of: "city", "a satnav and two hidden layers", DQNConfiguration.city),
    Preset(
      "course", of: "city", "the five published inputs, their faults fixed",
      DQNConfiguration.cityCourse, CityRules.course.overrides),
    Preset(
      "original", of: "city", "the same with the faults of the published copies",
      DQNConfiguration.cityOriginal, CityRules.original.overrides),
  ]

  private static let ppo = [
    Preset(
      "default", of: "breakout", "ball, paddle and bricks as numbers, two networks",
      PPOConfiguration.breakout),
    Preset(
      "gpt", of: "breakout", "a small transformer that reads patches of characters",
      PPOConfiguration.breakoutGPT, patches),
    Preset(
      "original", of: "breakout",
      "the published transformer over all 1943 characters: weeks on two cores",
      PPOConfiguration.breakoutOriginal, [("observation", "characters")]),
    Preset(
      "original-readme", of: "breakout", "the same by its README: 4 M steps, ten times the rate",
      PPOConfiguration.breakoutOriginalReadme, [("observation", "characters")]),
    Preset(
      "cluster", of: "breakout",
      "gpt for up to eight processes: eight shards, evaluations of eight episodes",
      PPOConfiguration.breakoutGPT, patches + [("shards", "8"), ("evaluation_episodes", "8")]),
    Preset(
      "cluster-features", of: "breakout", "default for up to eight processes: eight shards",
      PPOConfiguration.breakout, [("shards", "8")]),
    Preset(
      "default", of: "reacher", "two networks, observations and returns scaled",
      PPOConfiguration.reacher),
    Preset(
      "lab", of: "reacher", "the learning lab's: nothing scaled, its faults fixed",
      PPOConfiguration.reacherLab),
    Preset(
      "cluster", of: "reacher", "default for up to eight processes: eight shards",
      PPOConfiguration.reacher, [("shards", "8")]),
  ]

  /// What a small transformer sees of Breakout.
  private static let patches = [("observation", "patches"), ("patch_rows", "12"), ("trail", "yes")]
    .map { (name: $0.0, value: $0.1) }

  private static let text = [
    Preset(
      "small", of: TrainingText.subjectName, "4 layers, width 128, context 64: a minute or two",
      TextConfiguration()),
    Preset(
      "nano", of: TrainingText.subjectName, "2 layers, width 32, context 32: seconds",
      TextConfiguration.nano),
    Preset(
      "original", of: TrainingText.subjectName,
      "nanoGPT's 6 layers, width 384, context 256: hours on two cores", TextConfiguration.original),
    Preset(
      "cluster", of: TrainingText.subjectName,
      "original for up to eight processes: eight shards", TextConfiguration.original,
      [("shards", "8")]),
  ]

  /// On the 8×8 lake the best table is the greedy one for γ from .9936 to .9956; with other values some states
  /// prefer an action that is worse under the step limit. Two actions differ by less than a thousandth there,
  /// and it takes 60,000 episodes to find the better one.
  private static let lakeTable: QTableConfiguration = {
    var settings = QTableConfiguration()
    settings.episodes = 60_000
    settings.alpha = .cosine(from: 0.1, to: 0)
    settings.gamma = 0.9953
    settings.epsilon = .linear(from: 0.6, to: 0)
    return settings
  }()

  private static func table(
    _ episodes: Int, _ alpha: Double, _ gamma: Double, _ epsilon: Double
  ) -> QTableConfiguration {
    var settings = QTableConfiguration()
    settings.episodes = episodes
    settings.alpha = .constant(alpha)
    settings.gamma = gamma
    settings.epsilon = .constant(epsilon)
    return settings
  }
}

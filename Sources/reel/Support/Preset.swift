import Glibc
import Rollouts
import Trainers

/// A named set of settings for one world: ours, or those of a published original.
struct Preset: Sendable {
  var name: String
  var help: String
  /// Settings that differ from the first preset of the world, as `--set` takes them.
  var overrides: [(name: String, value: String)] = []

  /// A world's presets, the default first.
  static func all(for world: String) -> [Preset] {
    switch world {
    case "maze":
      [
        Preset(name: "default", help: "ties at random"),
        Preset(
          name: "original", help: "the learning lab's: ties to the first",
          overrides: [("ties", "first")]
        ),
      ]
    case "lake":
      [
        Preset(name: "default", help: "both rates fade, ties at random"),
        Preset(
          name: "original", help: "the usual student recipe: constant α, ties to the first",
          overrides: [
            ("episodes", "10000"), ("alpha", "0.1"), ("gamma", "0.99"),
            ("epsilon", "exponential(1,\(exp(-0.001)),0.01)"), ("ties", "first"),
          ]),
        Preset(
          name: "gymnasium", help: "the Gymnasium tutorial's: ice that is not slippery",
          overrides: [
            ("noise", "0"), ("alpha", "0.8"), ("gamma", "0.95"), ("epsilon", "0.1"),
            ("episodes", "2000"),
          ]),
      ]
    case "grid": [Preset(name: "default", help: "CS188's: α .5, γ .9, ε .3, noise .2")]
    default: [Preset(name: "default", help: "CS188's: α .8, γ .8, ε .5")]
    }
  }

  /// The settings that a world's Q-table learns well with.
  static func settings(for world: String) -> QTableConfiguration {
    var settings = QTableConfiguration()
    switch world {
    case "lake":
      settings.episodes = 10_000
      settings.alpha = .linear(from: 0.1, to: 0.001)
      settings.epsilon = .exponential(from: 1, factor: exp(-0.0003), floor: 0)
    case "grid":
      settings.episodes = 2000
      settings.alpha = .constant(0.5)
      settings.gamma = 0.9
      settings.epsilon = .constant(0.3)
    case "crawler":
      settings.episodes = 50
      settings.alpha = .constant(0.8)
      settings.gamma = 0.8
      settings.epsilon = .constant(0.5)
    default: break
    }
    return settings
  }
}

import Neural
import Rollouts

extension PPOConfiguration {
  /// The reacher.
  package static var reacher: PPOConfiguration { PPOConfiguration() }

  /// The learning lab's settings for the reacher: nothing is scaled, and one world is played.
  package static var reacherLab: PPOConfiguration {
    var settings = PPOConfiguration()
    settings.steps = 200 * 2048
    settings.worlds = 1
    settings.rollout = 2048
    settings.epochs = 4
    settings.activation = .relu
    settings.gamma = 0.99
    settings.entropyCoefficient = .constant(0.01)
    settings.learningRate = .linear(from: 3e-4, to: 3e-5)
    settings.normalizesObservations = false
    settings.normalizesReturns = false
    settings.logDeviation = -0.5
    return settings
  }

  /// Breakout by its features.
  package static var breakout: PPOConfiguration {
    var settings = PPOConfiguration()
    settings.entropyCoefficient = .constant(0.01)
    settings.gamma = 0.99
    settings.lifeEnds = true
    settings.hidden = [128, 128]
    settings.minibatch = 256
    settings.epochs = 4
    settings.learningRate = .linear(from: 1e-3, to: 0)
    settings.evaluationEpisodes = 10
    return settings
  }

  /// Breakout by patches of its characters.
  package static var breakoutGPT: PPOConfiguration {
    var settings = PPOConfiguration.breakout
    settings.policy = .gpt
    settings.hidden = [96]
    settings.normalizesObservations = false
    return settings
  }
}

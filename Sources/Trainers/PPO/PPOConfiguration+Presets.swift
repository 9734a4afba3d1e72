import Rollouts

extension PPOConfiguration {
  /// The reacher.
  package static var reacher: PPOConfiguration { PPOConfiguration() }

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

import Rollouts

extension PPOConfiguration {
  /// The reacher.
  package static var reacher: PPOConfiguration { PPOConfiguration() }

  /// Breakout by its features.
  package static var breakout: PPOConfiguration {
    var settings = PPOConfiguration()
    settings.entropyCoefficient = 0.01
    // The next brick may be several flights of forty steps away.
    settings.gamma = 0.995
    // The next ball is served at once: to lose one seems to cost nothing.
    settings.lifeEnds = true
    settings.hidden = [128, 128]
    settings.minibatch = 256
    settings.epochs = 4
    settings.learningRate = .linear(from: 1e-3, to: 0)
    settings.evaluationEpisodes = 10
    return settings
  }
}

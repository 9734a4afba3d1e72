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

  /// Breakout by patches of its characters, sized for two cores.
  package static var breakoutGPT: PPOConfiguration {
    var settings = PPOConfiguration.breakout
    settings.policy = .gpt
    settings.steps = 1_200_000
    settings.hidden = [96]
    settings.gamma = 0.98
    settings.learningRate = .linear(from: 1e-3, to: 5e-5)
    settings.entropyCoefficient = .linear(from: 0.01, to: 0.002)
    settings.normalizesObservations = false
    // A game of five thousand frames takes seconds.
    settings.evaluateEvery = 50
    settings.evaluationEpisodes = 3
    return settings
  }

  /// Breakout by all its 1943 characters, as a language model was published to play it.
  package static var breakoutOriginal: PPOConfiguration {
    var settings = PPOConfiguration()
    settings.policy = .gpt
    (settings.layers, settings.heads, settings.width, settings.inner) = (6, 6, 96, 96)
    (settings.hidden, settings.start) = ([96], .published)
    (settings.worlds, settings.rollout, settings.minibatch) = (1, 1024, 64)
    settings.epochs = 10
    settings.gamma = 0.99
    settings.valueCoefficient = 1
    (settings.valueClip, settings.valueClipIsRaw) = (0.2, true)
    settings.entropyCoefficient = .constant(0.01)
    // Down over a hundred updates, then up again, as its code does.
    settings.learningRate = .cosine(from: 1e-4, to: 5e-5, half: 102_400)
    (settings.beta2, settings.adamEpsilon) = (0.95, 1e-8)
    settings.advantages = .rollout
    (settings.normalizesObservations, settings.normalizesReturns) = (false, false)
    settings.evaluationEpisodes = 10
    return settings
  }

  /// The same by its page, which differs from its code.
  package static var breakoutOriginalReadme: PPOConfiguration {
    var settings = PPOConfiguration.breakoutOriginal
    settings.steps = 4_000_000
    settings.learningRate = .cosine(from: 1e-3, to: 5e-5, half: 102_400)
    return settings
  }
}

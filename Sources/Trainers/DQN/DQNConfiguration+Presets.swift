import Rollouts

extension DQNConfiguration {
  /// Snake: 11-256-3, a batch of a thousand after every game, and the published gradient, which
  /// also flows through the target. Unlike the published program, every step learns from a batch,
  /// and the learning rate is a third. docs/trainers.md gives the effect.
  package static var snake: DQNConfiguration {
    var settings = DQNConfiguration()
    settings.episodes = 300
    settings.steps = 0
    settings.hidden = [256]
    settings.warmUp = 1
    (settings.stepUpdate, settings.batch) = (.batch, 64)
    settings.gradient = .residual
    settings.episodeBatch = 1000
    settings.learningRate = .constant(3e-4)
    settings.policy = .epsilon
    // The published program explores when a random number from 0 to 200 is less than 80 minus the
    // games played.
    settings.epsilon = .ramp(from: 80.0 / 201, to: 0, episodes: 80)
    settings.loss = .squared
    settings.keepsBest = true
    return settings
  }

  /// Snake as published: every step learns only from the newest transition. (The program also
  /// divides the loss by the number of actions, which has no effect with Adam.)
  package static var snakeOriginal: DQNConfiguration {
    var settings = snake
    settings.learningRate = .constant(1e-3)
    (settings.stepUpdate, settings.batch) = (.newest, 100)
    return settings
  }

  /// Snake for an observation with paths around the body, 31-64-64-3. It learns from a batch at
  /// every step, with a target network, and looks fifty steps ahead.
  package static var snakeStrong: DQNConfiguration {
    var settings = snake
    settings.hidden = [64, 64]
    settings.gamma = 0.98
    settings.gradient = .semi
    settings.targetEvery = 1000
    return settings
  }

  /// The city: two hidden layers, a batch of a hundred every tick. These settings were found by
  /// experiment: a softmax twenty times as soft as published gets stuck off the road less often,
  /// and a decaying learning rate makes the final policy depend less on chance.
  package static var city: DQNConfiguration {
    var settings = DQNConfiguration()
    settings.inverseTemperature = 5
    settings.learningRate = .linear(from: 1e-3, to: 1e-4)
    return settings
  }

  /// The city as in the course: one hidden layer, an inverse temperature of 100.
  package static var cityCourse: DQNConfiguration {
    var settings = DQNConfiguration()
    settings.hidden = [30]
    return settings
  }

  /// The city as published: the course's network, with each reward stored one tick late.
  package static var cityOriginal: DQNConfiguration {
    var settings = cityCourse
    settings.lateReward = true
    return settings
  }
}

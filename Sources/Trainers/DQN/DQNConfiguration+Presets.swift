import Rollouts

extension DQNConfiguration {
  /// Snake: 11-256-3, one update on the newest transition every step and a batch of a thousand after
  /// every game, as published; the target counts as given.
  package static var snake: DQNConfiguration {
    var settings = DQNConfiguration()
    settings.episodes = 300
    settings.steps = 0
    settings.hidden = [256]
    settings.warmUp = 1
    settings.lesson = .newest
    settings.episodeBatch = 1000
    settings.policy = .epsilon
    // A number in 0 to 200 falls below 80 less the games played.
    settings.epsilon = .ramp(from: 80.0 / 201, to: 0, episodes: 80)
    settings.loss = .squared
    settings.keepsBest = true
    return settings
  }

  /// Snake with the published program's fault: its target is not detached. (It also divides the loss by
  /// the number of actions, which Adam undoes.)
  package static var snakeOriginal: DQNConfiguration {
    var settings = snake
    settings.gradient = .residual
    return settings
  }

  /// Snake for the strong observation.
  package static var snakeStrong: DQNConfiguration {
    var settings = snake
    settings.hidden = [64, 64]
    settings.lesson = .batch
    settings.batch = 64
    settings.episodeBatch = 0
    settings.warmUp = 500
    settings.gamma = 0.95
    settings.loss = .smoothL1
    return settings
  }

  /// The city: 5-30-30-3 or wider, a batch of a hundred every tick, softmax over values times 100.
  package static var city: DQNConfiguration { DQNConfiguration() }

  /// The city as in the course: one hidden layer.
  package static var cityCourse: DQNConfiguration {
    var settings = DQNConfiguration()
    settings.hidden = [30]
    return settings
  }

  /// The city as published: the course's network, and nothing else that differs here.
  package static var cityOriginal: DQNConfiguration { cityCourse }
}

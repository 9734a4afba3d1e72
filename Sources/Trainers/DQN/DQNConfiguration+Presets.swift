import Rollouts

extension DQNConfiguration {
  /// Snake: 11-256-3, one update on the newest transition every step and a batch of a thousand after
  /// every game, as published; but the target counts as given, and Adam's steps are a third as large,
  /// which is worth two points (see docs/trainers.md).
  package static var snake: DQNConfiguration {
    var settings = DQNConfiguration()
    settings.episodes = 300
    settings.steps = 0
    settings.hidden = [256]
    settings.warmUp = 1
    settings.stepUpdate = .newest
    settings.episodeBatch = 1000
    settings.learningRate = .constant(3e-4)
    settings.policy = .epsilon
    // A number in 0 to 200 falls below 80 less the games played.
    settings.epsilon = .ramp(from: 80.0 / 201, to: 0, episodes: 80)
    settings.loss = .squared
    settings.keepsBest = true
    return settings
  }

  /// Snake as published, with its fault: the target is not detached. (The program also divides the loss
  /// by the number of actions, which Adam undoes.)
  package static var snakeOriginal: DQNConfiguration {
    var settings = snake
    settings.learningRate = .constant(1e-3)
    settings.gradient = .residual
    return settings
  }

  /// Snake for the strong observation: 19-64-64-3.
  package static var snakeStrong: DQNConfiguration {
    var settings = snake
    settings.hidden = [64, 64]
    settings.gamma = 0.95
    return settings
  }

  /// The city: two hidden layers, a batch of a hundred every tick. Chosen by trying: a softmax twenty times
  /// as soft as published is stuck off the road less often, and steps that fade end less by chance.
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

  /// The city as published: the course's network, and each reward stored one tick late.
  package static var cityOriginal: DQNConfiguration {
    var settings = cityCourse
    settings.lateReward = true
    return settings
  }
}

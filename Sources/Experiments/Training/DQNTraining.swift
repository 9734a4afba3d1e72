import Recordings
package import Rollouts
package import Trainers

extension DQNConfiguration: TrainerSettings {
  /// The trainer of deep Q-networks.
  package static var trainerName: String { "dqn" }

  package static func learns(_ subject: Subject) -> Bool {
    if case .world(let world) = subject { world is any DiscreteActionWorld } else { false }
  }

  package func trainer(of subject: Subject, seed: UInt64) throws -> any Trainer {
    func make<W: DiscreteActionWorld>(_ world: W) throws(SettingError) -> any Trainer {
      try DQNTrainer(world, seed: seed, settings: self)
    }
    guard case .world(let world) = subject, let choices = world as? any DiscreteActionWorld else {
      throw RunError.run("a DQN chooses among actions, and \(subject.name) offers none")
    }
    return try make(choices)
  }

  package func check(_ checkpoint: Checkpoint) throws {
    try check(checkpoint, holds: zip(hidden, hidden.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 })
  }

  package var isByEpisodes: Bool { episodes > 0 }

  package func holdingSchedules(at episode: Int) -> DQNConfiguration {
    var settings = self
    settings.epsilon = epsilon.held(at: episode, of: episodes)
    settings.learningRate = learningRate.held(at: episode, of: episodes)
    return settings
  }

  package func player(in world: any World, by checkpoint: Checkpoint) throws -> any Player {
    func make<W: DiscreteActionWorld>(_ world: W) throws -> any Player {
      try NetworkPlayer(world, GreedyNetwork(checkpoint))
    }
    guard let choices = world as? any DiscreteActionWorld else {
      throw RunError.run("the recorded network does not fit its world")
    }
    return try make(choices)
  }

  package func advisor(
    in world: any World, by checkpoint: Checkpoint
  ) throws -> (any Advisor)? {
    func make<W: DiscreteActionWorld>(_ world: W) throws -> any Advisor {
      try NetworkAdvisor(world, GreedyNetwork(checkpoint))
    }
    return try (world as? any DiscreteActionWorld).map { try make($0) }
  }

  package var insight: Insight {
    .actionValues { checkpoint in
      var network = try GreedyNetwork(checkpoint)
      return { network.values($0) }
    }
  }
}

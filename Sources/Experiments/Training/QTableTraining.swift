package import Recordings
package import Rollouts
package import Trainers

extension QTableConfiguration: TrainerSettings {
  /// The trainer of Q-tables.
  package static var trainerName: String { "qtable" }

  package static func learns(_ subject: Subject) -> Bool {
    if case .world(let world) = subject { world is any TabularWorld } else { false }
  }

  package func trainer(of subject: Subject, seed: UInt64) throws -> any Trainer {
    guard case .world(let world) = subject else { throw Self.noTable(of: subject.name) }
    let table = try Self.tabular(world)
    return QTableTrainer(table.dynamics, stepLimit: table.stepLimit, seed: seed, settings: self)
  }

  package var isByEpisodes: Bool { true }

  package func holdingSchedules(at episode: Int) -> QTableConfiguration {
    var settings = self
    settings.alpha = alpha.held(at: episode, of: episodes)
    settings.epsilon = epsilon.held(at: episode, of: episodes)
    return settings
  }

  /// The table is rebuilt from the steps, so every moment has one.
  package func checkpoint(
    of recording: Recording, at moment: RecordedMoment
  ) throws -> Checkpoint {
    if case .best = moment {
      throw RunError.request("a Q-table keeps no best version: name a step")
    }
    let step = try recording.step(at: moment)
    return try recording.qTable(at: step).checkpoint(step: step)
  }

  package func player(in world: any World, by checkpoint: Checkpoint) throws -> any Player {
    TablePlayer(policy: try policy(in: world, by: checkpoint), stepLimit: world.stepLimit)
  }

  package func advisor(
    in world: any World, by checkpoint: Checkpoint
  ) throws -> (any Advisor)? {
    TableAdvisor(table: try QTable(checkpoint), policy: try policy(in: world, by: checkpoint))
  }

  package func exactEvaluation(
    in world: any World, by checkpoint: Checkpoint
  ) throws -> ExactEvaluation? {
    try policy(in: world, by: checkpoint).evaluateExactly(stepLimit: world.stepLimit)
  }

  private func policy(in world: any World, by checkpoint: Checkpoint) throws -> GreedyPolicy {
    let (table, dynamics) = (try QTable(checkpoint), try Self.tabular(world).dynamics)
    guard table.states == dynamics.states, table.actions == dynamics.actions else {
      throw RunError.run("the recorded table does not fit its world")
    }
    return GreedyPolicy(table, dynamics, ties: ties)
  }

  package var insight: Insight { .table }

  /// The world, which must have a table of states.
  package static func tabular(_ world: any World) throws -> any TabularWorld {
    guard let table = world as? any TabularWorld else {
      throw noTable(of: world.description.name)
    }
    return table
  }

  private static func noTable(of name: String) -> RunError {
    .run("this is for Q-tables, and \(name) has none")
  }
}

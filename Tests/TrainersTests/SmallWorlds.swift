import Rollouts
import Trainers
import Worlds

/// States in a row: right leads on, left leads back, and the step beyond the last pays 1 and ends.
enum Chain {
  static let left = 0
  static let right = 1

  static func dynamics(length: Int) -> Dynamics {
    let outcomes = (0..<length).flatMap { state in
      [
        Dynamics.Outcome(next: max(0, state - 1), reward: 0),
        state == length - 1
          ? Dynamics.Outcome(next: state, reward: 1, terminates: true)
          : Dynamics.Outcome(next: state + 1, reward: 0),
      ]
    }
    return Dynamics(states: length, actions: 2, start: 0, outcomes: outcomes)
  }
}

/// The identity: in each state the action of the same number pays 1, any other nothing.
enum Identity {
  static let states = 6

  static var dynamics: Dynamics {
    let outcomes = (0..<states).flatMap { state in
      (0..<states).map { action in
        Dynamics.Outcome(
          next: (state + 1) % states, reward: action == state ? 1 : 0,
          terminates: state == states - 1)
      }
    }
    return Dynamics(states: states, actions: states, start: 0, outcomes: outcomes)
  }
}

/// The recipes by which learning in the worlds is judged.
enum Recipe {
  static func lake(_ name: String) throws -> (world: GridWorld, settings: QTableConfiguration) {
    var settings = QTableConfiguration()
    settings.episodes = name == "4x4" ? 10_000 : 20_000
    settings.alpha = .linear(from: 0.1, to: 0.001)
    // e^(−.0003)
    settings.epsilon = .exponential(from: 1, factor: 0.999_700_044_995_500_4, floor: 0)
    settings.gamma = name == "4x4" ? 0.99 : 0.999
    return (GridWorld(try ClassicMaps.map(name, kind: .lake)), settings)
  }

  static func maze() throws -> (world: GridWorld, settings: QTableConfiguration) {
    (GridWorld(try ClassicMaps.map(kind: .maze)), QTableConfiguration())
  }
}

extension QTableTrainer {
  /// A trainer in a world, trained until all is done.
  static func trained<Sink: TransitionSink & ~Copyable>(
    _ world: some TabularWorld, seed: UInt64, _ settings: QTableConfiguration, into sink: inout Sink
  ) throws -> QTableTrainer {
    var trainer = QTableTrainer(
      world.dynamics, stepLimit: world.stepLimit, seed: seed, settings: settings)
    try trainer.train(into: &sink)
    return trainer
  }
}

extension ExactEvaluation {
  /// Success rate, mean return and mean length.
  var numbers: [Double] { [successRate, meanReturn, meanLength] }
}

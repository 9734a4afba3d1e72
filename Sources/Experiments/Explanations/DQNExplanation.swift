import Neural
import Platform
import Recordings
package import Rollouts
package import Trainers

/// One step of deep Q-learning: what the network saw and computed, why the action was chosen, and the updates
/// that the step caused.
package struct DQNExplanation: ExplanationContent {
  package let place: ExplainedStep
  package let observation: [(name: String, value: Float)]
  /// The outputs of each layer, after its activation; the last are the values.
  package let units: [[Float]]
  package let actions: [String]
  /// The probability of each action.
  package let chances: [Double]
  /// The values of the same actions in the same state after the updates.
  package let valuesAfter: [Float]
  package let action: Int
  package let choice: Choice
  package let reward: Double
  package let ending: Ending
  package let settings: DQNConfiguration
  /// The updates in order: that of the step, and that of an episode that it ended.
  package let updates: [ReplayTrace]
  /// The norm of all parameters, and how far the updates moved them.
  package let parameterNorm: Double
  package let parameterMove: Double

  /// The value of each action.
  package var values: [Float] { units.last ?? [] }

  /// Why an action was chosen.
  package enum Choice: Sendable, Equatable {
    /// At random, with a probability proportional to e to the power of value times inverse temperature.
    case softmax(inverseTemperature: Double, draw: Double)
    /// Any action, because the draw was below ε.
    case exploration(epsilon: Double, draw: Double)
    /// The best action.
    case best(epsilon: Double, draw: Double)
  }

  init(
    _ recording: Recording, _ step: Int, _ plan: TrainingPlan, _ settings: DQNConfiguration,
    _ training: inout TracedTraining, _ progress: ProgressHandler
  ) throws {
    let run = try recording.description()
    let row = try recording.transition(step)
    guard let world = try plan.world() as? any DiscreteActionWorld,
      case .index(let action) = row.action
    else { throw RunError.damaged(recording.path, "a DQN chooses among a world's actions") }
    let traced = try training.trace(step, progress)
    var (before, after) = (try GreedyNetwork(traced.before), try GreedyNetwork(traced.after))
    let seen = try world.observation(recorded: row.state, in: recording)
    place = ExplainedStep("dqn", row, run)
    observation = zip(world.observationNames, seen).map { ($0, $1) }
    units = before.units(seen)
    valuesAfter = after.values(seen)
    actions = run.world.actions.map(\.name)
    self.action = action
    (reward, ending, self.settings) = (row.reward, row.ending, settings)
    updates = traced.updates.compactMap { if case .replay(let trace) = $0 { trace } else { nil } }
    var difference = after.parameters
    difference.values = zip(after.parameters.values, before.parameters.values).map { $0 - $1 }
    (parameterNorm, parameterMove) = (before.parameters.norm, difference.norm)

    let values = units.last ?? []
    let draws = Generator(seed: run.seed).draws(for: .policy, episode: row.episode, t: row.t)
    let draw = Double(draws.word(0)) * 0x1p-32
    let best = ActionChoice.greedy(values)
    switch settings.policy {
    case .softmax:
      choice = .softmax(inverseTemperature: settings.inverseTemperature, draw: draw)
      chances = ActionChoice.softmaxShares(
        values, inverseTemperature: settings.inverseTemperature)
    case .epsilon:
      let epsilon = settings.epsilon.value(episode: row.episode, of: max(1, settings.episodes))
      choice =
        draw < epsilon
        ? .exploration(epsilon: epsilon, draw: draw) : .best(epsilon: epsilon, draw: draw)
      chances = values.indices.map {
        epsilon / Double(values.count) + ($0 == best ? 1 - epsilon : 0)
      }
    }
  }

  /// The error of a row's value.
  package func error(of row: ReplayTrace.Row) -> Float { row.value - row.target }

  /// The weight of a row's error.
  package func loss(of row: ReplayTrace.Row) -> Float {
    let error = abs(error(of: row))
    switch settings.loss {
    case .squared: return error * error
    case .smoothL1: return error < 1 ? 0.5 * error * error : error - 0.5
    }
  }
}

extension DiscreteActionWorld {
  /// A recorded state as the network sees it.
  func observation(recorded: Value, in recording: Recording) throws -> [Float] {
    guard let state = State(recorded: recorded) else {
      throw RunError.damaged(recording.path, "one of its states is not a state of its world")
    }
    return observation(state)
  }
}

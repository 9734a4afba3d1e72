import Platform
import Recordings
import Rollouts
import Trainers

/// What a recording shows of each part of deep Q-learning.
struct DQNEvidence {
  /// Lines of text, by the name of the part.
  let lines: [String: [String]]

  init(_ recording: Recording, in catalog: Catalog) throws {
    let run = try recording.description()
    let plan = try catalog.plan(of: run)
    guard let settings = plan.settings as? DQNConfiguration else {
      throw RunError.run("this needs a recording of a DQN, and \(run.trainer) made this one")
    }
    let steps = try recording.stepCount()
    guard let checkpoint = try recording.finalCheckpoint() else {
      throw RunError.damaged(recording.path, "it has no checkpoint")
    }
    var network = try GreedyNetwork(checkpoint)
    var lines: [String: [String]] = [:]
    lines["choose"] = try Self.choice(recording, plan.world(), &network, before: steps)
    lines["remember"] = [
      "\(NumberFormat.count(min(steps, settings.bufferSize))) of \(NumberFormat.count(steps)) transitions are remembered",
      Self.lesson(settings),
    ]
    lines["target"] = [
      "γ = \(settings.gamma), n = \(settings.nStep), "
        + (settings.targetEvery > 0
          ? "the target network is replaced every \(NumberFormat.count(settings.targetEvery)) steps"
          : "no target network")
    ]
    lines["loss"] = try recording.points(of: "losses/td_loss")
    lines["target"]? += try recording.points(of: "losses/q_values")
    lines["backward"] = [
      network.widths.map(String.init).joined(separator: "-")
        + ": \(NumberFormat.count(Self.parameters(network.widths))) parameters, gradient \(settings.gradient.rawValue)"
    ]
    lines["adam"] = ["α = \(settings.learningRate)"]
    lines["save"] = [try recording.checkpointsText(checkpoint)]
    self.lines = lines
  }

  /// How many transitions a step and the end of an episode learn from.
  private static func lesson(_ settings: DQNConfiguration) -> String {
    let each =
      switch settings.stepUpdate {
      case .batch: "each step learns from \(settings.batch) of them"
      case .newest: "each step learns from the newest"
      case .nothing: "no step learns"
      }
    return settings.episodeBatch > 0
      ? each + ", each episode's end from \(settings.episodeBatch)" : each
  }

  private static func parameters(_ widths: [Int]) -> Int {
    zip(widths, widths.dropFirst()).reduce(0) { $0 + ($1.0 + 1) * $1.1 }
  }

  /// The network's values for the last recorded state, and the action taken.
  private static func choice(
    _ recording: Recording, _ world: any World, _ network: inout GreedyNetwork, before steps: Int
  ) throws -> [String] {
    func describe<W: DiscreteActionWorld>(_ world: W) throws -> [String] {
      guard steps > 0, let last = try recording.steps(in: steps - 1..<steps).first,
        case .bytes(let bytes) = last.state, let state = W.State(bytes: bytes),
        case .index(let action) = last.action
      else { return [] }
      let seen = world.observation(state)
      let values = network.values(seen)
      let actions = world.description.actions
      let inputs = zip(world.observationNames, seen).map {
        "\($0) \(NumberFormat.decimal(Double($1), 2))"
      }
      return [
        "step \(steps - 1) saw " + inputs.joined(separator: ", "),
        "the last network values "
          + zip(actions, values).map {
            "\($0.name) \(NumberFormat.decimal(Double($1), 3))"
          }.joined(separator: ", "),
        "\(actions[action].name) was chosen then, for a reward of \(NumberFormat.decimal(last.reward, 2))",
      ]
    }
    guard let choices = world as? any DiscreteActionWorld else { return [] }
    return try describe(choices)
  }
}

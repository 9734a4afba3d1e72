import Platform
import Recordings
import Rollouts
import Trainers

/// What a recording shows of each part of deep Q-learning.
struct DQNEvidence {
  /// Lines for people, by the part's name.
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
      settings.stepUpdate == .batch
        ? "each step learns from \(settings.batch) of them"
        : "each step learns from the newest; a batch of \(settings.episodeBatch) after an episode",
    ]
    lines["target"] = ["γ = \(settings.gamma), n = \(settings.nStep)"]
    lines["loss"] = try Self.points(of: "losses/td_loss", in: recording)
    lines["target"]? += try Self.points(of: "losses/q_values", in: recording)
    lines["backward"] = [
      network.widths.map(String.init).joined(separator: "-")
        + ": \(NumberFormat.count(Self.parameters(network.widths))) parameters, gradient \(settings.gradient.rawValue)"
    ]
    lines["adam"] = ["α = \(settings.learningRate)"]
    let kept = try recording.checkpointSteps()
    lines["save"] = [
      "\(kept.count) checkpoints, the last after \(NumberFormat.count(kept.last ?? 0)) steps: "
        + NumberFormat.bytes(checkpoint.parameters.count)
    ]
    self.lines = lines
  }

  private static func parameters(_ widths: [Int]) -> Int {
    zip(widths, widths.dropFirst()).reduce(0) { $0 + ($1.0 + 1) * $1.1 }
  }

  /// What the network says of the last recorded state, and what was done.
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
        "step \(NumberFormat.count(steps - 1)) saw " + inputs.joined(separator: ", "),
        "the last network values "
          + zip(actions, values).map {
            "\($0.name) \(NumberFormat.decimal(Double($1), 3))"
          }.joined(separator: ", "),
        "\(actions[action].name) was done, for \(NumberFormat.decimal(last.reward, 2))",
      ]
    }
    guard let choices = world as? any DiscreteActionWorld else { return [] }
    return try describe(choices)
  }

  /// A metric's first, middle and last point.
  private static func points(of name: String, in recording: Recording) throws -> [String] {
    let series = try recording.metric(name)
    guard series.values.count > 2 else { return [] }
    let points = [0, series.values.count / 2, series.values.count - 1].map {
      "\(NumberFormat.decimal(series.values[$0], 4)) at step \(NumberFormat.count(series.steps[$0]))"
    }
    return ["\(name): " + points.joined(separator: ", ")]
  }
}

import Neural
import Platform
import Recordings
import Rollouts
import Trainers
import Worlds

/// What a recording shows of each part of proximal policy optimization.
struct PPOEvidence {
  /// Lines of text, by the name of the part.
  let lines: [String: [String]]

  init(_ recording: Recording, in catalog: Catalog) throws {
    let run = try recording.description()
    let plan = try catalog.plan(of: run)
    guard let settings = plan.settings as? PPOConfiguration else {
      throw RunError.run("this needs a recording of PPO, and \(run.trainer) made this one")
    }
    guard let checkpoint = try recording.finalCheckpoint() else {
      throw RunError.damaged(recording.path, "it has no checkpoint")
    }
    guard let world = try plan.world() as? any ObservableWorld else {
      throw RunError.run("the recorded policy does not fit its world")
    }
    lines = try Self.lines(recording, run, settings, checkpoint, world)
  }

  private static func lines<W: ObservableWorld>(
    _ recording: Recording, _ run: RunDescription, _ settings: PPOConfiguration,
    _ checkpoint: Checkpoint, _ world: W
  ) throws -> [String: [String]] {
    let (steps, rows) = (try recording.stepCount(), settings.worlds * settings.rollout)
    let updates = try recording.metric("losses/policy_loss").values.count
    let rewardScale = try rewardScale(checkpoint, settings)
    let number = NumberFormat.exact
    var lines: [String: [String]] = [:]
    lines["play"] = [
      "N = \(settings.worlds), T = \(settings.rollout): a rollout has \(NumberFormat.count(rows)) steps; "
        + "\(NumberFormat.count(updates)) updates in \(NumberFormat.count(steps)) steps"
    ]
    lines["advantage"] = [
      "γ = \(settings.gamma), λ = \(settings.lambda): each step ahead counts "
        + "\(number(settings.gamma * settings.lambda)) of the one before it",
      settings.normalizesReturns
        ? "the deviation of the return is \(number(1 / rewardScale)), so rewards are multiplied by "
          + number(rewardScale) : "rewards are not scaled here",
    ]
    if steps > 0, let last = try recording.steps(in: steps - 1..<steps).first,
      let state = W.State(recorded: last.state), let next = W.State(recorded: last.next)
    {
      var policy = try GreedyPolicyNetwork(checkpoint)
      guard policy.fits(world) else {
        throw RunError.damaged(recording.path, "its network does not fit its world")
      }
      let decision = policy.decision(state, in: world)
      lines["play"]? += seen(last, decision, world) + choice(last, decision, run)
      let value = Double(decision.value)
      let future = last.ending == .terminated ? 0 : policy.value(of: next, in: world)
      let surprise = last.reward * rewardScale + settings.gamma * future - value
      lines["advantage"]?.append(
        "step \(last.step) by the last network: δ = \(number(rewardScale)) · "
          + "\(factor(last.reward)) + \(settings.gamma) · \(factor(future)) − \(factor(value)) = "
          + number(surprise))
    }
    lines["advantage"]? += try recording.points(of: "losses/explained_variance")
    lines["epochs"] = [
      "K = \(settings.epochs), M = \(settings.minibatch): "
        + "\(NumberFormat.count(settings.epochs * max(1, rows / settings.minibatch))) minibatches an update"
    ]
    lines["loss"] =
      [
        "ε = \(settings.clipRange): ratios from \(number(max(0, 1 - settings.clipRange))) to "
          + "\(number(1 + settings.clipRange)) are not clipped; c₁ = \(settings.valueCoefficient), "
          + "c₂ = \(settings.entropyCoefficient)"
      ]
      + (try ["clipfrac", "approx_kl", "value_loss", "entropy"].flatMap {
        try recording.points(of: "losses/\($0)")
      })
    let parameters = try PolicyNetwork(settings, world).layout.count
    lines["adam"] =
      [
        "\(settings.policy.rawValue): \(NumberFormat.count(parameters)) parameters, "
          + "α = \(settings.learningRate)"
      ] + (try recording.points(of: "losses/gradient_norm"))
    lines["save"] =
      [try recording.checkpointsText(checkpoint)]
      + (try recording.points(of: "eval/episodic_return"))
    return lines
  }

  /// A number after a sign: a negative one in parentheses.
  private static func factor(_ value: Double) -> String {
    value < 0 ? "(\(NumberFormat.exact(value)))" : NumberFormat.exact(value)
  }

  /// The factor for rewards after the last update.
  private static func rewardScale(
    _ checkpoint: Checkpoint, _ settings: PPOConfiguration
  ) throws -> Double {
    guard settings.normalizesReturns else { return 1 }
    let file = try Safetensors(decoding: checkpoint.parameters)
    let variance = try file.tensor("return.variance").doubles().first ?? 1
    return 1 / (variance + 1e-8).squareRoot()
  }

  /// How many numbers of an observation, or heads of a transformer, are shown.
  private static let shown = 4

  /// What the network saw: numbers, or what it attended to.
  private static func seen<W: ObservableWorld>(
    _ step: RecordedStep, _ decision: GreedyPolicyNetwork.Decision, _ world: W
  ) -> [String] {
    let start = "step \(step.step) "
    guard let letters = world.letters else {
      let inputs = zip(world.observationNames, decision.seen).prefix(shown).map {
        "\($0) \(NumberFormat.decimal(Double($1), 2))"
      }
      let rest = decision.seen.count - inputs.count
      return [
        start + "was seen as " + inputs.joined(separator: ", ")
          + (rest > 0 ? " and \(rest) more numbers" : "")
      ]
    }
    let heads = (decision.attention.last ?? []).prefix(shown).enumerated().compactMap {
      head, shares -> String? in
      guard let most = shares.indices.max(by: { shares[$0] < shares[$1] }) else { return nil }
      return "head \(head + 1) at (\(most / letters.across), \(most % letters.across)) with "
        + shares[most].percent
    }
    return [
      start
        + "was read as \(letters.places) places of letters; in layer \(decision.attention.count) "
        + "the last place looks most: " + heads.joined(separator: ", ")
    ]
  }

  /// What the policy offered, and what was drawn.
  private static func choice(
    _ step: RecordedStep, _ decision: GreedyPolicyNetwork.Decision, _ run: RunDescription
  ) -> [String] {
    let earned = ", for a reward of \(NumberFormat.exact(step.reward))"
    guard let deviations = decision.deviations else {
      let names = run.world.actions.map(\.name)
      guard case .index(let action) = step.action, names.indices.contains(action),
        names.count == decision.outputs.count
      else { return [] }
      return [
        "the last policy: "
          + zip(names, decision.chances).map { "\($0) \(Float($1).percent)" }.joined(
            separator: ", "),
        "\(names[action]) was drawn then\(earned)",
      ]
    }
    let numbers = RecordedNumbers(run.world.fields, of: "action")
    let drawn = zip(numbers.names, numbers.all(of: step.action))
    return [
      "the last policy: "
        + zip(numbers.names, zip(decision.outputs, deviations)).map {
          "\($0) \(NumberFormat.exact(Double($1.0))) ± \(NumberFormat.exact(Double($1.1)))"
        }.joined(separator: ", "),
      drawn.map { "\($0) \(NumberFormat.exact($1))" }.joined(separator: ", ")
        + " was drawn then\(earned)",
    ]
  }
}

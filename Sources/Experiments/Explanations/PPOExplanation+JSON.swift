import Rollouts
import Trainers

extension PPOExplanation {
  var members: [JSON.Member] {
    func numbers(_ values: [Float]) -> JSON { .array(values.map { .number(Double($0)) }) }
    var members: [JSON.Member] = []
    if letters == nil {
      members.append(
        .init(
          "observation",
          .object(observation.map { .init($0.name, .number(Double($0.value))) })))
      members.append(.init("seen", numbers(decision.seen)))
      members.append(.init("layers", .array(decision.units.map(numbers))))
    } else {
      members.append(
        .init("attention", .array(decision.attention.map { .array($0.map(numbers)) })))
    }
    members.append(.init("outputs", numbers(decision.outputs)))
    members.append(
      decision.deviations.map { .init("deviations", numbers($0)) }
        ?? .init("chances", .array(chances.map(JSON.number))))
    members += [
      .init("action", isChoice ? .string(actions[Int(action[0])]) : numbers(action)),
      .init("draw", draw.map(JSON.number) ?? .null),
      .init("log_probability", .number(Double(log))), .init("entropy", .number(Double(entropy))),
      .init("value", .number(Double(update?.following[0].value ?? decision.value))),
      .init("reward", .number(reward)), .init("ending", .string(ending.name)),
      .init("update", update.map(json) ?? .null),
    ]
    if let after, let logAfter {
      members.append(.init("value_after", .number(Double(after.value))))
      members.append(.init("log_probability_after", .number(Double(logAfter))))
    }
    return members
  }

  private func json(_ update: RolloutTrace) -> JSON {
    [
      "update": .integer(update.update), "first_step": .integer(update.steps.lowerBound),
      "last_step": .integer(update.steps.upperBound - 1), "worlds": .integer(update.worlds),
      "gamma": .number(update.gamma), "lambda": .number(update.lambda),
      "reward_scale": .number(update.rewardScale),
      "advantage": .number(Double(update.advantage)), "return": .number(Double(update.return)),
      "clip": .number(update.clipRange),
      "value_coefficient": .number(update.valueCoefficient),
      "entropy_coefficient": .number(update.entropyCoefficient),
      "learning_rate": .number(update.learningRate),
      "terms": .array(
        update.following.map { term in
          [
            "step": .integer(term.step), "reward": .number(Double(term.reward)),
            "value": .number(Double(term.value)), "next_value": .number(Double(term.nextValue)),
            "delta": .number(term.surprise), "weight": .number(term.weight),
          ]
        }),
      "epochs": .array(
        update.epochs.map { epoch in
          [
            "epoch": .integer(epoch.epoch), "minibatch": .integer(epoch.minibatch),
            "advantage": .number(Double(epoch.advantage)),
            "log_probability": .number(Double(epoch.log)), "ratio": .number(Double(epoch.ratio)),
            "clipped": .bool(epoch.policySlope == 0),
            "policy_loss": .number(Double(epoch.policyLoss)),
            "value": .number(Double(epoch.value)),
            "value_loss": .number(Double(epoch.valueLoss)),
            "entropy": .number(Double(epoch.entropy)),
            "gradient_norm": .number(epoch.gradientNorm),
          ]
        }),
    ]
  }
}

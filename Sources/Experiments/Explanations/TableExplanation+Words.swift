import Platform
import Recordings
import Rollouts
import Trainers

extension TableExplanation {
  package var parts: [ExplanationPart] {
    [knownPart, ExplanationPart("choice", [choiceText]), ExplanationPart("world", [worldText])]
      + (update.map { [ExplanationPart("update", lines(of: $0)), changePart($0)] } ?? [
        ExplanationPart("update", ["Nothing is learned: this is an evaluation."])
      ])
  }

  package var summary: [String] {
    [choiceText, "", worldText, ""] + (update.map(lines) ?? [])
  }

  private func number(_ value: Double) -> String { NumberFormat.exact(value) }

  /// Some actions as text: `up`, `up or down`.
  private func actions(_ actions: [Int], _ joint: String = " or ") -> String {
    actions.map(names.action).joined(separator: joint)
  }

  private var knownPart: ExplanationPart {
    let visits = known.reduce(0) { $0 + $1.visits }
    return ExplanationPart(
      "state",
      [
        visits == 0
          ? "\(names.state(state)), about which nothing is known yet"
          : "\(names.state(state)), updated \(NumberFormat.count(visits)) \(visits == 1 ? "time" : "times") before"
      ],
      ExplanationPart.Table(
        ["action", "value", "visits", ""], right: [1, 2],
        known.enumerated().map { action, known in
          [
            names.action(action), known.isLegal ? NumberFormat.column(known.value) : "not legal",
            NumberFormat.count(known.visits),
            [known.isBest ? "best" : "", action == self.action ? "← chosen" : ""]
              .filter { !$0.isEmpty }.joined(separator: " "),
          ]
        }))
  }

  /// Why the action was chosen, as a sentence.
  package var choiceText: String {
    let name = names.action(action).capitalizingFirst
    switch choice {
    case .exploration(let epsilon, let draw, let count):
      return
        "\(name), to explore: the draw \(number(draw)) is below ε = \(number(epsilon)), so one of "
        + "\(count) legal actions was taken at random."
    case .best(let epsilon, let draw):
      return "\(name), the best: the draw \(number(draw)) is not below ε = \(number(epsilon))."
    case .tie(let epsilon, let draw, let best, let rule):
      return "\(name), one of \(best.count) that are equally good (\(actions(best, ", "))), "
        + "\(rule == .random ? "at random" : "the first"): the draw \(number(draw)) is not below "
        + "ε = \(number(epsilon))."
    case .unknown(let isBest):
      return isBest
        ? "\(name), which no other action beats; how it was chosen is not recorded."
        : "\(name), though another is better; how it was chosen is not recorded."
    }
  }

  /// What the world did, as a sentence.
  package var worldText: String {
    let outcome =
      (next == state ? "stayed at \(names.state(next))" : "led to \(names.state(next))")
      + " for a reward of \(number(reward))" + ending.remark + "."
    guard let move else { return "\(names.action(action).capitalizingFirst) \(outcome)" }
    let draw = move.draw.map { " (the draw was \(number($0)))" } ?? ""
    guard move.executed != action else {
      return "Moved \(names.action(action)) as intended\(draw): \(outcome)"
    }
    return
      "Slipped: \(names.action(move.executed)) in place of \(names.action(action))\(draw), which \(outcome)"
  }

  /// The update as a formula: with letters, with its numbers, and its result.
  package func lines(of update: Update) -> [String] {
    let cell = "Q(\(names.typed(state)) · \(names.action(action)))"
    let isTerminal = ending == .terminated
    let sample =
      isTerminal
      ? number(reward)
      : "\(number(reward)) + \(number(update.gamma)) · \(number(update.nextBest))"
    let letters = isTerminal ? "r" : "r + γ · max Q(\(names.typed(next)))"
    var lines: [String]
    switch update.form {
    case .blend:
      lines = [
        "\(cell) ← (1 − α) · old + α · (\(letters))",
        "= (1 − \(number(update.alpha))) · \(number(update.before)) + \(number(update.alpha)) · (\(sample))",
      ]
    case .error:
      lines = [
        "\(cell) ← old + α · (\(letters) − old)",
        "= \(number(update.before)) + \(number(update.alpha)) · (\(sample) − \(number(update.before)))",
      ]
    }
    lines.append(
      "= \(number(update.after)), after an error of \(number(update.error))")
    lines.append(
      isTerminal
        ? "the next state is terminal: it is worth nothing"
        : update.nextActions.count == update.nextValues.count(where: \.isFinite)
          && update.nextActions.count > 1
          ? "all actions in \(names.state(next)) are worth \(number(update.nextBest))"
          : "the maximum is that of \(actions(update.nextActions)) in \(names.state(next))")
    return lines
  }

  private func changePart(_ update: Update) -> ExplanationPart {
    let best =
      update.changesBest
      ? "the best action in \(names.state(state)) changes from \(actions(update.bestBefore)) to "
        + actions(update.bestAfter)
      : "the best action in \(names.state(state)) stays \(actions(update.bestAfter))"
    let value =
      update.valueBefore == update.valueAfter
      ? "the state is worth \(number(update.valueAfter)) as before"
      : "the state is worth \(number(update.valueAfter)), before it was \(number(update.valueBefore))"
    return ExplanationPart("change", [best, value])
  }

  var members: [JSON.Member] {
    func words(_ actions: [Int]) -> JSON { .array(actions.map { .string(names.action($0)) }) }
    var members: [JSON.Member] = [.init("state", .integer(state))] + names.members(state)
    members.append(
      .init(
        "actions",
        .array(
          known.enumerated().map { action, known in
            [
              "action": .string(names.action(action)),
              "value": known.isLegal ? .number(known.value) : .null,
              "visits": .integer(known.visits), "best": .bool(known.isBest),
            ]
          })))
    members += [.init("action", .string(names.action(action)))] + choice.members(words)
    if let move {
      members.append(.init("executed", .string(names.action(move.executed))))
      members.append(.init("world_draw", move.draw.map(JSON.number) ?? .null))
    }
    members += [
      .init("reward", .number(reward)), .init("next_state", .integer(next)),
      .init("ending", .string(ending.name)),
    ]
    guard let update else { return members + [.init("update", .null)] }
    members.append(
      .init(
        "update",
        [
          "rule": .string(update.form.rawValue), "alpha": .number(update.alpha),
          "gamma": .number(update.gamma), "before": .number(update.before),
          "next_value": .number(update.nextBest), "next_actions": words(update.nextActions),
          "target": .number(update.target), "error": .number(update.error),
          "after": .number(update.after), "state_value_before": .number(update.valueBefore),
          "state_value_after": .number(update.valueAfter),
          "best_before": words(update.bestBefore), "best_after": words(update.bestAfter),
        ]))
    return members
  }
}

extension TableExplanation.Choice {
  fileprivate func members(_ words: ([Int]) -> JSON) -> [JSON.Member] {
    switch self {
    case .exploration(let epsilon, let draw, let count):
      [
        .init("choice", "exploration"), .init("epsilon", .number(epsilon)),
        .init("draw", .number(draw)), .init("among", .integer(count)),
      ]
    case .best(let epsilon, let draw):
      [
        .init("choice", "best"), .init("epsilon", .number(epsilon)), .init("draw", .number(draw)),
      ]
    case .tie(let epsilon, let draw, let best, let rule):
      [
        .init("choice", "tie"), .init("epsilon", .number(epsilon)), .init("draw", .number(draw)),
        .init("tied", words(best)), .init("ties", .string(rule.rawValue)),
      ]
    case .unknown(let isBest):
      [.init("choice", .null), .init("is_best", .bool(isBest))]
    }
  }
}

import Platform
import Recordings
package import Rollouts
import Trainers
import Worlds

/// One step of a run whose trainer is not known here: what was recorded for it and around it.
package struct TransitionExplanation: ExplanationContent {
  package let place: ExplainedStep
  /// The numbers of state, action and next state, by name.
  package let state: [(name: String, value: Double)]
  package let action: [(name: String, value: Double)]
  package let next: [(name: String, value: Double)]
  /// The action's name, if it has one.
  package let actionName: String?
  package let reward: Double
  package let ending: Ending
  /// For each metric the last point before the step and the first after it.
  package let metrics: [(name: String, before: Metric?, after: Metric?)]
  /// The steps of the checkpoints around it.
  package let checkpointBefore: Int?
  package let checkpointAfter: Int?
  /// What would have to be logged to explain more.
  package let missing: String

  init(_ recording: Recording, _ step: Int) throws {
    let run = try recording.description()
    let row = try recording.transition(step)
    place = ExplainedStep("transition", row, run)
    func numbers(_ value: Value, _ subject: String) -> [(name: String, value: Double)] {
      let reader = RecordedNumbers(run.world.fields, of: subject)
      return Array(zip(reader.names, reader.all(of: value)))
    }
    (state, next) = (numbers(row.state, "state"), numbers(row.next, "state"))
    if case .index(let number) = row.action {
      action = [("action", Double(number))]
      actionName = StateNames(run.world).action(number)
    } else {
      (action, actionName) = (numbers(row.action, "action"), nil)
    }
    (reward, ending) = (row.reward, row.ending)
    metrics = try recording.metricNames().map { name in
      let points = try recording.metric(name)
      let after = points.steps.partition(above: step)
      func point(_ index: Int) -> Metric? {
        points.steps.indices.contains(index)
          ? Metric(step: points.steps[index], name: name, value: points.values[index]) : nil
      }
      return (name, point(after - 1), point(after))
    }
    let checkpoints = try recording.checkpointSteps()
    let after = checkpoints.partition(above: step)
    checkpointBefore = after > 0 ? checkpoints[after - 1] : nil
    checkpointAfter = after < checkpoints.count ? checkpoints[after] : nil
    missing = Self.missing(
      run, isTable: try recording.finalCheckpoint()?.kind == QTable.checkpointKind)
  }

  private static func missing(_ run: RunDescription, isTable: Bool) -> String {
    switch run.purpose {
    case .train: break
    case .evaluate:
      return
        "Nothing was learned here: this is an evaluation. The run that it evaluates can be explained."
    case .play:
      return "Nothing was learned here: this is a game that was played."
    }
    return isTable
      ? "The update is not known, because the run does not say which rule it learned with: "
        + "learning=reel.QLearning(alpha, gamma) when recording gives every update."
      : "The update is not known: \(run.trainer) learned in another program. What it logs as metrics "
        + "(rec.metric) and keeps as checkpoints (rec.checkpoint) is shown here; a Q-table whose rule is "
        + "declared (learning=reel.QLearning(alpha, gamma)) gives every update."
  }

  /// How many numbers of a state or an action are shown.
  private static let most = 12

  package var parts: [ExplanationPart] {
    let shown = state.prefix(Self.most)
    // Whole numbers, such as rows and columns, need no decimals.
    let areWhole = zip(shown, next).allSatisfy { before, after in
      [before.value, after.value].allSatisfy { $0 == $0.rounded() }
    }
    let text = areWhole ? NumberFormat.exact : NumberFormat.column
    var parts = [
      ExplanationPart(
        "state",
        shown.count < state.count ? ["the first \(shown.count) of \(state.count) numbers"] : [],
        .init(
          ["name", "value", "next", "change"], right: [1, 2, 3],
          zip(shown, next).map { before, after in
            [
              before.name, text(before.value), text(after.value), text(after.value - before.value),
            ]
          })),
      ExplanationPart(
        "action",
        [
          actionName
            ?? action.prefix(Self.most).map { "\($0.name) \(number($0.value))" }.joined(
              separator: ", ")
        ]),
      ExplanationPart(
        "world",
        [
          "a reward of \(number(reward))\(ending.remark)"
        ]),
    ]
    if !metrics.isEmpty {
      parts.append(
        ExplanationPart(
          "metrics", [],
          .init(
            ["name", "before", "at step", "after", "at step"], right: [1, 2, 3, 4],
            metrics.map { name, before, after in
              [
                name, before.map { NumberFormat.column($0.value) } ?? "",
                before.map { "\($0.step)" } ?? "",
                after.map { NumberFormat.column($0.value) } ?? "", after.map { "\($0.step)" } ?? "",
              ]
            })))
    }
    func words(_ step: Int?, _ none: String) -> String { step.map { "after step \($0)" } ?? none }
    parts.append(
      ExplanationPart(
        "learning",
        [
          "the last checkpoint is \(words(checkpointBefore, "missing")), the next "
            + words(checkpointAfter, "never came"), missing,
        ]))
    return parts
  }

  var summary: [String] { [missing] }

  private func number(_ value: Double) -> String { NumberFormat.exact(value) }

  var members: [JSON.Member] {
    func object(_ numbers: [(name: String, value: Double)]) -> JSON {
      .object(numbers.map { .init($0.name, .number($0.value)) })
    }
    func point(_ metric: Metric?) -> JSON {
      metric.map { ["step": .integer($0.step), "value": .number($0.value)] } ?? .null
    }
    return [
      .init("state", object(state)), .init("next_state", object(next)),
      .init("action", actionName.map(JSON.string) ?? object(action)),
      .init("reward", .number(reward)), .init("ending", .string(ending.name)),
      .init(
        "metrics",
        .object(
          metrics.map { .init($0.name, ["before": point($0.before), "after": point($0.after)]) })),
      .init("checkpoint_before", checkpointBefore.map(JSON.integer) ?? .null),
      .init("checkpoint_after", checkpointAfter.map(JSON.integer) ?? .null),
      .init("missing", .string(missing)),
    ]
  }
}

extension [Int] {
  /// The index of the first number above a limit in an ascending list.
  func partition(above number: Int) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] > number { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

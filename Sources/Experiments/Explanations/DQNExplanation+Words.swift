import Platform
import Rollouts
import Trainers

extension DQNExplanation {
  package var parts: [ExplanationPart] {
    [seenPart, networkPart, valuesPart, worldPart]
      + (updates.isEmpty
        ? [
          ExplanationPart(
            "update",
            ["nothing is learned yet: \(settings.warmUp) transitions must be remembered first"])
        ]
        : updates.map(updatePart) + [changePart])
  }

  var summary: [String] { [choiceText, ""] + changePart.lines }

  private func number(_ value: Float) -> String { NumberFormat.exact(Double(value)) }
  private func number(_ value: Double) -> String { NumberFormat.exact(value) }
  private func column(_ value: Float) -> String { NumberFormat.column(Double(value)) }
  private func column(_ value: Double) -> String { NumberFormat.column(value) }

  private var seenPart: ExplanationPart {
    ExplanationPart(
      "observation", ["\(observation.count) numbers, as the network sees them"],
      .init(["name", "value"], right: [1], observation.map { [$0.name, column($0.value)] }))
  }

  private var networkPart: ExplanationPart { ExplanationPart("network", LayerWords.lines(units)) }

  private var valuesPart: ExplanationPart {
    ExplanationPart(
      "choice", [choiceText],
      .init(
        ["action", "value", "chance", "after", ""], right: [1, 2, 3],
        values.indices.map { action in
          [
            actions[action], column(values[action]), column(chances[action]),
            column(valuesAfter[action]), action == self.action ? "← chosen" : "",
          ]
        }))
  }

  /// Why the action was chosen, as a sentence.
  package var choiceText: String {
    let name = actions[action].capitalizingFirst
    switch choice {
    case .softmax(let inverseTemperature, let draw):
      return
        "\(name), by chance: the draw \(number(draw)) falls into its share of "
        + "softmax(\(number(inverseTemperature)) · value)."
    case .exploration(let epsilon, let draw):
      return "\(name), to explore: the draw \(number(draw)) is below ε = \(number(epsilon))."
    case .best(let epsilon, let draw):
      return "\(name), the best: the draw \(number(draw)) is not below ε = \(number(epsilon))."
    }
  }

  private var worldPart: ExplanationPart {
    ExplanationPart("world", ["a reward of \(number(reward))\(ending.remark)"])
  }

  /// How many rows of a batch are shown: those with the largest errors.
  private static let shownRows = 8

  private func updatePart(_ update: ReplayTrace) -> ExplanationPart {
    let count = update.rows.count
    let what =
      count == 1
      ? "from the newest transition alone" : "from \(count) remembered transitions, drawn at random"
    let surprising = update.rows.sorted { abs(error(of: $0)) > abs(error(of: $1)) }
    let rows = surprising.prefix(Self.shownRows)
    return ExplanationPart(
      "update",
      [
        what + (count > rows.count ? "; the \(rows.count) most surprising:" : ":")
      ],
      .init(
        ["step", "action", "r", "+ γ ·", "max Q′", "= target", "Q", "error", "loss"],
        right: [0, 2, 3, 4, 5, 6, 7, 8],
        rows.map { row in
          [
            "\(row.step)", actions[row.action], column(row.reward), column(row.discount),
            column(row.nextValue), column(row.target), column(row.value), column(error(of: row)),
            column(loss(of: row)),
          ]
        }))
  }

  private var changePart: ExplanationPart {
    var lines = updates.map { update in
      let clip =
        settings.clip > 0 && update.gradientNorm > settings.clip
        ? ", clipped to \(number(settings.clip))" : ""
      return
        "loss \(number(update.loss)) (\(settings.loss.rawValue)), gradient of length "
        + "\(number(update.gradientNorm))\(clip), Adam's steps \(NumberFormat.decimal(update.learningRate, 6))"
    }
    lines.append(
      "the parameters moved by \(NumberFormat.decimal(parameterMove, 5)) of \(number(parameterNorm))"
    )
    lines.append(
      "\(actions[action]) in this state was worth \(number(values[action])), now "
        + number(valuesAfter[action]))
    return ExplanationPart("change", lines)
  }

  var members: [JSON.Member] {
    func numbers(_ values: [Float]) -> JSON { .array(values.map { .number(Double($0)) }) }
    return [
      .init(
        "observation",
        .object(observation.map { .init($0.name, .number(Double($0.value))) })),
      .init("layers", .array(units.map(numbers))),
      .init("action", .string(actions[action])),
      .init(
        "actions",
        .array(
          actions.indices.map { action in
            [
              "action": .string(actions[action]), "value": .number(Double(values[action])),
              "chance": .number(chances[action]),
              "value_after": .number(Double(valuesAfter[action])),
            ]
          })),
    ] + choiceMembers + [
      .init("reward", .number(reward)), .init("ending", .string(ending.name)),
      .init(
        "updates",
        .array(
          updates.map { update in
            [
              "loss": .number(update.loss), "loss_kind": .string(settings.loss.rawValue),
              "gradient_norm": .number(update.gradientNorm),
              "learning_rate": .number(update.learningRate),
              "rows": .array(
                update.rows.map { row in
                  [
                    "step": .integer(row.step), "action": .string(actions[row.action]),
                    "reward": .number(Double(row.reward)),
                    "discount": .number(Double(row.discount)),
                    "value": .number(Double(row.value)),
                    "next_action": .string(actions[row.nextAction]),
                    "next_value": .number(Double(row.nextValue)),
                    "target": .number(Double(row.target)),
                    "error": .number(Double(error(of: row))),
                    "loss": .number(Double(loss(of: row))),
                  ]
                }),
            ]
          })),
      .init("parameter_norm", .number(parameterNorm)),
      .init("parameter_move", .number(parameterMove)),
    ]
  }

  private var choiceMembers: [JSON.Member] {
    switch choice {
    case .softmax(let inverseTemperature, let draw):
      [
        .init("choice", "softmax"), .init("temperature", .number(inverseTemperature)),
        .init("draw", .number(draw)),
      ]
    case .exploration(let epsilon, let draw):
      [
        .init("choice", "exploration"), .init("epsilon", .number(epsilon)),
        .init("draw", .number(draw)),
      ]
    case .best(let epsilon, let draw):
      [
        .init("choice", "best"), .init("epsilon", .number(epsilon)), .init("draw", .number(draw)),
      ]
    }
  }
}

/// The layers of a network as text.
enum LayerWords {
  /// A line for each layer: its width, and its strongest units.
  static func lines(_ units: [[Float]], output: String = "values") -> [String] {
    units.enumerated().map { index, layer in
      let isLast = index == units.count - 1
      let strongest = layer.indices.sorted { abs(layer[$0]) > abs(layer[$1]) }.prefix(3)
      let words = strongest.map { "\($0): \(NumberFormat.decimal(Double(layer[$0]), 3))" }
      let active = layer.count { $0 != 0 }
      let name = isLast ? output : "layer \(index + 1)"
      return "\(name): \(layer.count) \(layer.count == 1 ? "unit" : "units")"
        + (isLast ? "" : active < layer.count ? ", \(active) active" : "")
        + "; strongest \(words.joined(separator: ", "))"
    }
  }
}

import Platform
import Rollouts
import Trainers

extension PPOExplanation {
  package var parts: [ExplanationPart] {
    var parts: [ExplanationPart] = []
    if letters == nil {
      parts.append(
        ExplanationPart(
          "observation", ["\(observation.count) numbers; the network sees them shifted and scaled"],
          .init(
            ["name", "value", "seen as"], right: [1, 2],
            observation.map { [$0.name, column($0.value), column($0.seen)] })))
      parts.append(
        ExplanationPart(
          "network", LayerWords.lines(decision.units, output: isChoice ? "logits" : "means")))
    } else {
      parts.append(attentionPart)
    }
    parts += [choicePart, worldPart]
    guard let update else {
      return parts + [
        ExplanationPart(
          "update",
          ["nothing was learned from this step: the recording ends before its rollout does"])
      ]
    }
    return parts + [advantagePart(update), epochsPart(update), changePart(update)]
  }

  var summary: [String] {
    let what = choicePart.lines.map(\.capitalizingFirst)
    guard let update else {
      return what + [
        "", "Nothing was learned from this step: the recording ends before its rollout does.",
      ]
    }
    return what + [""] + advantagePart(update).lines + [""] + changePart(update).lines
  }

  private func number(_ value: Float) -> String { NumberFormat.exact(Double(value)) }
  private func number(_ value: Double) -> String { NumberFormat.exact(value) }
  private func column(_ value: Float) -> String { NumberFormat.column(Double(value)) }
  private func column(_ value: Double) -> String { NumberFormat.column(value) }

  // MARK: The decision

  /// What a transformer attended to most, by layer and head.
  private var attentionPart: ExplanationPart {
    let rows = decision.attention.enumerated().flatMap { layer, heads in
      heads.enumerated().map { head, shares in
        let most = shares.indices.sorted { shares[$0] > shares[$1] }.prefix(3)
        return ["\(layer + 1)", "\(head + 1)"]
          + most.map {
            "\(name(ofPlace: $0)) \(NumberFormat.decimal(100 * Double(shares[$0]), 1)) %"
          }
      }
    }
    return ExplanationPart(
      "attention",
      [
        "\(letters?.places ?? 0) places of letters are read; the last one, which decides, looked at"
      ],
      .init(["layer", "head", "most", "second", "third"], rows))
  }

  /// A place of the frame by its row and column.
  private func name(ofPlace place: Int) -> String {
    guard let letters else { return "\(place)" }
    return "(\(place / letters.across), \(place % letters.across))"
  }

  private var choicePart: ExplanationPart {
    guard let deviations = decision.deviations else {
      let chosen = Int(action[0])
      return ExplanationPart(
        "choice",
        [
          "\(actions[chosen]), by chance: the draw \(number(draw ?? 0)) falls into its share; "
            + "ln p = \(number(log)), the entropy is \(number(entropy))"
        ],
        .init(
          ["action", "logit", "chance", ""], right: [1, 2],
          actions.indices.map {
            [
              actions[$0], column(decision.outputs[$0]), column(chances[$0]),
              $0 == chosen ? "← chosen" : "",
            ]
          }))
    }
    return ExplanationPart(
      "choice",
      [
        "drawn from a bell curve for each number; ln p = \(number(log)), "
          + "the entropy is \(number(entropy))"
      ],
      .init(
        ["action", "mean", "σ", "drawn", "in σ"], right: [1, 2, 3, 4],
        actions.indices.map {
          [
            actions[$0], column(decision.outputs[$0]), column(deviations[$0]), column(action[$0]),
            column((action[$0] - decision.outputs[$0]) / deviations[$0]),
          ]
        }))
  }

  private var worldPart: ExplanationPart {
    ExplanationPart("world", ["a reward of \(number(reward))\(ending.remark)"])
  }

  // MARK: The update

  /// How many terms of the sum are shown.
  private static let shownTerms = 6

  private func advantagePart(_ update: RolloutTrace) -> ExplanationPart {
    let terms = update.following
    let shown = terms.prefix(Self.shownTerms)
    let rest = terms.dropFirst(shown.count).reduce(0) { $0 + $1.weight * $1.surprise }
    var rows = shown.map { term in
      [
        "\(term.step)", column(Double(term.reward) * update.rewardScale), column(term.value),
        column(term.nextValue), column(term.surprise), column(term.weight),
        column(term.weight * term.surprise),
      ]
    }
    if terms.count > shown.count {
      rows.append(["\(terms.count - shown.count) more", "", "", "", "", "", column(rest)])
    }
    return ExplanationPart(
      "advantage",
      [
        "δ = r + γ · V′ − V, with γ = \(number(update.gamma)); rewards are multiplied by "
          + number(update.rewardScale),
        "advantage = Σ (γλ)ᵏ · δ = \(number(update.advantage)), with λ = \(number(update.lambda)); "
          + "return = advantage + V = \(number(update.return))",
      ],
      .init(
        ["step", "r", "V", "V′", "δ", "(γλ)ᵏ", "product"], right: [0, 1, 2, 3, 4, 5, 6], rows))
  }

  private func epochsPart(_ update: RolloutTrace) -> ExplanationPart {
    ExplanationPart(
      "update",
      [
        "update \(update.update), from the steps \(update.steps.lowerBound) to "
          + "\(update.steps.upperBound - 1); a ratio outside 1 ± \(number(update.clipRange)) is clipped"
      ],
      .init(
        [
          "epoch", "minibatch", "A scaled", "ratio", "", "policy loss", "V", "value loss",
          "gradient",
        ],
        right: [0, 1, 2, 3, 5, 6, 7, 8],
        update.epochs.map { epoch in
          [
            "\(epoch.epoch)", "\(epoch.minibatch)", column(epoch.advantage), column(epoch.ratio),
            epoch.policySlope == 0 ? "clipped" : "", column(epoch.policyLoss), column(epoch.value),
            column(epoch.valueLoss), column(epoch.gradientNorm),
          ]
        }))
  }

  /// What moved the policy, as a sentence.
  func moverText(_ update: RolloutTrace) -> String {
    let clipped = update.epochs.count { $0.policySlope == 0 }
    let pushes =
      update.epochs.isEmpty
      ? "no minibatch was learned from"
      : clipped == update.epochs.count
        ? "the policy's term was clipped in every epoch"
        : "the policy's term pushed the action's probability "
          + "\(update.epochs.contains { $0.advantage > 0 && $0.policySlope != 0 } ? "up" : "down")"
          + (clipped == 0
            ? " in every epoch"
            : " in \(update.epochs.count - clipped) of \(update.epochs.count) epochs; in the others it was clipped")
    return pushes
      + (update.entropyCoefficient > 0
        ? "; the entropy's term (c₂ = \(number(update.entropyCoefficient))) pulled towards chance"
        : "")
  }

  private func changePart(_ update: RolloutTrace) -> ExplanationPart {
    var lines = [moverText(update)]
    if let after, let logAfter {
      lines.append(
        "ln p of the action was \(number(log)), now \(number(logAfter)); the state was worth "
          + "\(number(update.following[0].value)), now \(number(after.value)), and its return was "
          + number(update.return))
    }
    return ExplanationPart("change", lines)
  }
}

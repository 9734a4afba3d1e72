import Glibc
import Platform
import Rollouts
import Trainers

extension BatchExplanation {
  package var parts: [ExplanationPart] {
    let context = (trace.sequences.first?.count ?? 1) - 1
    let drop =
      dropout > 0
      ? ["no dropout here; training dropped a share of \(dropout)"] : []
    return [
      ExplanationPart(
        "batch",
        [
          "\(trace.sequences.count) sequences of \(context) tokens, drawn from the text",
          "loss \(number(trace.loss)) per token, which is a perplexity of \(NumberFormat.decimal(exp(trace.loss), 2))",
          "gradient of length \(number(trace.gradientNorm)), learning rate "
            + NumberFormat.decimal(trace.learningRate, 6),
        ]),
      ExplanationPart(
        "expected",
        ["after \(expectation.ending), the end of the first sequence:"] + drop,
        expectation.expectedTable),
      ExplanationPart(
        "attention", ["the last place, which expects the next token, looked at"],
        expectation.attentionTable),
      ExplanationPart(
        "change",
        [
          "\(expectation.token.quoted) followed: it was given \(expectation.share.percent), a loss of "
            + "\(number(-log(Double(expectation.share)))); \(expectation.likelierText)",
          "after the update it is given \(shareAfter.percent)",
        ]),
    ]
  }

  var summary: [String] { parts.first.map(\.lines) ?? [] }

  private func number(_ value: Double) -> String { NumberFormat.exact(value) }

  var members: [JSON.Member] {
    [
      .init("sequences", .integer(trace.sequences.count)),
      .init("starts", .array(trace.starts.map(JSON.integer))),
      .init("loss", .number(trace.loss)), .init("gradient_norm", .number(trace.gradientNorm)),
      .init("learning_rate", .number(trace.learningRate)),
    ] + expectation.members + [.init("chance_after", .number(Double(shareAfter)))]
  }
}

extension Expectation {
  /// The rank of the token that followed among all tokens.
  var likelierText: String {
    switch likelier {
    case 0: "no token was likelier"
    case 1: "1 token was likelier"
    default: "\(likelier) tokens were likelier"
    }
  }
}

extension String {
  /// The text in quotation marks, on one line.
  var quoted: String {
    "\"" + replacing("\n", with: "⏎").replacing("\t", with: "⇥") + "\""
  }
}

extension Float {
  /// A share of 1 as a percentage.
  var percent: String { NumberFormat.decimal(100 * Double(self), 2) + " %" }
}

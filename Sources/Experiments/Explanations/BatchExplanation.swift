import Language
import Neural
import Recordings
import Rollouts
package import Trainers

/// One training batch of a language model: how wrong the model was, and what it expected after the first of
/// the batch's sequences.
package struct BatchExplanation: ExplanationContent {
  package let place: ExplainedStep
  package let trace: TextTrace
  /// What the model expects after the last place of the first sequence, before the update.
  package let expectation: Expectation
  /// The probability of the token that follows there, after the update.
  package let shareAfter: Float
  package let dropout: Double

  init(
    _ recording: Recording, _ step: Int, _ plan: TrainingPlan, _ progress: ProgressHandler
  ) throws {
    let run = try recording.description()
    guard let settings = plan.settings as? TextConfiguration else {
      throw RunError.damaged(recording.path, "it is of a text, but no trainer of texts made it")
    }
    var training = try TracedTraining(recording, of: [step], plan)
    let traced = try training.trace(step, progress)
    guard case .text(let trace)? = traced.updates.first, let sequence = trace.sequences.first,
      let token = sequence.last
    else { throw RunError.run("batch \(step) was not learned from when training was repeated") }
    place = ExplainedStep("batch", batch: step, run)
    self.trace = trace
    dropout = settings.dropout
    let read = Array(sequence.dropLast())
    expectation = Expectation(try TrainedModel(traced.before), behind: read, token: token)
    var writer = TextWriter(try TrainedModel(traced.after), prompt: read, room: 0)
    shareAfter = Softmax.shares(of: writer.logits())[token]
  }
}

/// What a language model expects after some tokens, and what its last place attends to.
package struct Expectation: Sendable, Equatable {
  /// The names of the tokens in its context.
  package var seen: [String]
  /// The likeliest tokens with their probabilities.
  package var likeliest: [(name: String, share: Float)]
  /// The token that follows, its probability, and how many are likelier.
  package var token: String
  package var share: Float
  package var likelier: Int
  /// The attention from the last place to each token in the context, by layer and head.
  package var attention: [[[Float]]]

  /// How many of the likeliest tokens are named.
  private static let most = 10

  init(_ trained: TrainedModel, behind tokens: [Int], token: Int) {
    var writer = TextWriter(trained, prompt: tokens, room: 0)
    let shares = Softmax.shares(of: writer.logits())
    let names = trained.tokenizer
    seen = tokens.suffix(writer.seen).map(names.name(of:))
    let known = shares.indices.prefix(names.count)
    likeliest = known.sorted { (shares[$0], -$0) > (shares[$1], -$1) }.prefix(Self.most).map {
      (names.name(of: $0), shares[$0])
    }
    self.token = names.name(of: token)
    share = shares[token]
    likelier = known.count { shares[$0] > shares[token] }
    attention = writer.attention()
  }

  package static func == (one: Expectation, other: Expectation) -> Bool {
    one.members == other.members
  }

  /// The tokens with the most attention from the last place, by layer and head.
  var attentionTable: ExplanationPart.Table {
    ExplanationPart.Table(
      ["layer", "head", "most", "second", "third"],
      attention.enumerated().flatMap { layer, heads in
        heads.enumerated().map { head, shares in
          let most = shares.indices.sorted { shares[$0] > shares[$1] }.prefix(3)
          return ["\(layer + 1)", "\(head + 1)"] + most.map { word(ofPlace: $0, shares[$0]) }
        }
      })
  }

  /// A place, named by its token and how far back it is.
  private func word(ofPlace place: Int, _ share: Float) -> String {
    let back = seen.count - 1 - place
    return "\(seen[place].quoted)\(back == 0 ? " (itself)" : " (\(back) back)") \(share.percent)"
  }

  /// The likeliest tokens with their probabilities.
  var expectedTable: ExplanationPart.Table {
    ExplanationPart.Table(
      ["token", "chance", ""], right: [1],
      likeliest.map { [$0.name.quoted, $0.share.percent, $0.name == token ? "← follows" : ""] })
  }

  /// The end of the context.
  var ending: String { seen.suffix(40).joined().quoted }

  var members: [JSON.Member] {
    [
      .init("seen", .array(seen.map(JSON.string))),
      .init(
        "expected",
        .array(
          likeliest.map {
            ["token": .string($0.name), "chance": .number(Double($0.share))]
          })),
      .init("token", .string(token)), .init("chance", .number(Double(share))),
      .init("likelier", .integer(likelier)),
      .init(
        "attention",
        .array(
          attention.map {
            .array($0.map { .array($0.map { .number(Double($0)) }) })
          })),
    ]
  }
}

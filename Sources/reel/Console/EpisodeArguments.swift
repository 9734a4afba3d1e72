import Experiments
import Recordings

/// `--episode`, `--where` and the like, for every verb that draws episodes.
struct EpisodeArguments {
  /// The choice of episodes; nil if no option was given.
  let filter: EpisodeFilter?
  /// The choice in one word, for file names.
  let name: String

  /// `usual` applies if nothing was given; conditions without `--episode` mean all episodes.
  init(_ arguments: inout Arguments, usual: String) throws {
    let text = try arguments.option(
      "--episode", value: "WHICH",
      help: "first, last, best, worst, median, all, N, A-B, comma-separated (default \(usual))")
    let condition = try arguments.option(
      "--where", value: "CONDITION",
      help: "only episodes that meet a condition, such as 'return > 0 and steps < 20': "
        + "\(EpisodeCondition.vocabulary.joined(separator: ", ")), and, or, not, ( )")
    let firstSuccess = arguments.flag("--first-success", help: "the first episode that succeeds")
    let failures = arguments.flag("--failures", help: "only episodes that do not succeed")
    if firstSuccess, failures || text != nil {
      throw Failure.usage("--first-success names one episode: leave the other options out")
    }
    var all = try condition.map(Self.parsed)
    func require(_ other: EpisodeCondition) { all = all.map { .and($0, other) } ?? other }
    if firstSuccess { require(.success) }
    if failures { require(.not(.success)) }
    let words = text ?? (firstSuccess ? "first" : all == nil ? usual : "all")
    let selection = try Self.selection(words)
    filter = text == nil && all == nil ? nil : EpisodeFilter(selection, where: all)
    name =
      firstSuccess
      ? "first-success"
      : failures && text == nil
        ? "failures" : condition != nil && text == nil ? "selected" : words
  }

  /// The episodes that `--episode` names.
  static func selection(_ text: String) throws -> EpisodeSelection {
    guard let selection = EpisodeSelection(text) else {
      throw Failure.usage(
        "--episode takes first, last, best, worst, median, all, N or A-B counted from 1, "
          + "comma-separated, not '\(text)'")
    }
    return selection
  }

  private static func parsed(_ text: String) throws -> EpisodeCondition {
    do {
      return try EpisodeCondition(parsing: text)
    } catch {
      throw Failure.usage("--where '\(text)' is not a valid condition: \(error)")
    }
  }
}

extension RecordedMoment {
  /// The moment that `--at` or a similar option names; the end by default.
  init(option: String, _ text: String?) throws {
    guard let moment = RecordedMoment(text ?? "end") else {
      throw Failure.usage("\(option) takes a step, N%, end, last or best, not '\(text ?? "")'")
    }
    self = moment
  }
}

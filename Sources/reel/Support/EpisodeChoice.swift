import Recordings
import Rollouts
import Worlds

/// Which episodes of a recording are meant: `--episode` chooses among those of which `--where` is
/// true.
struct EpisodeChoice {
  let selection: EpisodeSelection
  private let condition: EpisodeCondition?
  /// As it was asked for, in one word for names of files.
  let name: String
  /// Whether anything was asked for.
  let isGiven: Bool

  /// `usual` is meant where nothing is asked for; conditions without `--episode` mean all.
  init(_ arguments: inout Arguments, usual: String) throws {
    let text = try arguments.option(
      "--episode", value: "WHICH",
      help: "first, last, best, worst, median, all, N, A-B, comma-separated (default \(usual))")
    let condition = try arguments.option(
      "--where", value: "CONDITION",
      help: "only episodes of which it is true, such as 'return > 0 and steps < 20': "
        + "\(EpisodeCondition.vocabulary.joined(separator: ", ")), and, or, not, ( )")
    let firstSuccess = arguments.flag("--first-success", help: "the first episode that succeeds")
    let failures = arguments.flag("--failures", help: "only episodes that do not succeed")
    if firstSuccess, failures || text != nil {
      throw Failure.usage("--first-success names one episode, so nothing else goes with it")
    }
    var all = try condition.map(Self.parsed)
    func require(_ other: EpisodeCondition) { all = all.map { .and($0, other) } ?? other }
    if firstSuccess { require(.success) }
    if failures { require(.not(.success)) }
    self.condition = all
    isGiven = text != nil || all != nil
    let words = text ?? (firstSuccess ? "first" : all == nil ? usual : "all")
    selection = try episodeSelection(words)
    name =
      firstSuccess
      ? "first-success"
      : failures && text == nil
        ? "failures" : condition != nil && text == nil ? "selected" : words
  }

  /// The chosen episodes; none is an error.
  func episodes(of recording: Recording, _ world: KnownWorld?) throws -> [Episode] {
    guard let condition else { return try recording.episodes(selection, withSteps: true) }
    let all = try recording.episodesWithSteps()
    let successes = condition.asksForSuccess ? try self.successes(all, recording, world) : []
    let fitting = all.filter { condition.isTrue(of: $0, success: successes.contains($0.number)) }
    guard !fitting.isEmpty else {
      throw Failure.failed(
        "of \(all.count) episodes of \(recording.path) none is as asked for",
        "reel episodes \(recording.path) lists them")
    }
    let chosen = selection.choose(from: fitting)
    guard !chosen.isEmpty else {
      throw Failure.failed(
        "of \(fitting.count) such episodes of \(recording.path) none is '\(selection)'")
    }
    return chosen
  }

  /// The numbers of the episodes that succeed: a city's laps, and where else a step ends an episode
  /// and pays.
  private func successes(
    _ episodes: [Episode], _ recording: Recording, _ world: KnownWorld?
  ) throws -> Set<Int> {
    if case .city(let city) = world {
      let laps = episodes.filter { $0.ending == .truncated && $0.steps < city.stepLimit }
      return Set(laps.map(\.number))
    }
    let rewards = try recording.lastRewards()
    return Set(
      episodes.filter { $0.ending == .terminated && rewards[$0.number, default: 0] > 0 }
        .map(\.number))
  }

  private static func parsed(_ text: String) throws -> EpisodeCondition {
    do {
      return try EpisodeCondition(parsing: text)
    } catch {
      throw Failure.usage("--where '\(text)' cannot be understood: \(error)")
    }
  }
}

import Platform
import Recordings
import Rollouts

extension RunCourse {
  /// The first success, the best, worst and longest episode, each at its last step, and where the mean return
  /// changed for good.
  func episodeMoments(in world: any World) throws -> [Moment] {
    var survey = EpisodeSurvey()
    var search: SuccessSearch? =
      try recording.hasEveryStep() ? SuccessSearch(in: world, recording) : nil
    try forEachEnded { episode in
      survey.add(episode)
      try search?.add(episode)
    }
    let success = try search?.result().map(firstSuccess)
    return [success, best(survey), worst(survey), longest(survey)].compactMap(\.self)
      + (try curveMoments(survey.returns))
  }

  private func firstSuccess(_ first: Episode) -> Moment {
    moment(
      .firstSuccess, in: first, value: first.return,
      "Episode \(first.number) was the first to succeed, in \(Self.count(first.steps, "step")) and"
        + " with a return of \(NumberFormat.short(first.return)).")
  }

  private func best(_ survey: EpisodeSurvey) -> Moment? {
    guard let best = survey.best else { return nil }
    return moment(
      .bestEpisode, in: best, value: best.return,
      "Episode \(best.number) has the best return, \(NumberFormat.short(best.return)), in"
        + " \(Self.count(best.steps, "step")).")
  }

  /// None if all are equally good.
  private func worst(_ survey: EpisodeSurvey) -> Moment? {
    guard let worst = survey.worst, let best = survey.best, best.return > worst.return else {
      return nil
    }
    return moment(
      .worstEpisode, in: worst, value: worst.return,
      "Episode \(worst.number) has the worst return, \(NumberFormat.short(worst.return)), in"
        + " \(Self.count(worst.steps, "step")).")
  }

  /// The first of the longest episodes; none if all are equally long.
  private func longest(_ survey: EpisodeSurvey) -> Moment? {
    guard let longest = survey.longest, let usual = survey.medianLength else { return nil }
    return moment(
      .longestEpisode, in: longest, value: Double(longest.steps),
      "Episode \(longest.number) is the longest, with \(Self.count(longest.steps, "step")); the median is"
        + " \(NumberFormat.count(usual)).")
  }
}

/// Facts about a run's episodes, which are added in the order in which they ended.
private struct EpisodeSurvey {
  /// The best and the worst return that is a number; of equals the episode with the lower number.
  private(set) var best: Episode?
  private(set) var worst: Episode?
  /// The first of the longest.
  private(set) var longest: Episode?
  private(set) var returns = ReturnSeries()
  /// How many episodes had each number of steps. With n different lengths a run has at least n²/2 steps, so they are few.
  private var lengths: [Int: Int] = [:]

  mutating func add(_ episode: Episode) {
    lengths[episode.steps, default: 0] += 1
    if episode.steps > longest?.steps ?? 0 { longest = episode }
    if episode.return.isFinite { returns.add(episode.return, number: episode.number) }
    guard !episode.return.isNaN else { return }
    if best.map({ ($0.return, episode.number) < (episode.return, $0.number) }) ?? true {
      best = episode
    }
    if worst.map({ (episode.return, episode.number) < ($0.return, $0.number) }) ?? true {
      worst = episode
    }
  }

  /// The median number of steps, of two the lesser; nil if all are equally long.
  var medianLength: Int? {
    guard lengths.count > 1 else { return nil }
    var before = (lengths.values.reduce(0, +) - 1) / 2
    return lengths.sorted { $0.key < $1.key }.first { _, count in
      before -= count
      return before < 0
    }?.key
  }
}

/// Finds the first success, a group of episodes at a time: if there is one, it is usually found early.
private struct SuccessSearch {
  private let world: any World
  private let recording: Recording
  private var some: [Episode] = []
  private var found: Episode?

  private static let searched = 1024

  init(in world: any World, _ recording: Recording) {
    (self.world, self.recording) = (world, recording)
  }

  mutating func add(_ episode: Episode) throws {
    guard found == nil else { return }
    some.append(episode)
    if some.count == Self.searched { try look() }
  }

  /// The first success, once all episodes have been added.
  mutating func result() throws -> Episode? {
    try look()
    return found
  }

  private mutating func look() throws {
    let numbers = some.map(\.number)
    guard found == nil, let least = numbers.min(), let greatest = numbers.max() else { return }
    let successes = try recording.successes(of: least...greatest, in: world)
    found = some.first { successes.contains($0.number) }
    some = []
  }
}

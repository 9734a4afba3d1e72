import Platform
import Recordings
import Rollouts

extension RunCourse {
  /// The first success, and the best, worst and longest episode; each at its episode's last step.
  func episodeMoments(in world: any World) throws -> [Moment] {
    [try firstSuccess(in: world), best(), worst(), longest()].compactMap(\.self)
  }

  /// The first success, if every episode can be checked.
  private func firstSuccess(in world: any World) throws -> Moment? {
    guard try recording.hasEveryStep() else { return nil }
    // If there is a success, it is usually found early.
    for start in stride(from: 0, to: ended.count, by: Self.searched) {
      let some = ended[start..<min(ended.count, start + Self.searched)]
      let numbers = some.map(\.number)
      guard let least = numbers.min(), let greatest = numbers.max() else { continue }
      let successes = Set(
        try recording.lastTransitions(of: least...greatest).filter { world.isSuccess($0) }
          .map(\.episode))
      guard let first = some.first(where: { successes.contains($0.number) }) else { continue }
      return moment(
        .firstSuccess, in: first, value: first.return,
        "Episode \(first.number) was the first to succeed, in \(Self.count(first.steps, "step")) and"
          + " with a return of \(NumberFormat.short(first.return)).")
    }
    return nil
  }

  /// How many episodes are checked for success at a time.
  private static let searched = 1024

  private func best() -> Moment? {
    guard let best = EpisodeSelection.best(1).choose(from: rated).first else { return nil }
    return moment(
      .bestEpisode, in: best, value: best.return,
      "Episode \(best.number) has the best return, \(NumberFormat.short(best.return)), in"
        + " \(Self.count(best.steps, "step")).")
  }

  /// None if all are equally good.
  private func worst() -> Moment? {
    guard let worst = EpisodeSelection.worst(1).choose(from: rated).first,
      rated.contains(where: { $0.return > worst.return })
    else { return nil }
    return moment(
      .worstEpisode, in: worst, value: worst.return,
      "Episode \(worst.number) has the worst return, \(NumberFormat.short(worst.return)), in"
        + " \(Self.count(worst.steps, "step")).")
  }

  /// The first of the longest episodes; none if all are equally long.
  private func longest() -> Moment? {
    let lengths = ended.map(\.steps)
    guard let most = lengths.max(), lengths.min() != most,
      let longest = ended.first(where: { $0.steps == most })
    else { return nil }
    let usual = lengths.sorted()[(lengths.count - 1) / 2]
    return moment(
      .longestEpisode, in: longest, value: Double(most),
      "Episode \(longest.number) is the longest, with \(Self.count(most, "step")); the median is"
        + " \(NumberFormat.count(usual)).")
  }

  /// The finished episodes whose return is a number.
  private var rated: [Episode] {
    ended.contains { $0.return.isNaN } ? ended.filter { !$0.return.isNaN } : ended
  }
}

/// An episode that represents a part of training.
package struct Milestone: Sendable, Equatable {
  /// The part that it represents.
  package var name: String
  /// The recorded episode.
  package var episode: Episode

  /// An episode with a name.
  package init(_ name: String, _ episode: Episode) {
    self.name = name
    self.episode = episode
  }

  /// The parts of training, each a third of its steps.
  package static let parts = ["Early", "Middle", "Late"]

  /// The first episode, and one from each third of a run's steps: the one nearest to its middle
  /// among those whose return is in the middle fifth, so that luck plays no part. Runs of few
  /// episodes show all of them.
  package static func all(of episodes: [Episode]) -> [Milestone] {
    let over = episodes.filter(\.isOver)
    guard let first = over.first, let last = over.last, over.count > parts.count + 1 else {
      return (over.isEmpty ? Array(episodes.suffix(1)) : over).map {
        Milestone("Episode \($0.number)", $0)
      }
    }
    var milestones = [Milestone("First try", first)]
    let end = last.firstStep + 1
    for (part, name) in parts.enumerated() {
      let range = end * part / parts.count..<end * (part + 1) / parts.count
      let inside = over.filter { range.contains($0.firstStep) && $0.number != first.number }
      let middle = (range.lowerBound + range.upperBound) / 2
      if let chosen = usual(inside, near: middle) { milestones.append(Milestone(name, chosen)) }
    }
    return milestones
  }

  /// The nearest to a step among episodes with about the median return.
  private static func usual(_ episodes: [Episode], near step: Int) -> Episode? {
    guard !episodes.isEmpty else { return nil }
    let returns = episodes.map(\.return).sorted()
    let low = returns[returns.count * 2 / 5]
    let high = returns[(returns.count * 3 + 4) / 5 - 1]
    return episodes.filter { low <= $0.return && $0.return <= high }
      .min { abs($0.firstStep - step) < abs($1.firstStep - step) }
  }
}

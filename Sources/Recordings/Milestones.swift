/// An episode that stands for a part of training.
package struct Milestone: Sendable, Equatable {
  /// What it stands for.
  package var name: String
  /// The episode as it was recorded.
  package var episode: Episode

  /// An episode under a name.
  package init(_ name: String, _ episode: Episode) {
    self.name = name
    self.episode = episode
  }

  /// The parts of training, each a third of its steps.
  package static let parts = ["Early", "Middle", "Late"]

  /// The first episode, and from each third of a run's steps the one whose return is the median, so
  /// that nobody picks the lucky ones. Runs of few episodes show them all.
  package static func all(of episodes: [Episode]) -> [Milestone] {
    let over = episodes.filter(\.isOver)
    guard let first = over.first, let last = over.last, over.count > parts.count + 1 else {
      return (over.isEmpty ? Array(episodes.suffix(1)) : over).map {
        Milestone("Episode \($0.number)", $0)
      }
    }
    var milestones = [Milestone("First try", first)]
    let end = last.firstStep + 1
    var known: Set<Int> = [first.number]
    for (part, name) in parts.enumerated() {
      let range = end * part / parts.count..<end * (part + 1) / parts.count
      let inside = over.filter { range.contains($0.firstStep) && !known.contains($0.number) }
      guard let chosen = median(inside) else { continue }
      known.insert(chosen.number)
      milestones.append(Milestone(name, chosen))
    }
    return milestones
  }

  /// The episode with the median return; of those with the same, the one in the middle of the part.
  private static func median(_ episodes: [Episode]) -> Episode? {
    guard !episodes.isEmpty else { return nil }
    let ranked = episodes.map(\.return).sorted()
    let median = ranked[(ranked.count - 1) / 2]
    let equal = episodes.filter { $0.return == median }
    return equal.isEmpty ? episodes[0] : equal[equal.count / 2]
  }
}

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
  ///
  /// `forEach` calls a body with all episodes, in groups; it is called several times.
  package static func all(
    of forEach: @escaping (_ body: ([Episode]) throws -> Void) throws -> Void
  ) throws -> [Milestone] {
    var count = 0
    var (few, newest): ([Episode], Episode?) = ([], nil)
    try forEach { episodes in
      newest = episodes.last ?? newest
      let over = episodes.filter(\.isOver)
      count += over.count
      few = Array((few + over).prefix(parts.count + 1))
    }
    guard let first = few.first, count > parts.count + 1 else {
      return (few.isEmpty ? [newest].compactMap(\.self) : few).map {
        Milestone("Episode \($0.number)", $0)
      }
    }
    return [Milestone("First try", first)] + (try thirds(of: forEach, after: first))
  }

  private static func thirds(
    of forEach: @escaping (_ body: ([Episode]) throws -> Void) throws -> Void,
    after first: Episode
  ) throws -> [Milestone] {
    var end = 0
    try forEach { end = $0.last(where: \.isOver).map { $0.firstStep + 1 } ?? end }
    let ranges = parts.indices.map { end * $0 / parts.count..<end * ($0 + 1) / parts.count }
    func forEachInside(_ body: (_ part: Int, Episode) -> Void) throws {
      try forEach { episodes in
        for episode in episodes where episode.isOver && episode.number != first.number {
          if let part = ranges.firstIndex(where: { $0.contains(episode.firstStep) }) {
            body(part, episode)
          }
        }
      }
    }
    var samples = ranges.map { _ in ReturnSample() }
    try forEachInside { part, episode in samples[part].add(episode.return) }
    let usual = samples.map(\.middleFifth)
    var chosen: [Episode?] = ranges.map { _ in nil }
    try forEachInside { part, episode in
      guard usual[part]?.contains(episode.return) == true else { return }
      let middle = (ranges[part].lowerBound + ranges[part].upperBound) / 2
      func distance(_ episode: Episode) -> Int { abs(episode.firstStep - middle) }
      if chosen[part].map({ distance(episode) < distance($0) }) ?? true { chosen[part] = episode }
    }
    return zip(parts, chosen).compactMap { name, episode in episode.map { Milestone(name, $0) } }
  }
}

/// The returns of some episodes; of very many, every second, fourth, … one.
private struct ReturnSample {
  private var returns: [Double] = []
  private var every = 1
  private var passed = 0
  private static let most = 1 << 16

  mutating func add(_ value: Double) {
    if passed.isMultiple(of: every) { returns.append(value) }
    passed += 1
    guard returns.count > Self.most else { return }
    returns = stride(from: 0, to: returns.count, by: 2).map { returns[$0] }
    every *= 2
  }

  /// The bounds of the middle fifth; nil if there are no returns.
  var middleFifth: ClosedRange<Double>? {
    let sorted = returns.filter { !$0.isNaN }.sorted()
    guard !sorted.isEmpty else { return nil }
    return sorted[sorted.count * 2 / 5]...sorted[(sorted.count * 3 + 4) / 5 - 1]
  }
}

/// The outcomes of a run's finished episodes, or the values of a metric, in order. A few are kept in memory; many are
/// read from the recording each time.
package struct Outcomes {
  package typealias Reading = (_ body: (EpisodeOutcome) throws -> Void) throws -> Void

  /// The default limit on how many are kept: 8 MB.
  package static let usualMost = 1 << 18

  /// How many there are.
  package let count: Int
  /// The limit on how many are kept.
  package let most: Int
  private let kept: [EpisodeOutcome]?
  private let read: Reading

  /// The outcomes that `read` finds.
  package init(most: Int = Outcomes.usualMost, _ read: @escaping Reading) throws {
    var count = 0
    var kept: [EpisodeOutcome] = []
    try read { outcome in
      count += 1
      if count <= most { kept.append(outcome) } else if count == most + 1 { kept = [] }
    }
    (self.count, self.most, self.read) = (count, most, read)
    self.kept = count <= most ? kept : nil
  }

  /// Outcomes that are in memory.
  package init(_ outcomes: [EpisodeOutcome]) {
    (count, most, kept) = (outcomes.count, outcomes.count, outcomes)
    read = { body in try outcomes.forEach(body) }
  }

  /// Calls `body` with each. If the run is still written, later outcomes are left out.
  package func forEach(_ body: (EpisodeOutcome) throws -> Void) throws {
    if let kept { return try kept.forEach(body) }
    var left = count
    try read { outcome in
      guard left > 0 else { return }
      left -= 1
      try body(outcome)
    }
  }

  /// The last ones that meet a condition.
  package func last(
    _ count: Int, where isWanted: (EpisodeOutcome) -> Bool = { _ in true }
  ) throws -> [EpisodeOutcome] {
    var last: [EpisodeOutcome] = []
    try forEach { outcome in
      guard isWanted(outcome) else { return }
      last.append(outcome)
      if last.count - count == count { last.removeFirst(count) }
    }
    return last.suffix(count)
  }
}

extension Recording {
  /// The return of every finished episode, and when it ended; up to `most` are kept in memory.
  package func outcomes(most: Int = Outcomes.usualMost) throws -> Outcomes {
    try Outcomes(most: most) { try self.forEachOutcome($0) }
  }

  /// The values of a metric instead of returns, each with the episode in which it was measured; empty if it was
  /// never recorded.
  package func outcomes(
    ofMetric name: String, most: Int = Outcomes.usualMost
  ) throws -> Outcomes {
    try Outcomes(most: most) { try self.forEachOutcome(ofMetric: name, $0) }
  }

  private func forEachOutcome(_ body: (EpisodeOutcome) throws -> Void) throws {
    var clock = RecordedClock(self)
    try forEachEpisodes { episodes in
      for episode in episodes where episode.isOver {
        let steps = episode.lastStep + 1
        try body(
          EpisodeOutcome(
            number: episode.number, stepsDone: steps, seconds: try clock.seconds(after: steps),
            totalReturn: episode.return))
      }
    }
  }

  private func forEachOutcome(
    ofMetric name: String, _ body: (EpisodeOutcome) throws -> Void
  ) throws {
    var clock = RecordedClock(self)
    let pages = try EpisodePages(self)
    var page: ArraySlice<Episode> = []
    var begun = 0
    var points = try points(of: name, after: 0)
    while let last = points.last {
      for (_, step, value) in points {
        while true {
          if page.isEmpty { page = try pages.next()?[...] ?? [] }
          guard let next = page.first, next.firstStep < step else { break }
          page.removeFirst()
          begun += 1
        }
        try body(
          EpisodeOutcome(
            number: begun, stepsDone: step, seconds: try clock.seconds(after: step),
            totalReturn: value)
        )
      }
      points = try self.points(of: name, after: last.row)
    }
  }
}

/// The time at which a run had reached some number of steps; the numbers must not decrease.
private struct RecordedClock {
  private let recording: Recording
  private var commits: ArraySlice<(row: Int, steps: Int, seconds: Double)> = []
  private var lastRow = 0
  private var isOver = false
  private var before = (steps: 0, seconds: 0.0)

  init(_ recording: Recording) { self.recording = recording }

  /// The time is known at every commit; between two commits it is interpolated.
  mutating func seconds(after steps: Int) throws -> Double {
    while let commit = try next(), commit.steps < steps {
      before = (commit.steps, commit.seconds)
      commits.removeFirst()
    }
    guard let next = commits.first, next.steps > before.steps else { return before.seconds }
    let share = Double(steps - before.steps) / Double(next.steps - before.steps)
    return before.seconds + share * (next.seconds - before.seconds)
  }

  /// The first commit that has not passed; nil after the last.
  private mutating func next() throws -> (row: Int, steps: Int, seconds: Double)? {
    if commits.isEmpty, !isOver {
      commits = try recording.commits(after: lastRow)[...]
      lastRow = commits.last?.row ?? lastRow
      isOver = commits.isEmpty
    }
    return commits.first
  }
}

/// An episode's outcome: enough for a curve.
package struct EpisodeOutcome: Hashable, Sendable {
  /// Its number in the run.
  package var number: Int
  /// How many steps the run had when the episode ended.
  package var stepsDone: Int
  /// How many seconds the run had taken when it ended; 0 where unknown.
  package var seconds: Double
  /// The sum of its rewards.
  package var totalReturn: Double

  /// An episode's outcome.
  package init(number: Int, stepsDone: Int, seconds: Double = 0, totalReturn: Double) {
    self.number = number
    self.stepsDone = stepsDone
    self.seconds = seconds
    self.totalReturn = totalReturn
  }
}

extension Recording {
  /// The return of every finished episode, and when it ended.
  package func outcomes() throws -> [EpisodeOutcome] {
    var clock = RecordedClock(try elapsed())
    var outcomes: [EpisodeOutcome] = []
    try forEachEpisodes { episodes in
      for episode in episodes where episode.isOver {
        let steps = episode.lastStep + 1
        outcomes.append(
          EpisodeOutcome(
            number: episode.number, stepsDone: steps, seconds: clock.seconds(after: steps),
            totalReturn: episode.return))
      }
    }
    return outcomes
  }

  /// The values of a metric instead of returns, each with the episode in which it was measured;
  /// empty where it was never recorded.
  package func outcomes(ofMetric name: String) throws -> [EpisodeOutcome] {
    let series = try metric(name)
    guard !series.steps.isEmpty else { return [] }
    let episodes = try episodes()
    var clock = RecordedClock(try elapsed())
    var episode = 0
    return zip(series.steps, series.values).map { step, value in
      while episode < episodes.count, episodes[episode].firstStep < step { episode += 1 }
      return EpisodeOutcome(
        number: episode, stepsDone: step, seconds: clock.seconds(after: step), totalReturn: value)
    }
  }
}

/// The time at which a run had reached some number of steps; the numbers must not decrease.
private struct RecordedClock {
  private let commits: [(steps: Int, seconds: Double)]
  private var next = 0
  private var before = (steps: 0, seconds: 0.0)

  init(_ commits: [(steps: Int, seconds: Double)]) { self.commits = commits }

  /// The time is known at every commit; between two commits it is interpolated.
  mutating func seconds(after steps: Int) -> Double {
    while next < commits.count, commits[next].steps < steps {
      before = commits[next]
      next += 1
    }
    guard next < commits.count, commits[next].steps > before.steps else { return before.seconds }
    let share = Double(steps - before.steps) / Double(commits[next].steps - before.steps)
    return before.seconds + share * (commits[next].seconds - before.seconds)
  }
}

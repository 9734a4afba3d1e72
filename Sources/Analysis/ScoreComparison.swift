/// A comparison of algorithms by their scores, with confidence intervals.
package struct ScoreComparison: Sendable {
  /// One algorithm.
  package struct Group: Sendable {
    /// Its name.
    package let name: String
    /// The scores of its runs.
    package let scores: Scores
    /// The aggregates of its scores; with a single run on each task the intervals have no width.
    package let aggregates: [Aggregate: Interval]
    /// The share of its runs above each threshold.
    package let profile: [Interval]

    /// Whether its runs are enough for a conclusion. Each task's own mean uses up one of them.
    package var hasEnoughRuns: Bool {
      scores.values.count - scores.taskCount + 1 >= EnoughRuns.fewest
    }
  }

  /// The probability that a run of one algorithm beats a run of another, on a random task.
  package struct Improvement: Sendable {
    package let group: Int
    package let over: Int
    package let probability: Interval
  }

  /// The algorithms.
  package let groups: [Group]
  /// All pairs of them.
  package let improvements: [Improvement]
  /// The thresholds of the profiles.
  package let thresholds: [Double]
  /// The perfect score.
  package let optimum: Double
  /// The number of bootstrap repetitions.
  package let repetitions: Int

  /// Why nothing can be concluded; nil if there are enough runs.
  package var caveat: String? {
    let few = groups.filter { !$0.hasEnoughRuns }
    guard !few.isEmpty else { return nil }
    let counts = few.map { "\($0.name): \($0.scores.values.count)" }.joined(separator: ", ")
    return "too few runs for a conclusion (\(counts)): \(EnoughRuns.advice)"
  }

  /// The number that rliable uses for profiles, whose every threshold has an interval of its own.
  private static let profileRepetitions = 2000

  /// Compares named scores on the same tasks.
  package init(
    _ groups: [(name: String, scores: Scores)], optimum: Double, repetitions: Int = 50_000
  ) {
    precondition(!groups.isEmpty, "something to compare")
    precondition(
      groups.allSatisfy { $0.scores.taskCount == groups[0].scores.taskCount }, "the same tasks")
    self.optimum = optimum
    self.repetitions = repetitions
    let all = groups.flatMap(\.scores.values)
    let (low, high) = (all.min() ?? 0, all.max() ?? 1)
    let thresholds = (0...100).map { low + (high - low) * Double($0) / 100 }
    self.thresholds = thresholds
    self.groups = groups.enumerated().map { index, group in
      Group(
        name: group.name, scores: group.scores,
        aggregates: Self.aggregates(
          group.scores, optimum: optimum, repetitions: repetitions, part: index),
        profile: Self.profile(group.scores, thresholds: thresholds, part: index))
    }
    improvements = groups.indices.flatMap { first in
      groups.indices.dropFirst(first + 1).map { second in
        Improvement(
          group: first, over: second,
          probability: Self.improvement(
            groups[first].scores, over: groups[second].scores, repetitions: repetitions,
            parts: (first, groups.count + second)))
      }
    }
  }

  /// Every aggregate with its interval.
  package static func aggregates(
    _ scores: Scores, optimum: Double, repetitions: Int, part: Int = 0
  ) -> [Aggregate: Interval] {
    let kernel = AggregateKernel(scores, optimum: optimum)
    let bootstrap = StratifiedBootstrap(
      runs: scores.runCounts, repetitions: repetitions, part: part)
    let results = bootstrap.results(of: SIMD4<Double>()) { kernel.values($0) }
    return Dictionary(
      uniqueKeysWithValues: Aggregate.allCases.map { aggregate in
        let estimate = aggregate.value(of: scores, optimum: optimum)
        let place = aggregate.place
        return (aggregate, Interval(estimate, repetitions: results.map { $0[place] }))
      })
  }

  /// The share of scores above each threshold.
  package static func profile(
    _ scores: Scores, thresholds: [Double], part: Int = 0
  ) -> [Interval] {
    let order = scores.values.indices.sorted { scores.values[$0] < scores.values[$1] }
    // How many scores do not exceed each threshold.
    let below = thresholds.map { threshold in
      order.count { scores.values[$0] <= threshold }
    }
    let total = Double(order.count)
    let bootstrap = StratifiedBootstrap(
      runs: scores.runCounts, repetitions: profileRepetitions, part: part)
    let results = bootstrap.results(of: [Double]()) { counts in
      var shares: [Double] = []
      shares.reserveCapacity(below.count)
      var (passed, place) = (Int32(0), 0)
      for limit in below {
        while place < limit {
          passed &+= counts[order[place]]
          place += 1
        }
        shares.append(1 - Double(passed) / total)
      }
      return shares
    }
    return thresholds.indices.map { index in
      Interval(
        1 - Double(below[index]) / total, repetitions: results.map { $0[index] })
    }
  }

  /// The probability that a run of the first scores more than one of the second; ties count half.
  ///
  /// The Mann–Whitney U of each task divided by the number of pairs, averaged over tasks.
  package static func improvement(
    _ scores: Scores, over others: Scores, repetitions: Int, parts: (Int, Int) = (0, 1)
  ) -> Interval {
    let duel = Duel(scores, others)
    let ones = { (count: Int) in [Int32](repeating: 1, count: count) }
    let estimate = ones(duel.count).withUnsafeBufferPointer { duel.probability($0) }
    // Both are drawn at once, as the tasks of one list.
    let bootstrap = StratifiedBootstrap(
      runs: scores.runCounts + others.runCounts, repetitions: repetitions,
      part: parts.0 << 16 + parts.1)
    return Interval(estimate, repetitions: bootstrap.results(of: 0) { duel.probability($0) })
  }

  /// Two algorithms, whose runs are counted with weights.
  private struct Duel: Sendable {
    /// How many scores there are, those of the first before those of the second.
    let count: Int
    private let bounds: [Int]
    private let otherBounds: [Int]
    /// The indices of both, sorted within each task.
    private let order: [Int]
    private let otherOrder: [Int]
    /// For each index in `order`, how many of the other's scores are lower, and how many are not higher.
    private let less: [Int]
    private let notMore: [Int]

    init(_ scores: Scores, _ others: Scores) {
      count = scores.values.count + others.values.count
      bounds = scores.bounds
      otherBounds = others.bounds.map { $0 + scores.values.count }
      order = Self.order(scores)
      otherOrder = Self.order(others).map { $0 + scores.values.count }
      less = Self.counts(scores, others, order) { $0 < $1 }
      notMore = Self.counts(scores, others, order) { $0 <= $1 }
    }

    private static func order(_ scores: Scores) -> [Int] {
      (0..<scores.taskCount).flatMap { task in
        scores.task(task).indices.sorted { scores.values[$0] < scores.values[$1] }
      }
    }

    private static func counts(
      _ scores: Scores, _ others: Scores, _ order: [Int], _ isBelow: (Double, Double) -> Bool
    ) -> [Int] {
      (0..<scores.taskCount).flatMap { task in
        order[scores.bounds[task]..<scores.bounds[task + 1]].map { place in
          others.task(task).count { isBelow($0, scores.values[place]) }
        }
      }
    }

    func probability(_ counts: UnsafeBufferPointer<Int32>) -> Double {
      var sum = 0.0
      for task in 0..<bounds.count - 1 {
        let (first, otherFirst) = (bounds[task], otherBounds[task])
        let size = bounds[task + 1] - first
        let otherSize = otherBounds[task + 1] - otherFirst
        var (wins, below, reach) = (0, 0, 0)
        var (upTo, reached) = (0, 0)
        let offset = otherFirst - otherBounds[0]
        for place in first..<first + size {
          while below < less[place] {
            reach += Int(counts[otherOrder[offset + below]])
            below += 1
          }
          while upTo < notMore[place] {
            reached += Int(counts[otherOrder[offset + upTo]])
            upTo += 1
          }
          wins += Int(counts[order[place]]) * (reach + reached)
        }
        sum += Double(wins) / 2 / Double(size * otherSize)
      }
      return sum / Double(bounds.count - 1)
    }
  }
}

extension ScoreComparison {
  /// Every number: aggregates, then pairs, then profiles.
  package var csv: String {
    var table = CSV(["group", "over", "statistic", "threshold", "value", "low", "high"])
    func add(
      _ group: String, over: String = "", _ statistic: String, threshold: Double? = nil,
      _ interval: Interval
    ) {
      table.add(
        [group, over, statistic, CSV.number(threshold)]
          + [interval.estimate, interval.low, interval.high].map(CSV.number))
    }
    for group in groups {
      for aggregate in Aggregate.allCases {
        guard let interval = group.aggregates[aggregate] else { continue }
        add(group.name, aggregate.rawValue, interval)
      }
    }
    for pair in improvements {
      add(
        groups[pair.group].name, over: groups[pair.over].name, "probability_of_improvement",
        pair.probability)
    }
    for group in groups {
      for (threshold, interval) in zip(thresholds, group.profile) {
        add(group.name, "share_above", threshold: threshold, interval)
      }
    }
    return table.text
  }
}

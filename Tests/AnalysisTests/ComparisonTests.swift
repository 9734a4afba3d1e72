import Analysis
import Rollouts
import TestSupport
import Testing

/// Statistics against rliable's, see Tests/Reference/rliable_reference.py.
@Suite struct ComparisonTests {
  struct Reference: CustomTestStringConvertible {
    let json: JSON
    var testDescription: String { json["name"]?.text ?? "" }

    func numbers(_ key: String) throws -> [Double] { try #require(json[key], "\(key)").numbers() }
    func rows(_ key: String) throws -> [[Double]] {
      try json.elements(key).map { try $0.numbers() }
    }
    func scores(_ key: String) throws -> Scores { Scores(tasks: try rows(key)) }
    var optimum: Double { json["optimum"]?.double ?? .nan }
  }

  static func references() throws -> [Reference] {
    try JSON(parsing: Repository.text("Tests/Reference/rliable.json")).elements()
      .map(Reference.init)
  }

  @Test(arguments: try references())
  func `exact statistics equal rliable's`(reference: Reference) throws {
    let (first, second) = try (reference.scores("first"), reference.scores("second"))
    let aggregates = try reference.numbers("aggregates")
    #expect(aggregates.count == Aggregate.allCases.count)
    for (aggregate, expected) in zip(Aggregate.allCases, aggregates) {
      let value = aggregate.value(of: first, optimum: reference.optimum)
      #expect(abs(value - expected) < 1e-12, "\(aggregate)")
    }
    let better = ScoreComparison.improvement(first, over: second, repetitions: 100).estimate
    #expect(abs(better - (try reference.numbers("improvement")[0])) < 1e-12)
    let profile = ScoreComparison.profile(first, thresholds: try reference.numbers("thresholds"))
    let known = try reference.numbers("profile")
    #expect(profile.count == known.count && !known.isEmpty)
    for (found, expected) in zip(profile, known) {
      #expect(abs(found.estimate - expected) < 1e-12)
    }
  }

  @Test(arguments: try references())
  func `intervals equal rliable's up to sampling error`(reference: Reference) throws {
    let (first, second) = try (reference.scores("first"), reference.scores("second"))
    let found = ScoreComparison.aggregates(first, optimum: reference.optimum, repetitions: 50_000)
    let intervals = try reference.rows("intervals")
    let (lows, highs) = (intervals[0], intervals[1])
    for (index, aggregate) in Aggregate.allCases.enumerated() {
      let interval = found[aggregate] ?? Interval(.nan, repetitions: [])
      // With 50,000 repetitions a bound is accurate to about a hundredth of the interval.
      let slack = (highs[index] - lows[index]) * 0.03
      #expect(abs(interval.low - lows[index]) <= slack, "\(aggregate) \(interval)")
      #expect(abs(interval.high - highs[index]) <= slack, "\(aggregate) \(interval)")
    }
    let better = ScoreComparison.improvement(first, over: second, repetitions: 50_000)
    let bounds = try reference.rows("improvement_interval").map { $0[0] }
    #expect(abs(better.low - bounds[0]) <= (bounds[1] - bounds[0]) * 0.06)
    #expect(abs(better.high - bounds[1]) <= (bounds[1] - bounds[0]) * 0.06)
    let profile = ScoreComparison.profile(first, thresholds: try reference.numbers("thresholds"))
    let bands = try reference.rows("profile_interval")
    let (low, high) = (bands[0], bands[1])
    #expect(profile.count == low.count)
    // Profiles are shares of runs, and jump by one run at a time.
    let run = 1 / Double(first.values.count)
    for (index, interval) in profile.enumerated() {
      #expect(abs(interval.low - low[index]) <= run + 1e-6)
      #expect(abs(interval.high - high[index]) <= run + 1e-6)
    }
  }

  @Test func `runs are resampled within their task, each as often as any other`() {
    // All scores of a task are the same, so no resample can change a task's mean.
    let even = Scores(tasks: [[1, 1, 1], [5, 5], [9]])
    let fixed = ScoreComparison.aggregates(even, optimum: 10, repetitions: 200)
    #expect(fixed[.mean] == Interval(5, repetitions: [5]))
    #expect(fixed[.median] == Interval(5, repetitions: [5]))
    let many = Scores(tasks: [(0..<100).map(Double.init)])
    let spread = ScoreComparison.aggregates(many, optimum: 0, repetitions: 50_000)[.mean]
    // The standard error of such a mean is 2.887.
    #expect(abs((spread?.low ?? 0) - (49.5 - 1.96 * 2.887)) < 0.12)
    #expect(abs((spread?.high ?? 0) - (49.5 + 1.96 * 2.887)) < 0.12)
  }

  @Test func `the same scores give the same comparison, and a group beats itself half the time`() {
    let scores = Scores(tasks: [[0.2, 0.5, 0.9], [0.1, 0.4, 0.3]])
    let groups = [("a", scores), ("b", scores)]
    let (first, second) = (
      ScoreComparison(groups, optimum: 1, repetitions: 1000),
      ScoreComparison(groups, optimum: 1, repetitions: 1000)
    )
    #expect(first.csv == second.csv)
    #expect(first.improvements.map(\.probability.estimate) == [0.5])
    #expect(first.csv.hasPrefix("group,over,statistic,threshold,value,low,high\na,,iqm,,"))
  }

  @Test func `a comparison of few runs says so, and how many would be enough`() {
    func caveat(_ tasks: [[Double]]...) -> String? {
      ScoreComparison(
        tasks.enumerated().map { ("g\($0)", Scores(tasks: $1)) }, optimum: 1, repetitions: 100
      ).caveat
    }
    let five = [[1.0, 2, 3, 4, 5]]
    #expect(
      caveat(five, [[1, 2]])
        == "too few runs for a conclusion (g1: 2): 5 runs each are the least, 10 are better")
    #expect(caveat([[1]], [[1, 2, 3, 4]])?.contains("(g0: 1, g1: 4)") == true)
    #expect(caveat(five, five) == nil)
    // One run per task says nothing about the spread between runs; three per task do.
    #expect(caveat([[1], [2], [3], [4], [5], [6]]) != nil)
    #expect(caveat([[1, 2, 3], [1, 2, 3], [1, 2, 3]]) == nil)
  }

  @Test func `profiles are written in double precision`() throws {
    let comparison = ScoreComparison(
      [("a", Scores(tasks: [[0, 1, 2, 3, 4, 5, 6]]))], optimum: 6, repetitions: 100)
    let rows = comparison.csv.split(separator: "\n").filter { $0.contains("share_above") }
    let bounds = rows.flatMap { $0.split(separator: ",").suffix(2) }.compactMap { Double($0) }
    #expect(bounds == comparison.groups[0].profile.flatMap { [$0.low, $0.high] })
    // With seven runs the shares are sevenths.
    let sevenths = (1...6).map { 1 - Double($0) / 7 }
    #expect(bounds.contains { sevenths.contains($0) })
    #expect(!bounds.contains { sevenths.map { Double(Float($0)) }.contains($0) })
  }
}

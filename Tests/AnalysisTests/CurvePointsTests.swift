import Analysis
import Raster
import Recordings
import Testing

/// Curves of more episodes than are kept, compared with curves that keep them all.
@Suite struct CurvePointsTests {
  /// Returns that rise slowly, scatter, and have a few extremes.
  private static func episodes(_ count: Int) -> [EpisodeOutcome] {
    (1...count).map { number in
      let scatter = Double(number &* 2_654_435_761 % 1009) / 100
      let rise = 15 * Double(number) / Double(count) + scatter
      return EpisodeOutcome(
        number: number, stepsDone: number * 7, seconds: Double(number) / 16,
        totalReturn: number % 7919 == 0 ? -90 : number % 6007 == 0 ? 70 : rise)
    }
  }

  private static let episodes = episodes(30_000)

  private func thinned(window: Int?, most: Int = 1200) throws -> Curve {
    try Curve(
      Outcomes(most: most) { body in try Self.episodes.forEach(body) }, by: .steps, window: window)
  }

  @Test(arguments: [nil, 1, 300]) func `the points that are kept are those of the whole curve`(
    window: Int?
  ) throws {
    let whole = Curve(Self.episodes, by: .steps, window: window)
    let curve = try thinned(window: window)
    #expect(curve.x.count <= 1200 && curve.x.count > 400)
    #expect(curve.window == whole.window && curve.count == whole.count)
    for (index, episode) in curve.episodes.enumerated() {
      let place = episode.number - 1
      #expect(curve.x[index] == whole.x[place] && curve.returns[index] == whole.returns[place])
      #expect(curve.average[index] == whole.average[place])
      #expect(curve.best[index] == whole.best[place])
      #expect(curve.count(upTo: curve.x[index]) == episode.number)
    }
    #expect(
      curve.episodes.first == Self.episodes.first && curve.episodes.last == Self.episodes.last)
    #expect(curve.weights.reduce(0, +) == Self.episodes.count)
    #expect(whole.weights.isEmpty)
  }

  @Test func `no extreme is lost, and no row of the table`() throws {
    let whole = Curve(Self.episodes, by: .steps)
    let curve = try thinned(window: nil)
    let kept = Set(curve.episodes.map(\.number))
    for episode in Self.episodes where abs(episode.totalReturn) > 60 {
      #expect(kept.contains(episode.number))
    }
    #expect(curve.average.min() == whole.average.min())
    #expect(curve.average.max() == whole.average.max())
    #expect(try curve.csv == whole.csv)
  }

  @Test func `the picture is the same except for a few shades`() throws {
    // As in most pictures, there are more points than places for dots.
    let episodes = Self.episodes(200_000)
    let whole = Curve(episodes, by: .steps)
    let curve = try Curve(
      Outcomes(most: 100_000) { body in try episodes.forEach(body) }, by: .steps)
    #expect(curve.x.count < 100_000)
    let pictures = try [whole, curve].map { curve in
      try curve.chart(title: "Maze").canvas().withPixels { $0.map { Color($0).green } }
    }
    let differences = zip(pictures[0], pictures[1]).count { abs(Int($0) - Int($1)) > 48 }
    #expect(Double(differences) < 0.002 * Double(pictures[0].count))
  }

  @Test func `curves of many episodes are read again to share one smoothing window`() throws {
    let short = Curve(Array(Self.episodes.prefix(2000)), by: .steps)
    let alike = try Curve.alike([thinned(window: nil), short])
    #expect(alike.map(\.window) == [50, 50])
    let whole = Curve(Self.episodes, by: .steps, window: 50)
    for (episode, average) in zip(alike[0].episodes, alike[0].average) {
      #expect(average == whole.average[episode.number - 1])
    }
  }

  @Test func `NaN values are skipped when drawing`() throws {
    let episodes = (1...5000).map {
      EpisodeOutcome(number: $0, stepsDone: $0, totalReturn: $0 % 3 == 0 ? .nan : Double($0))
    }
    let curve = try Curve(
      Outcomes(most: 600) { body in try episodes.forEach(body) }, window: 1,
      of: .metric("losses/td_loss"))
    #expect(curve.returns.contains(5000) && curve.returns.contains(1))
    _ = try curve.chart(title: "Loss").canvas()
  }

  @Test func `the last outcomes are found among many`() throws {
    let outcomes = try Outcomes(most: 10) { body in try Self.episodes.forEach(body) }
    #expect(try outcomes.last(100) == Array(Self.episodes.suffix(100)))
    #expect(try outcomes.last(3) { $0.totalReturn == -90 }.map(\.number) == [7919, 15838, 23757])
  }
}

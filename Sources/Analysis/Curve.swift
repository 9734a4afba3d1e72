package import Recordings

/// A run's returns, or another metric, over its course: the raw values, their moving average, and the
/// best so far.
package struct Curve {
  /// What is measured.
  package enum Measure: Sendable, Equatable {
    /// The return of each episode.
    case returns
    /// A recorded metric, by its name.
    case metric(String)

    /// The label of an axis.
    package var label: String {
      switch self {
      case .returns: "Return per episode"
      case .metric(let name): name
      }
    }

    /// The unit that is averaged over.
    package var unit: String { self == .returns ? "episode" : "value" }
  }

  /// The horizontal axis.
  package enum Progress: String, Sendable, CaseIterable { case steps, episodes, time }

  /// What is measured.
  package let measure: Measure
  /// The horizontal axis.
  package let progress: Progress
  /// The window of the average.
  package let window: Int
  /// The values that it shows.
  package let outcomes: Outcomes
  /// The episodes that have a point, in order: all, or a selection that looks the same if there are very many.
  package let episodes: [EpisodeOutcome]
  /// The x of each of them.
  package let x: [Double]
  /// Their raw returns.
  package let returns: [Double]
  /// The moving average of the returns at each of them.
  package let average: [Double]
  /// The best return so far at each of them.
  package let best: [Double]
  /// How many episodes each of them represents; empty if that is one.
  package let weights: [Int]
  /// How many episodes had ended with each of them; empty if all have a point.
  private let places: [Int]

  /// How many episodes, or values, there are.
  package var count: Int { outcomes.count }

  /// The default window: a fifth of a run's returns, but at most 50; a fortieth of a long run, but at most a
  /// million. Metrics are not smoothed.
  package static func usualWindow(of count: Int, _ measure: Measure = .returns) -> Int {
    measure == .returns ? max(1, min(50, count / 5), min(count / 40, 1_000_000)) : 1
  }

  /// The curve of a run's episodes, or of the values of a metric; without a window the default applies.
  package init(
    _ outcomes: Outcomes, by progress: Progress = .episodes, window: Int? = nil,
    of measure: Measure = .returns
  ) throws {
    let window = window ?? Self.usualWindow(of: outcomes.count, measure)
    var points = CurvePoints(of: outcomes.count, most: outcomes.most, window: window)
    try outcomes.forEach { points.add($0) }
    self.init(points, of: outcomes, by: progress, window, measure)
  }

  /// The curve of some episodes.
  package init(
    _ episodes: [EpisodeOutcome], by progress: Progress = .episodes, window: Int? = nil,
    of measure: Measure = .returns
  ) {
    let window = window ?? Self.usualWindow(of: episodes.count, measure)
    var points = CurvePoints(of: episodes.count, most: episodes.count, window: window)
    for episode in episodes { points.add(episode) }
    self.init(points, of: Outcomes(episodes), by: progress, window, measure)
  }

  private init(
    _ points: CurvePoints, of outcomes: Outcomes, by progress: Progress, _ window: Int,
    _ measure: Measure
  ) {
    (self.outcomes, self.progress, self.window, self.measure) = (
      outcomes, progress, window, measure
    )
    episodes = points.episodes
    x = points.episodes.map { episode in
      switch progress {
      case .steps: Double(episode.stepsDone)
      case .episodes: Double(episode.number)
      case .time: episode.seconds
      }
    }
    returns = points.episodes.map(\.totalReturn)
    (average, best, weights, places) = (points.average, points.best, points.weights, points.places)
  }

  /// Every number of the curve, one episode per row; nothing is left out.
  package var csv: String {
    get throws {
      var text = ""
      try writeCSV { text += $0 }
      return text
    }
  }

  /// The same in parts, because a long run has more rows than fit in memory.
  package func writeCSV(_ write: (String) throws -> Void) throws {
    let name = measure == .returns ? "return" : measure.label
    var table = CSV(["episode", "steps", "seconds", name, "mean_\(window)", "best"])
    var (average, best) = (MovingAverage(window: window), -Double.infinity)
    var rows = 0
    try outcomes.forEach { episode in
      best = max(best, episode.totalReturn)
      table.add([
        String(episode.number), String(episode.stepsDone), CSV.number(episode.seconds),
        CSV.number(episode.totalReturn), CSV.number(average.add(episode.totalReturn)),
        CSV.number(best),
      ])
      if rows % Self.rowsAtOnce == 0 { try write(table.takeText()) }
      rows += 1
    }
    try write(table.takeText())
  }

  private static let rowsAtOnce = 4096

  /// The same curves, all smoothed with the window of the shortest.
  package static func alike(_ curves: [Curve]) throws -> [Curve] {
    guard let shortest = curves.map(\.count).min() else { return [] }
    return try curves.map { curve in
      let window = usualWindow(of: shortest, curve.measure)
      return curve.window == window
        ? curve
        : try Curve(curve.outcomes, by: curve.progress, window: window, of: curve.measure)
    }
  }

  /// The average at a place along the curve: the last one known there; nil before the first.
  package func average(at place: Double) -> Double? {
    let known = points(upTo: place)
    return known > 0 ? average[known - 1] : nil
  }

  /// How many episodes had ended at a place along the curve.
  package func count(upTo place: Double) -> Int {
    let known = points(upTo: place)
    return known == 0 || places.isEmpty ? known : places[known - 1]
  }

  /// How many points are at a place along the curve or before it.
  private func points(upTo place: Double) -> Int {
    var (low, high) = (0, x.count)
    while low < high {
      let middle = (low + high) / 2
      if x[middle] <= place { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

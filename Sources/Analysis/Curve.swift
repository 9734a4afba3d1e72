package import Recordings

/// A run's returns, or another measure, over its course: as they were, averaged over a window, and the
/// best so far.
package struct Curve: Sendable {
  /// What is followed.
  package enum Measure: Sendable, Equatable {
    /// What each episode earned.
    case returns
    /// A recorded metric, by its name.
    case metric(String)

    /// What an axis says of it.
    package var label: String {
      switch self {
      case .returns: "Return per episode"
      case .metric(let name): name
      }
    }

    /// What is averaged: a number of these.
    package var unit: String { self == .returns ? "episode" : "value" }
  }

  /// What the curve runs along.
  package enum Progress: String, Sendable, CaseIterable { case steps, episodes, time }

  /// What is followed.
  package let measure: Measure
  /// What the curve runs along.
  package let progress: Progress
  /// How many episodes the average takes in.
  package let window: Int
  /// The episodes, in their order.
  package let episodes: [EpisodeOutcome]
  /// Where each episode stands along the curve.
  package let x: [Double]
  /// The returns as they were.
  package let returns: [Double]
  /// The moving average of the returns.
  package let average: [Double]
  /// The best return so far.
  package let best: [Double]

  /// How many of a run's values are averaged unless somebody says otherwise: of returns a fifth of them, but
  /// at most 50; of a long run a fortieth. Metrics are drawn as they are.
  package static func usualWindow(of count: Int, _ measure: Measure = .returns) -> Int {
    measure == .returns ? max(1, min(50, count / 5), count / 40) : 1
  }

  /// The curve of a run's episodes, or of the values of a metric; without a window it is the usual one.
  package init(
    _ episodes: [EpisodeOutcome], by progress: Progress = .episodes, window: Int? = nil,
    of measure: Measure = .returns
  ) {
    let window = window ?? Self.usualWindow(of: episodes.count, measure)
    self.measure = measure
    self.progress = progress
    self.window = window
    self.episodes = episodes
    x = episodes.map { episode in
      switch progress {
      case .steps: Double(episode.stepsDone)
      case .episodes: Double(episode.number)
      case .time: episode.seconds
      }
    }
    returns = episodes.map(\.totalReturn)
    average = Statistics.movingAverage(returns, window: window)
    best = Statistics.runningBest(returns)
  }

  /// Every number of the curve, one episode a row; nothing is thinned.
  package var csv: String {
    var text = ""
    writeCSV { text += $0 }
    return text
  }

  /// The same in parts, as a long run has more rows than one would keep.
  package func writeCSV(_ write: (String) throws -> Void) rethrows {
    let name = measure == .returns ? "return" : measure.label
    var table = CSV(["episode", "steps", "seconds", name, "mean_\(window)", "best"])
    for (index, episode) in episodes.enumerated() {
      table.add([
        String(episode.number), String(episode.stepsDone), CSV.number(episode.seconds),
        CSV.number(returns[index]), CSV.number(average[index]), CSV.number(best[index]),
      ])
      if index % Self.rowsAtOnce == 0 { try write(table.takeText()) }
    }
    try write(table.takeText())
  }

  private static let rowsAtOnce = 4096

  /// The same curves, all smoothed by the window that fits the shortest.
  package static func alike(_ curves: [Curve]) -> [Curve] {
    guard let shortest = curves.map(\.episodes.count).min() else { return [] }
    return curves.map {
      Curve(
        $0.episodes, by: $0.progress, window: usualWindow(of: shortest, $0.measure), of: $0.measure)
    }
  }

  /// The average at a place along the curve: the last one that was known there; nil before the first.
  package func average(at place: Double) -> Double? {
    var (low, high) = (0, x.count)
    while low < high {
      let middle = (low + high) / 2
      if x[middle] <= place { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? average[low - 1] : nil
  }
}

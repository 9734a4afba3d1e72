package import Recordings

/// A run's returns, or another metric, over its course: the raw values, their moving average, and the
/// best so far.
package struct Curve: Sendable {
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
  /// The episodes, in their order.
  package let episodes: [EpisodeOutcome]
  /// The x of each episode.
  package let x: [Double]
  /// The raw returns.
  package let returns: [Double]
  /// The moving average of the returns.
  package let average: [Double]
  /// The best return so far.
  package let best: [Double]

  /// The default window: a fifth of a run's returns, but at most 50; a fortieth of a long run. Metrics are not
  /// smoothed.
  package static func usualWindow(of count: Int, _ measure: Measure = .returns) -> Int {
    measure == .returns ? max(1, min(50, count / 5), count / 40) : 1
  }

  /// The curve of a run's episodes, or of the values of a metric; without a window the default applies.
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

  /// Every number of the curve, one episode per row; nothing is left out.
  package var csv: String {
    var text = ""
    writeCSV { text += $0 }
    return text
  }

  /// The same in parts, because a long run has more rows than fit in memory.
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

  /// The same curves, all smoothed with the window of the shortest.
  package static func alike(_ curves: [Curve]) -> [Curve] {
    guard let shortest = curves.map(\.episodes.count).min() else { return [] }
    return curves.map {
      Curve(
        $0.episodes, by: $0.progress, window: usualWindow(of: shortest, $0.measure), of: $0.measure)
    }
  }

  /// The average at a place along the curve: the last one known there; nil before the first.
  package func average(at place: Double) -> Double? {
    var (low, high) = (0, x.count)
    while low < high {
      let middle = (low + high) / 2
      if x[middle] <= place { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? average[low - 1] : nil
  }
}

import Recordings

/// The results of a sweep's finished runs, combination by combination, the best first.
package struct SweepResults: Sendable {
  /// The runs of one combination of settings.
  package struct Row: Sendable {
    /// The settings as they are typed, without the seed.
    package var settings: String
    package var scores: [Double]

    package var mean: Double { scores.reduce(0, +) / Double(scores.count) }
  }

  package private(set) var rows: [Row] = []
  /// Whether scores are losses, so that the lowest is the best.
  package private(set) var areLosses = false
  /// The score of each recording, by its path.
  package private(set) var scores: [String: Double] = [:]

  /// Reads the recordings of finished lines.
  package init(of statuses: [TaskStatus]) throws {
    var places: [String: Int] = [:]
    for status in statuses where status.state == .done {
      guard let path = status.path, let task = status.task else { continue }
      let (score, isLoss) = try RunSummary.score(of: path)
      guard let score else { continue }
      (scores[path], areLosses) = (score, isLoss)
      let settings = task.overrides.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
      let place = places[settings] ?? rows.count
      if place == rows.count {
        places[settings] = place
        rows.append(Row(settings: settings.isEmpty ? "default" : settings, scores: []))
      }
      rows[place].scores.append(score)
    }
    rows.sort { areLosses ? $0.mean < $1.mean : $0.mean > $1.mean }
  }

  /// The worst and the best score of a row.
  package func extremes(of row: Row) -> (worst: Double, best: Double) {
    let (low, high) = (row.scores.min() ?? 0, row.scores.max() ?? 0)
    return areLosses ? (high, low) : (low, high)
  }
}

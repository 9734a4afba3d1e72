internal import Rollouts
internal import SQLite

/// The totals of a recording.
package struct RecordingCounts: Sendable, Equatable {
  /// The number of the last step, plus one.
  package var steps: Int
  /// How many of these step numbers have transitions: a number at which a world was only reset has
  /// none.
  package var transitions: Int
  package var episodes: Int
  package var metrics: Int
  package var checkpoints: Int
  package var batches: Int
}

extension Recording {
  /// The totals. In format 2, the last batch has them, however long the recording.
  package func counts() throws(RecordingError) -> RecordingCounts {
    try reading { () throws(RecordingError) in
      func count(_ table: String) throws(RecordingError) -> Int {
        try value("SELECT count(*) FROM \(table)")?.int ?? 0
      }
      let steps = try stepCount()
      let last = try rows(of: BatchColumn.self, "ORDER BY rowid DESC LIMIT 1").first
      if format.version > 1, let last, let numbers = BatchNumbers(last, in: format) {
        return RecordingCounts(
          steps: steps, transitions: numbers.transitions, episodes: try episodeCount(),
          metrics: numbers.metrics, checkpoints: numbers.checkpoints,
          batches: try value("SELECT max(rowid) FROM batches")?.int ?? 0)
      }
      return RecordingCounts(
        steps: steps, transitions: try count("transitions"), episodes: try count("episodes"),
        metrics: try count("metrics"), checkpoints: try count("checkpoints"),
        batches: try count("batches"))
    }
  }

  /// How many episodes have begun. They are numbered from 1, unless some were lost, or the
  /// recording continues play from another recording.
  private func episodeCount() throws(RecordingError) -> Int {
    let purpose = try runKeys()["purpose"]?.text
    guard try gaps() == nil, purpose != RunPurpose.play.rawValue else {
      return try value("SELECT count(*) FROM episodes")?.int ?? 0
    }
    return try newestEpisode()
  }

  /// The number of the newest episode; 0 before the first.
  package func newestEpisode() throws(RecordingError) -> Int {
    try value("SELECT max(episode) FROM episodes")?.int ?? 0
  }

  /// The last finished episodes, in order.
  package func lastEpisodes(_ count: Int) throws(RecordingError) -> [Episode] {
    try reading { () throws(RecordingError) in
      var last: [Episode] = []
      var end = try value("SELECT max(episode) FROM episodes")?.int ?? 0
      guard end < 1 << 53 else { throw .damaged(path, "an episode has number \(end)") }
      while end > 0, last.count < count {
        let first = max(1, end - 2 * count)
        last = try episodes(from: first, through: end).filter(\.isOver) + last
        // Numbers may be missing, many at a time.
        end =
          try value("SELECT max(episode) FROM episodes WHERE episode < ?", .integer(first))?.int
          ?? 0
      }
      return Array(last.suffix(count))
    }
  }

  /// The greatest return of a finished episode; nil where there is none.
  package func bestReturn() throws(RecordingError) -> Double? {
    guard format.version > 1 else {
      return try value(
        "SELECT max(return) FROM episodes WHERE ending IN ('terminated', 'truncated')")?.double
    }
    let best = try value("SELECT best FROM batches ORDER BY rowid DESC LIMIT 1")?.int
    return try best.map { number throws(RecordingError) in try episode(number).return }
  }

  /// The names of the metrics, in alphabetical order; if there are very many rows, only the names
  /// in the first and the last ones.
  package func usualMetricNames() throws(RecordingError) -> [String] {
    let last = try value("SELECT max(rowid) FROM metrics")?.int ?? 0
    let (most, share) = (1_000_000, 20_000)
    guard last > most else { return try metricNames() }
    return try rows(
      "SELECT DISTINCT name FROM metrics WHERE rowid <= ? OR rowid > ? ORDER BY name",
      .integer(share), .integer(last - share)
    ).compactMap { $0.first?.text }
  }
}

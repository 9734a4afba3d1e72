package import Rollouts
internal import SQLite

/// How much of everything a recording has.
package struct RecordingCounts: Sendable, Equatable {
  package var steps: Int
  package var episodes: Int
  package var metrics: Int
  package var checkpoints: Int
  package var batches: Int
}

/// A metric's values, in the order in which they were recorded.
package struct MetricSeries: Sendable, Equatable {
  package var name: String
  /// After so many steps each.
  package var steps: [Int] = []
  package var values: [Double] = []
}

/// The bytes that a table or the rest of a file takes.
package struct TableSize: Sendable, Equatable {
  package var table: String
  package var bytes: Int
}

extension Recording {
  /// How much of everything there is.
  package func counts() throws(RecordingError) -> RecordingCounts {
    try reading { () throws(RecordingError) in
      func count(_ table: String) throws(RecordingError) -> Int {
        try rows("SELECT count(*) FROM \(table)").first?.first?.int ?? 0
      }
      return RecordingCounts(
        steps: try stepCount(), episodes: try count("episodes"), metrics: try count("metrics"),
        checkpoints: try count("checkpoints"), batches: try count("batches"))
    }
  }

  // MARK: Metrics

  /// The names of all metrics, by alphabet.
  package func metricNames() throws(RecordingError) -> [String] {
    try rows("SELECT DISTINCT name FROM metrics ORDER BY name").compactMap { $0[0].text }
  }

  /// One metric; empty where it was never recorded. What was not a number reads as NaN.
  package func metric(_ name: String) throws(RecordingError) -> MetricSeries {
    var series = MetricSeries(name: name)
    for row in try rows(
      "SELECT step, value FROM metrics WHERE name = ? ORDER BY rowid", .text(name))
    {
      series.steps.append(row[0].int ?? 0)
      series.values.append(row[1].double ?? .nan)
    }
    return series
  }

  // MARK: Checkpoints

  /// The steps that have checkpoints, in order.
  package func checkpointSteps() throws(RecordingError) -> [Int] {
    try rows("SELECT step FROM checkpoints ORDER BY step").compactMap { $0[0].int }
  }

  /// The last checkpoint at or before a step; nil where there is none.
  package func checkpoint(atOrBefore step: Int) throws(RecordingError) -> Checkpoint? {
    try checkpoint("WHERE step <= ? ORDER BY step DESC LIMIT 1", .integer(step))
  }

  /// The checkpoint of exactly this step; nil where there is none.
  package func checkpoint(at step: Int) throws(RecordingError) -> Checkpoint? {
    try checkpoint("WHERE step = ?", .integer(step))
  }

  /// The last checkpoint: what the run had learned when it was last saved.
  package func finalCheckpoint() throws(RecordingError) -> Checkpoint? {
    try checkpoint(atOrBefore: .max)
  }

  /// The last checkpoint of a kind; nil where there is none.
  package func lastCheckpoint(kind: String) throws(RecordingError) -> Checkpoint? {
    try checkpoint("WHERE kind = ? ORDER BY step DESC LIMIT 1", .text(kind))
  }

  private func checkpoint(
    _ clause: String, _ values: SQLiteValue
  ) throws(RecordingError) -> Checkpoint? {
    let found = try rows(
      "SELECT step, kind, parameters, training_state FROM checkpoints \(clause)", values)
    guard let row = found.first else { return nil }
    guard let step = row[0].int, step >= 0, let kind = row[1].text, let parameters = row[2].blob,
      let state = row[3].text
    else { throw .damaged(path, "a checkpoint cannot be read") }
    return Checkpoint(step: step, kind: kind, parameters: parameters, trainingState: state)
  }

  // MARK: Time and room

  /// The wall time that had passed at each commit, over all sessions: after so many steps, so many
  /// seconds of work.
  package func elapsed() throws(RecordingError) -> [(steps: Int, seconds: Double)] {
    try rows("SELECT last_step, elapsed FROM batches ORDER BY first_step").map {
      row throws(RecordingError) in
      ((row[0].int ?? -1) &+ 1, try seconds(row[1]))
    }
  }

  /// The time that a batch tells.
  func seconds(_ elapsed: SQLiteValue) throws(RecordingError) -> Double {
    guard let seconds = elapsed.double, seconds.isFinite, seconds >= 0 else {
      throw .damaged(path, "a batch does not tell when it was written")
    }
    return seconds
  }

  /// What takes the room: the tables by size, largest first, and what belongs to none of them.
  package func tableSizes() throws(RecordingError) -> [TableSize] {
    let (tables, file) = try reading { () throws(RecordingError) in
      (
        try rows("SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC, 1"),
        try rows("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
      )
    }
    var sizes = tables.map { TableSize(table: $0[0].text ?? "", bytes: $0[1].int ?? 0) }
    let rest = (file.first?.first?.int ?? 0) - sizes.reduce(0) { $0 + $1.bytes }
    if rest > 0 { sizes.append(TableSize(table: "(free)", bytes: rest)) }
    return sizes
  }

  /// The log beside a recording, where it holds rows that the file does not have yet.
  package static func log(beside path: String) -> String? {
    let log = Files.resolved(path) + "-wal"
    return Files.size(log) ?? 0 > 0 ? log : nil
  }

  /// The bytes of the file and of the log beside it.
  package func fileBytes() -> Int {
    let real = Files.resolved(path)
    return (Files.size(real) ?? 0) + (Files.size(real + "-wal") ?? 0)
  }
}

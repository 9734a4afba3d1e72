internal import Platform
public import Rollouts
internal import SQLite

/// A metric's values, in the order in which they were recorded.
public struct MetricSeries: Sendable, Equatable {
  /// The metric's name.
  public var name: String
  /// The step count at each value.
  public var steps: [Int] = []
  /// Its values.
  public var values: [Double] = []
}

/// The bytes of a table or of the rest of a file.
package struct TableSize: Sendable, Equatable {
  package var table: String
  package var bytes: Int
}

extension Recording {
  // MARK: Metrics

  /// The names of all metrics, in alphabetical order.
  public func metricNames() throws(RecordingError) -> [String] {
    try rows("SELECT DISTINCT name FROM metrics ORDER BY name").compactMap { $0.first?.text }
  }

  /// One metric; empty where it was never recorded. Values that were not numbers are NaN.
  public func metric(_ name: String) throws(RecordingError) -> MetricSeries {
    var series = MetricSeries(name: name)
    var page = try points(of: name, after: 0)
    while let last = page.last {
      series.steps += page.map(\.step)
      series.values += page.map(\.value)
      page = try points(of: name, after: last.row)
    }
    return series
  }

  /// The next few thousand points of a metric after a row, in the order of recording.
  func points(
    of metric: String, after row: Int
  ) throws(RecordingError) -> [(row: Int, step: Int, value: Double)] {
    try rows(
      """
      SELECT rowid, step, value FROM metrics WHERE name = ? AND rowid > ?
      ORDER BY rowid LIMIT 4096
      """, .text(metric), .integer(row)
    ).map { ($0[0].int ?? .max, $0[1].int ?? 0, $0[2].double ?? .nan) }
  }

  /// The metrics of some steps, in the order in which they were recorded.
  package func metrics(in steps: ClosedRange<Int>) throws(RecordingError) -> [Metric] {
    try metrics(
      "WHERE step >= ? AND step <= ? ORDER BY rowid", .integer(steps.lowerBound),
      .integer(steps.upperBound))
  }

  // MARK: Checkpoints

  /// The steps that have checkpoints, in order.
  public func checkpointSteps() throws(RecordingError) -> [Int] {
    try rows("SELECT step FROM checkpoints ORDER BY step").compactMap { $0.first?.int }
  }

  /// The last checkpoint at or before a step; nil where there is none.
  public func checkpoint(atOrBefore step: Int) throws(RecordingError) -> Checkpoint? {
    try checkpoint("WHERE step <= ? ORDER BY step DESC LIMIT 1", .integer(step))
  }

  /// The checkpoint of exactly this step; nil where there is none.
  public func checkpoint(at step: Int) throws(RecordingError) -> Checkpoint? {
    try checkpoint("WHERE step = ?", .integer(step))
  }

  /// The last checkpoint: what the run had learned when it was last saved.
  public func finalCheckpoint() throws(RecordingError) -> Checkpoint? {
    try checkpoint(atOrBefore: .max)
  }

  /// The last checkpoint of a kind; nil where there is none.
  package func lastCheckpoint(kind: String) throws(RecordingError) -> Checkpoint? {
    try checkpoint("WHERE kind = ? ORDER BY step DESC LIMIT 1", .text(kind))
  }

  private func checkpoint(
    _ clause: String, _ values: SQLiteValue
  ) throws(RecordingError) -> Checkpoint? {
    guard let row = try rows(of: CheckpointColumn.self, clause, values).first else { return nil }
    guard let step = row[.step].int, step >= 0, let kind = row[.kind].text,
      let parameters = row[.parameters].blob, let state = row[.trainingState].text
    else { throw .damaged(path, "a checkpoint cannot be read") }
    do {
      return try Checkpoint(
        step: step, kind: kind, parameters: parameters, trainingState: state
      ).unpacked()
    } catch {
      throw .damaged(path, "the checkpoint of step \(step): \(error)")
    }
  }

  // MARK: Time and size

  /// The seconds of work at the last commit, over all sessions; nil before the first.
  package func elapsed() throws(RecordingError) -> Double? {
    try rows(of: BatchColumn.self, only: [.elapsed], "ORDER BY rowid DESC LIMIT 1").first.map {
      row throws(RecordingError) in try seconds(row[.elapsed])
    }
  }

  /// The next few thousand commits after a row, in order: the number of steps, and the seconds of work.
  package func commits(
    after row: Int
  ) throws(RecordingError) -> [(row: Int, steps: Int, seconds: Double)] {
    try rows(
      "SELECT rowid, last_step, elapsed FROM batches WHERE rowid > ? ORDER BY rowid LIMIT 4096",
      .integer(row)
    ).map { values throws(RecordingError) in
      (values[0].int ?? .max, (values[1].int ?? -1) &+ 1, try seconds(values[2]))
    }
  }

  /// The time in a batch's row.
  func seconds(_ elapsed: SQLiteValue) throws(RecordingError) -> Double {
    guard let seconds = elapsed.double, seconds.isFinite, seconds >= 0 else {
      throw .damaged(path, "a batch lacks the time when it was written")
    }
    return seconds
  }

  /// The space usage: the tables by size, largest first, and the free pages.
  ///
  /// The size of transitions is what remains after the others: they have by far the most pages, and
  /// SQLite would read each.
  package func tableSizes() throws(RecordingError) -> [TableSize] {
    try reading { () throws(RecordingError) in
      let page = try value("PRAGMA main.page_size")?.int ?? 0
      var left = (try value("PRAGMA main.page_count")?.int ?? 0) * page
      var sizes: [TableSize] = []
      func add(_ table: String, _ bytes: Int) {
        let bytes = min(bytes, left)
        if bytes > 0 { sizes.append(TableSize(table: table, bytes: bytes)) }
        left -= max(0, bytes)
      }
      // A table with this name would hide SQLite's own.
      let isHidden =
        try value(
          "SELECT 1 FROM main.sqlite_schema WHERE name = 'dbstat' COLLATE NOCASE") != nil
      guard !isHidden else {
        add("(free)", left)
        return sizes
      }
      let names = try rows("SELECT name FROM main.sqlite_schema WHERE rootpage > 0")
        .compactMap { $0.first?.text }
      for name in ["sqlite_schema"] + names where name != TransitionColumn.table {
        add(name, try value("SELECT sum(pgsize) FROM dbstat WHERE name = ?", .text(name))?.int ?? 0)
      }
      let free = (try value("PRAGMA main.freelist_count")?.int ?? 0) * page
      if names.contains(TransitionColumn.table) { add(TransitionColumn.table, left - free) }
      add("(free)", left)
      return sizes.sorted { ($1.bytes, $0.table) < ($0.bytes, $1.table) }
    }
  }

  /// The log beside a recording, if it has rows that are not in the file yet.
  package static func log(beside path: String) -> String? {
    let log = Files.resolved(path) + "-wal"
    return Files.size(log) ?? 0 > 0 ? log : nil
  }

  /// The size of the file and its log, in bytes.
  package func fileBytes() -> Int {
    Self.bytes(Files.resolved(path))
  }
}

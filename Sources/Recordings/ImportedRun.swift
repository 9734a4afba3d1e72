internal import Platform
package import Rollouts
internal import SQLite

/// An episode from another program's log, which has no steps.
package struct ImportedEpisode: Sendable, Equatable {
  package var steps: Int
  package var `return`: Double
  /// Seconds from the start of the run to the end of the episode.
  package var seconds: Double
  package var success: Bool?

  /// An episode from a log.
  package init(steps: Int, `return`: Double, seconds: Double, success: Bool? = nil) {
    (self.steps, self.return, self.seconds) = (steps, `return`, seconds)
    self.success = success
  }
}

/// A run of another program with episodes and metrics, but without steps.
package struct ImportedRun: Sendable {
  /// The path of its logs.
  package var source: String
  package var world: String?
  package var episodes: [ImportedEpisode] = []
  package var metrics: [Metric] = []
  /// Its duration, where no episode has a time.
  package var seconds = 0.0

  /// A run without any data yet.
  package init(source: String) { self.source = source }

  /// Its description in a recording.
  package func description(trainer: String) -> RunDescription {
    var run = RunDescription(
      world: WorldDescription(name: world ?? "unknown", actions: [], fields: []),
      trainer: trainer, seed: 0, configuration: .object([]))
    run.program = "import"
    return run
  }
}

extension Recording {
  /// The path of the logs that this recording was made from; nil where it was not imported.
  package func importedFrom() throws(RecordingError) -> String? {
    let text = try runKeys()["imported"]?.text
    return text.flatMap { try? JSON(parsing: $0) }?["from"]?.text
  }

  /// Writes a recording of a run that another program logged. It lacks every step, and its
  /// description says so.
  package static func write(
    _ run: ImportedRun, _ description: RunDescription, to path: String, force: Bool = false
  ) throws {
    try RecordingFiles.checkFree(path, force: force)
    let place = try DraftPlace(beside: path)
    let format = Format(version: Format.newest)
    let database = try Recovery.create(place.path, in: format, outlastsCrash: false)
    try withRecordingErrors(path) { () throws(SQLiteError) in
      try ImportedRows(run, description).write(to: database, in: format)
      try database.execute("COMMIT")
      try database.close()
    }
    try seal(place.path)
    try RecordingFiles.publish(place.path, as: path, force: force) {}
  }
}

/// The rows of an imported run.
private struct ImportedRows {
  private let run: ImportedRun
  private let description: RunDescription
  /// How many episodes a batch has.
  private static let batch = 1000

  init(_ run: ImportedRun, _ description: RunDescription) {
    (self.run, self.description) = (run, description)
  }

  func write(to database: Database, in format: Format) throws(SQLiteError) {
    var lacking = Thinning(lacksCheckpoints: true)
    lacking.episodes = 0
    let imported: JSON = ["from": .string(run.source)]
    let keys = [("thinned", lacking.json.compact), ("imported", imported.compact)]
    // Logs have no seed.
    let rows = description.rows.filter { $0[.key] != .text("seed") }
    try database.insert(
      rows + keys.map { Row<RunColumn>([.text($0.0), .text($0.1)]) }, in: format)
    let now = RecordingClock.system.timestamp
    let session = SessionFacts(
      firstStep: 0, configuration: description.configuration.compact,
      versions: Draft.versions().compact, started: now, worlds: 1)
    var row = session.row(writer: nil)
    row[.ended] = .text(now)
    try database.insert(row, in: format)
    let none = Checkpoint(
      step: 0, kind: "none", parameters: Safetensors([]).encoded(), trainingState: "{}")
    try database.insert(Row<CheckpointColumn>(none.values), in: format)
    try writeSteps(to: database, in: format)
    try WholeDescription(of: database, in: format, session).write(to: database, in: format)
  }

  /// Writes episodes, metrics, and the batches that cover them.
  private func writeSteps(to database: Database, in format: Format) throws(SQLiteError) {
    let episode = try database.prepare("INSERT \(EpisodeColumn.insertion(in: format))")
    let metric = try database.prepare("INSERT \(MetricColumn.insertion(in: format))")
    var (step, first, metrics) = (0, 0, 0)
    func commit(_ end: Int, _ seconds: Double) throws(SQLiteError) {
      while metrics < run.metrics.count, run.metrics[metrics].step <= end {
        let found = run.metrics[metrics]
        try metric.run(.integer(found.step), .text(found.name), .real(found.value + 0))
        metrics += 1
      }
      let numbers = BatchNumbers(
        firstStep: first, lastStep: end - 1, elapsed: seconds, metrics: metrics, checkpoints: 1,
        ended: Upgrade.notCounted)
      try database.insert(numbers.row(hash: [], sections: []), in: format)
      first = end
    }
    for (place, found) in run.episodes.enumerated() {
      try episode.run([
        .integer(place + 1), .null, .integer(step), .integer(1), .integer(found.steps),
        found.return.isNaN ? .null : .real(found.return + 0), .text(Ending.terminated.name),
        .integer(0), .null, found.success.map { .integer($0 ? 1 : 0) } ?? .null,
        .integer(place + 1),
      ])
      step += found.steps
      let isLast = place + 1 == run.episodes.count
      if (place + 1) % Self.batch == 0 || isLast { try commit(step, found.seconds) }
    }
    // Metrics may be later than the last finished episode.
    let last = run.metrics.last?.step ?? 0
    if metrics < run.metrics.count || run.episodes.isEmpty {
      try commit(max(step, last), max(run.seconds, run.episodes.last?.seconds ?? 0))
    }
  }
}

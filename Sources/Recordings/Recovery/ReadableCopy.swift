internal import Platform
internal import Rollouts
internal import SQLite

/// Copies every batch that verifies, even after damage, and on request the steps that can be read
/// but not verified. Missing steps are recorded as gaps, and the chain of hashes is computed again.
final class ReadableCopy {
  private let source: Recording
  /// The source's path, for messages.
  private let path: String
  private let place: String
  private let database: Database
  private let keepsUnverified: Bool
  private var gaps = Gaps()
  /// The step after the last kept one.
  private var end = 0

  /// Copies from the readable rows of the recording at `path`.
  init(_ source: Recording, _ place: String, of path: String, keepsUnverified: Bool) throws {
    (self.source, self.place, self.path) = (source, place, path)
    self.keepsUnverified = keepsUnverified
    database = try Recovery.create(place, in: source.format)
  }

  /// Consecutive steps, either verified or not.
  private struct Stretch {
    var steps: Range<Int>
    var isProven: Bool
    /// Their batch, if they are a whole one.
    var batch: ReadableBatch?
  }

  func run(_ progress: (Double) throws -> Void) throws {
    let proven = try ProvenBatches(source).find { try progress($0 / 3) }
    var stretches = proven.map { Stretch(steps: $0.steps, isProven: true, batch: $0) }
    if keepsUnverified { try fill(&stretches) }
    guard !stretches.isEmpty else {
      let hint = keepsUnverified ? "" : "; --unverified keeps what can be read"
      throw RecordingError.damaged(path, "none of its batches verifies\(hint)")
    }
    let description = try source.description()
    if description.hasTransitions {
      var steps = try EpisodeParts(from: source, to: database, description)
      for (index, stretch) in stretches.enumerated() {
        try steps.copy(stretch.steps, isProven: stretch.isProven)
        try progress(1 / 3 + Double(index) / Double(stretches.count) / 3)
      }
      try steps.finish()
      gaps = steps.gaps
      end = steps.end
    } else {
      for stretch in stretches {
        if stretch.steps.lowerBound > end { gaps.steps.append(end...stretch.steps.lowerBound - 1) }
        end = stretch.steps.upperBound
      }
    }
    gaps.unverified = stretches.compactMap { stretch in
      let steps = stretch.steps.clamped(to: 0..<end)
      return stretch.isProven || steps.isEmpty ? nil : steps.lowerBound...steps.upperBound - 1
    }
    gaps.lacking = Self.lacking(proven)
    try copyDescription()
    try copyRest(stretches)
    try withRecordingErrors(place) { () throws(SQLiteError) in
      if source.format.version > 1 { try database.execute(Upgrade.order) }
      try WholeDescription.update(in: database, source.format)
      try database.execute("COMMIT")
      try database.close()
    }
    try Recording.seal(place) { try progress(2 / 3 + $0 / 3) }
  }

  /// Adds the steps between the batches that verify.
  private func fill(_ stretches: inout [Stretch]) throws {
    // A damaged key may be any number; a file has no more steps than fit in it.
    let hasRows = try source.description().hasTransitions
    let end = min(try source.stepCount(), hasRows ? source.fileBytes() / 8 : .max)
    var (filled, next) = ([Stretch](), 0)
    for stretch in stretches + [Stretch(steps: end..<end, isProven: true)] {
      if stretch.steps.lowerBound > next {
        filled.append(Stretch(steps: next..<stretch.steps.lowerBound, isProven: false))
      }
      if stretch.batch != nil { filled.append(stretch) }
      next = max(next, stretch.steps.upperBound)
    }
    stretches = filled
  }

  private func copyDescription() throws {
    var run = try source.rows(of: RunColumn.self, "ORDER BY rowid")
    run.removeAll { $0[.key] == .text("recovered") }
    if !gaps.isEmpty {
      run.append(Row([.text("recovered"), .text(gaps.json.compact)]))
    }
    try insert(run)
    try insert(try source.rows(of: ActionColumn.self, "ORDER BY rowid"))
    try insert(try source.rows(of: FieldColumn.self, "ORDER BY rowid"))
  }

  /// Copies metrics, checkpoints, batches and sessions.
  private func copyRest(_ stretches: [Stretch]) throws {
    var (metrics, checkpoints, infos, images, scenes) = (0, 0, 0, 0, 0)
    /// How far they are copied already.
    var (metricPlace, checkpointStep) = (0, -1)
    var (infoPlace, imagePlace, scenePlace) = (0, 0, 0)
    var elapsed = SQLiteValue.real(0)
    func add(_ newMetrics: [Row<MetricColumn>], _ newCheckpoints: [Row<CheckpointColumn>]) throws {
      try insert(newMetrics)
      try insert(newCheckpoints)
      metrics += newMetrics.count
      checkpoints += newCheckpoints.count
      checkpointStep = newCheckpoints.last?[.step].int ?? checkpointStep
    }
    for (index, stretch) in stretches.enumerated() {
      if let batch = stretch.batch {
        /// Rows that do not verify are kept if unverified ones are.
        func rows<Column: TableColumn>(_: Column.Type, _ places: Range<Int>) throws -> [Row<Column>]
        {
          if batch.lacking.contains(Column.table), !keepsUnverified { return [] }
          return try source.rows(
            of: Column.self, "WHERE rowid > ? AND rowid <= ? ORDER BY rowid",
            .integer(places.lowerBound), .integer(places.upperBound))
        }
        let steps = 0...batch.steps.upperBound
        try add(
          try rows(MetricColumn.self, batch.metrics).filter { steps.contains($0[.step].int ?? -1) },
          batch.lacking.contains(CheckpointColumn.table) && !keepsUnverified
            ? []
            : try batch.checkpoints.filter { $0 > checkpointStep }.flatMap {
              try source.rows(of: CheckpointColumn.self, "WHERE step = ?", .integer($0))
            }.filter(Self.isSound))
        metricPlace = batch.metrics.upperBound
        if source.format.version > 1 {
          infos += try insert(rows(InfoColumn.self, infoPlace..<batch.infos.upperBound))
          images += try insert(
            rows(ImageColumn.self, imagePlace..<batch.images.upperBound).filter(Self.isSound))
          scenes += try insert(rows(SceneColumn.self, scenePlace..<batch.scenes.upperBound))
          (infoPlace, imagePlace) = (batch.infos.upperBound, batch.images.upperBound)
          scenePlace = batch.scenes.upperBound
        }
        elapsed = batch.row[.elapsed]
        try insert(batch: batch.steps, elapsed, metrics, checkpoints, infos, images, scenes)
      } else {
        // Its metrics are between those of the neighbouring batches.
        let next = stretches[(index + 1)...].lazy.compactMap(\.batch).first
        let most = extent(of: stretch.steps).upperBound
        try add(
          try source.rows(
            of: MetricColumn.self,
            "WHERE rowid > ? AND rowid <= ? AND step BETWEEN 0 AND ?"
              + " ORDER BY rowid", .integer(metricPlace),
            .integer(next?.metrics.lowerBound ?? .max), .integer(most)),
          try source.rows(
            of: CheckpointColumn.self, "WHERE step > ? AND step <= ? ORDER BY step",
            .integer(checkpointStep),
            .integer(min(most, (next?.checkpoints.first).map { $0 - 1 } ?? most))
          ).filter(Self.isSound))
        elapsed =
          try source.value(
            "SELECT elapsed FROM batches WHERE first_step < ? AND elapsed >= 0 ORDER BY first_step DESC",
            .integer(most)) ?? elapsed
        try insert(batch: stretch.steps, elapsed, metrics, checkpoints, infos, images, scenes)
      }
    }
    try copySessions()
  }

  /// The remaining part of a batch's steps: it begins and ends with an existing step.
  private func extent(of steps: Range<Int>) -> Range<Int> {
    let first = gaps.end(of: steps.lowerBound)
    var last = min(steps.upperBound, max(end, steps.lowerBound)) - 1
    if let gap = gaps.steps.last(where: { $0.lowerBound <= last }), gap.contains(last) {
      last = gap.lowerBound - 1
    }
    return first..<max(first, last + 1)
  }

  private static func isSound(_ row: Row<CheckpointColumn>) -> Bool {
    guard let parameters = row[.parameters].blob, let state = row[.trainingState].text else {
      return false
    }
    return (try? Safetensors(decoding: parameters)) != nil && (try? JSON(parsing: state)) != nil
  }

  private static func isSound(_ row: Row<ImageColumn>) -> Bool {
    row[.png].blob.map { row[.hash].blob == SHA256.hash($0) } ?? true
  }

  /// Adds a batch of the remaining steps; its hash is computed last.
  private func insert(
    batch steps: Range<Int>, _ elapsed: SQLiteValue, _ metrics: Int, _ checkpoints: Int,
    _ infos: Int, _ images: Int, _ scenes: Int
  ) throws {
    let extent = extent(of: steps)
    let (first, last) = (extent.lowerBound, extent.upperBound - 1)
    guard steps.isEmpty || !extent.isEmpty else { return }
    var numbers = BatchNumbers(
      firstStep: first, lastStep: last, elapsed: elapsed.double ?? 0, metrics: metrics,
      checkpoints: checkpoints, infos: infos, images: images, scenes: scenes)
    let session = try source.value(
      "SELECT max(rowid) FROM sessions WHERE first_step <= ?", .integer(max(0, last)))
    numbers.session = session?.int ?? 1
    numbers.ended = Upgrade.notCounted
    try insert([numbers.row(hash: [], sections: [])])
  }

  /// Copies the sessions that began by then. If the end is lost, the last one has no end.
  private func copySessions() throws {
    var sessions = try source.rows(
      of: SessionColumn.self, only: SessionColumn.allCases.filter { $0 != .writer },
      "WHERE first_step <= ? ORDER BY rowid", .integer(end))
    let isWhole = try source.stepCount() <= end
    if !isWhole, !sessions.isEmpty { sessions[sessions.count - 1][.ended] = .null }
    try insert(sessions)
  }

  /// Returns how many rows were added.
  @discardableResult
  private func insert<Column: TableColumn>(_ rows: [Row<Column>]) throws(RecordingError) -> Int {
    try withRecordingErrors(place) { () throws(SQLiteError) in
      try database.insert(rows, in: source.format)
    }
    return rows.count
  }

  /// The tables that lost rows in kept batches, apart from steps.
  private static func lacking(_ batches: [ReadableBatch]) -> [String] {
    Set(batches.flatMap(\.lacking)).sorted()
  }
}

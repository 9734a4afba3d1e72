internal import Platform
internal import Rollouts
internal import SQLite

/// Copies every batch that verifies, also behind damage, and where wanted the steps that can be read but not
/// verified. What is missing is recorded as gaps, and the chain of hashes is made anew.
final class ReadableCopy {
  private let source: Recording
  /// What the source is called.
  private let path: String
  private let place: String
  private let database: Database
  private let keepsUnverified: Bool
  private var gaps = Gaps()
  /// The step after the last one that is kept.
  private var end = 0

  /// Copies from the rows that could be read of the recording at `path`.
  init(_ source: Recording, _ place: String, of path: String, keepsUnverified: Bool) throws {
    (self.source, self.place, self.path) = (source, place, path)
    self.keepsUnverified = keepsUnverified
    database = try Recovery.create(place, in: source.format)
  }

  /// Steps that follow each other, and were verified or not.
  private struct Stretch {
    var steps: Range<Int>
    var isProven: Bool
    /// Their batch, where they are a whole one.
    var batch: ReadableBatch?
  }

  func run(_ progress: (Double) throws -> Void) throws {
    let proven = try ProvenBatches(source).find { try progress($0 / 3) }
    var stretches = proven.map { Stretch(steps: $0.steps, isProven: true, batch: $0) }
    if keepsUnverified { try fill(&stretches) }
    guard !stretches.isEmpty else {
      let hint = keepsUnverified ? "" : "; --unverified keeps what can be read"
      throw RecordingError.damaged(path, "no batch of it verifies\(hint)")
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

  /// Adds what lies between the batches that verify.
  private func fill(_ stretches: inout [Stretch]) throws {
    // A key that is not as it was may be any number; a file has no more steps than room for them.
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

  /// Metrics, checkpoints, batches and sessions.
  private func copyRest(_ stretches: [Stretch]) throws {
    var (metrics, checkpoints, infos, images, scenes) = (0, 0, 0, 0, 0)
    /// Up to which places and steps they are copied.
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
        /// Rows that are not as they were written are kept where unverified ones are.
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
        // Its metrics lie between those of the batches around it.
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

  /// What is left of a batch's steps: it begins and ends with a step that is there.
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

  /// A batch of the steps that are left of these; its hash is made last.
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

  /// The sessions that began by then. Where the end is lost, the last one did not end.
  private func copySessions() throws {
    var sessions = try source.rows(
      of: SessionColumn.self, only: SessionColumn.allCases.filter { $0 != .writer },
      "WHERE first_step <= ? ORDER BY rowid", .integer(end))
    let isWhole = try source.stepCount() <= end
    if !isWhole, !sessions.isEmpty { sessions[sessions.count - 1][.ended] = .null }
    try insert(sessions)
  }

  /// How many rows are added.
  @discardableResult
  private func insert<Column: TableColumn>(_ rows: [Row<Column>]) throws(RecordingError) -> Int {
    try withRecordingErrors(place) { () throws(SQLiteError) in
      try database.insert(rows, in: source.format)
    }
    return rows.count
  }

  /// What beside steps was lost in batches that are kept, by table.
  private static func lacking(_ batches: [ReadableBatch]) -> [String] {
    Set(batches.flatMap(\.lacking)).sorted()
  }
}

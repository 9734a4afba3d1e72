package import Rollouts

extension Recording {
  /// Makes a new recording of the first `end` steps, with their metrics, checkpoints and sessions.
  /// It names this one as its parent, also contains `checkpoint`, and continues from there with
  /// another configuration.
  package func fork(
    at end: Int, from checkpoint: Checkpoint, configuration: JSON, to path: String,
    force: Bool = false, _ progress: (Double) throws -> Void = { _ in }
  ) throws {
    precondition(checkpoint.step <= end, "a fork continues from its own steps")
    try RecordingFiles.refuse(path, inPlaceOf: self.path)
    try RecordingFiles.checkFree(path, force: force)
    let place = try DraftPlace(beside: path)
    try copy(to: place.path, until: end, adding: checkpoint, progress)
    // A session without steps holds the new settings.
    try RecordingWriter(resuming: place.path, from: checkpoint.step, configuration: configuration)
      .finish()
    try RecordingFiles.publish(place.path, as: path, force: force) {}
  }

  private func copy(
    to place: String, until end: Int, adding checkpoint: Checkpoint,
    _ progress: (Double) throws -> Void
  ) throws {
    var run = try description()
    run.parent = Parent(file: path, digest: try digest(), step: end)
    var copier = try StepCopier(self, until: end, adding: checkpoint)
    let sessions = try sessions().filter { $0.firstStep < max(1, end) }
    for (index, session) in sessions.enumerated() {
      let next = index + 1 < sessions.count ? sessions[index + 1].firstStep : end
      guard next >= session.firstStep else {
        throw RecordingError.damaged(path, "its sessions are in disorder")
      }
      run.configuration = session.configuration
      var writer =
        index == 0
        ? try RecordingWriter(creating: place, run, initial: copier.initial)
        : try RecordingWriter(
          resuming: place, from: session.firstStep, configuration: session.configuration)
      try copier.copy(session.firstStep..<next, to: &writer) {
        try progress(Double($0) / Double(end))
      }
      try writer.finish()
    }
  }
}

/// Copies steps, metrics and checkpoints to another recording, in the order in which they were
/// recorded.
private struct StepCopier {
  /// The checkpoint before the first step.
  let initial: Checkpoint
  private let recording: Recording
  private let hasTransitions: Bool
  private let added: Checkpoint
  private var metrics: ArraySlice<Metric>
  private var checkpoints: ArraySlice<Int>

  init(_ recording: Recording, until end: Int, adding checkpoint: Checkpoint) throws {
    guard let initial = try recording.checkpoint(at: 0) else {
      throw RecordingError.damaged(recording.path, "it lacks the checkpoint of step 0")
    }
    self.initial = initial
    self.recording = recording
    hasTransitions = try recording.description().hasTransitions
    added = checkpoint
    metrics = try recording.metrics(after: 0, through: .max).filter { $0.step <= end }[...]
    let steps = Set(try recording.checkpointSteps() + [checkpoint.step])
    checkpoints = steps.filter { (1...max(1, end)).contains($0) }.sorted()[...]
  }

  mutating func copy(
    _ range: Range<Int>, to writer: inout RecordingWriter, _ progress: (Int) throws -> Void
  ) throws {
    guard hasTransitions else { return try copyAllRecords(until: range.upperBound, to: &writer) }
    try recording.forEachStep(in: range) { row in
      try copyRecords(of: row.step, to: &writer)
      var transition = row.transition
      // The last row of an episode that was cut off; in the fork it continues.
      if transition.ending == .interrupted { transition.ending = .running }
      try writer.record(transition)
      if row.step % 4096 == 0 { try progress(row.step) }
    }
    try copyRecords(of: range.upperBound, to: &writer)
  }

  private mutating func copyAllRecords(
    until end: Int, to writer: inout RecordingWriter
  ) throws {
    while let next = [metrics.first?.step, checkpoints.first].compactMap({ $0 }).min(), next <= end
    {
      try copyRecords(of: next, to: &writer)
    }
  }

  /// Copies the metrics and the checkpoint of a step count.
  private mutating func copyRecords(of step: Int, to writer: inout RecordingWriter) throws {
    while let metric = metrics.first, metric.step <= step {
      try writer.record(metric)
      metrics.removeFirst()
    }
    guard checkpoints.first == step else { return }
    checkpoints.removeFirst()
    guard let checkpoint = try step == added.step ? added : recording.checkpoint(at: step) else {
      throw RecordingError.damaged(recording.path, "it lacks the checkpoint of step \(step)")
    }
    try writer.record(checkpoint)
  }
}

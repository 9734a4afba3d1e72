package import Rollouts

extension Recording {
  /// Makes a recording of its own of the first `end` steps, with all that was told on the way and the
  /// sessions that it was told in. It names this one as its parent, has `checkpoint` beside those that
  /// stand, and goes on from there by another configuration.
  package func fork(
    at end: Int, from checkpoint: Checkpoint, configuration: JSON, to path: String,
    force: Bool = false, _ progress: (Double) -> Void = { _ in }
  ) throws {
    precondition(checkpoint.step <= end, "a fork goes on from what it holds")
    try Files.refuse(path, inPlaceOf: self.path)
    try Files.checkFree(path, force: force)
    try Files.makeFolder(of: path)
    let place = Files.beside(path)
    do {
      try copy(to: place, until: end, adding: checkpoint, progress)
      // A session without steps: whoever goes on finds the settings to go on by.
      try RecordingWriter(resuming: place, from: checkpoint.step, configuration: configuration)
        .finish()
      try Files.name(place, path, force: force)
    } catch {
      Files.remove(place)
      throw error
    }
  }

  private func copy(
    to place: String, until end: Int, adding checkpoint: Checkpoint,
    _ progress: (Double) -> Void
  ) throws {
    var run = try description()
    run.parent = Parent(file: path, digest: try digest(), step: end)
    var told = try Told(self, until: end, adding: checkpoint)
    let sessions = try sessions().filter { $0.firstStep < max(1, end) }
    for (index, session) in sessions.enumerated() {
      let next = index + 1 < sessions.count ? sessions[index + 1].firstStep : end
      guard next >= session.firstStep else {
        throw RecordingError.damaged(path, "its sessions are in disorder")
      }
      run.configuration = session.configuration
      var writer =
        index == 0
        ? try RecordingWriter(creating: place, run, initial: told.initial)
        : try RecordingWriter(
          resuming: place, from: session.firstStep, configuration: session.configuration)
      try told.tell(session.firstStep..<next, to: &writer) { progress(Double($0) / Double(end)) }
      try writer.finish()
    }
  }
}

/// What a trainer once told a recording, to be told to another in the same order.
private struct Told {
  /// What was known before the first step.
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

  mutating func tell(
    _ range: Range<Int>, to writer: inout RecordingWriter, _ progress: (Int) -> Void
  ) throws {
    guard hasTransitions else { return try tellAllPoints(until: range.upperBound, to: &writer) }
    try recording.forEachStep(in: range) { row in
      try tellPoints(of: row.step, to: &writer)
      var transition = row.transition
      // The last row of an episode that was cut off; here it goes on.
      if transition.ending == .interrupted { transition.ending = .running }
      try writer.record(transition)
      if row.step % 4096 == 0 { progress(row.step) }
    }
    try tellPoints(of: range.upperBound, to: &writer)
  }

  private mutating func tellAllPoints(
    until end: Int, to writer: inout RecordingWriter
  ) throws {
    while let next = [metrics.first?.step, checkpoints.first].compactMap({ $0 }).min(), next <= end
    {
      try tellPoints(of: next, to: &writer)
    }
  }

  /// Tells what was told after so many steps.
  private mutating func tellPoints(of step: Int, to writer: inout RecordingWriter) throws {
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

internal import Rollouts
internal import SQLite

/// The steps that a resumed run repeats, read from the file for comparison.
struct RepeatedSteps {
  /// The first step that is not in the file.
  let end: Int
  private let recording: Recording
  private var page: [RecordedStep] = []
  private var pageStart: Int
  private static let pageSize = 4096

  init(_ recording: Recording, from step: Int, to end: Int) {
    self.recording = recording
    self.end = end
    pageStart = step
  }

  /// Compares a repeated step with the one in the file.
  mutating func compare(_ transition: Transition, at step: Int) throws {
    if step >= pageStart + page.count {
      pageStart = step
      page = try recording.steps(in: step..<min(end, step + Self.pageSize))
    }
    let place = step - pageStart
    guard page.indices.contains(place), page[place].step == step else {
      throw RecordingError.damaged(recording.path, "it lacks step \(step)")
    }
    let known = page[place]
    // In the file, the last row of an episode that was cut off is interrupted.
    let ending = known.ending == .interrupted ? .running : known.ending
    guard known.episode == transition.episode, known.state == transition.state,
      known.action == transition.action, known.reward == transition.reward,
      known.next == transition.next, ending == transition.ending
    else {
      throw RecordingError(
        .invalid,
        "step \(step) differs from the recorded one: the program, its settings or the"
          + " machine has changed")
    }
  }
}

/// The state of a file for a resumed session.
struct Resumption {
  var description: RunDescription
  var chain: HashChain
  var session = SessionPlace()
  /// How many steps the file has.
  var end = 0
  /// The episodes that are open at the resumed step, by world.
  var open: [Int: OpenEpisode] = [:]
  var newestEpisode = 0
  var kinds: ValueKinds?
  var known = KnownRows()

  /// Reads what is needed to continue from a step.
  init(_ recording: Recording, from step: Int) throws {
    description = try recording.description()
    end = try recording.stepCount()
    let path = recording.path
    guard description.worlds <= 1 << 16 else {
      throw RecordingError.damaged(path, "\(description.worlds) worlds cannot run side by side")
    }
    guard (0...end).contains(step) else {
      throw RecordingError(.absent, "\(path) has \(end) steps, so it cannot continue from \(step)")
    }
    chain = try withRecordingErrors(path) { () throws(SQLiteError) in
      try HashChain(of: recording.database, in: recording.format)
    }
    try readBatches(recording)
    if description.hasTransitions {
      try readOpenEpisodes(recording, at: step)
      if end > 0 { kinds = try recording.kinds() }
    }
    for row in try recording.rows(
      of: MetricColumn.self, only: [.step, .name], "WHERE step >= ?", .integer(step))
    {
      known.metrics.insert(
        KnownRows.Metric(step: row[.step].int ?? 0, name: row[.name].text ?? ""))
    }
    known.end = end
  }

  /// Finds where the chain continues: after the last batch; in format 1, after the last one with
  /// steps.
  private mutating func readBatches(_ recording: Recording) throws {
    let format = recording.format
    let last = try recording.rows(
      of: BatchColumn.self,
      (format.version == 1 ? "WHERE last_step >= first_step " : "")
        + "ORDER BY rowid DESC LIMIT 1"
    ).first
    if let hash = last?[.hash].blob { chain = HashChain(previous: hash, in: format) }
    if let last {
      session.origin = try recording.seconds(last[.elapsed])
      guard let numbers = BatchNumbers(last, in: format) else {
        throw RecordingError.damaged(recording.path, "its last batch cannot be read")
      }
      session.numbers = numbers
    }
    session.uncoveredMetrics = try recording.metrics(
      after: session.numbers.metrics, through: .max)
    session.uncoveredCheckpoints = try recording.storedCheckpoints(
      afterFirst: session.numbers.checkpoints)
    session.numbers.metrics += session.uncoveredMetrics.count
    session.numbers.checkpoints += session.uncoveredCheckpoints.count
    if let best = session.numbers.best {
      session.bestReturn = try recording.episode(best).return
    }
  }

  private mutating func readOpenEpisodes(_ recording: Recording, at step: Int) throws {
    let worlds = description.worlds
    for last in try recording.steps(in: max(0, step - worlds)..<step)
    where last.ending == .running || last.ending == .interrupted {
      let episode = try recording.episode(last.episode)
      var open = OpenEpisode()
      open.isOpen = true
      open.episode = episode.number
      open.firstStep = episode.firstStep
      open.steps = last.t + 1
      // Summed in the order of the steps, as when they were made.
      try recording.forEachStep(of: episode) { if $0.step <= last.step { open.total += $0.reward } }
      switch last.next {
      case .index(let state): open.next = state
      case .bytes(let state): open.nextBytes = state
      }
      self.open[last.step % worlds] = open
    }
    newestEpisode =
      try recording.value(
        "SELECT max(episode) FROM episodes WHERE first_step < ?", .integer(step))?.int ?? 0
  }
}

/// Metrics that the file already has, so that a resumed run does not record them twice.
struct KnownRows {
  struct Metric: Hashable {
    var step: Int
    var name: String
  }

  var metrics: Set<Metric> = []
  /// How many steps the file had.
  var end = -1

  func has(_ metric: Rollouts.Metric) -> Bool {
    metric.step <= end && metrics.contains(Metric(step: metric.step, name: metric.name))
  }
}

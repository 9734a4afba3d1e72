public import Rollouts
internal import SQLite
internal import Synchronization

/// Writes one run to one file, off the training thread.
///
/// ```swift
/// var table = QTable(states: 16, actions: 4)
/// var writer = try RecordingWriter(
///   creating: "run.sqlite", description, initial: table.checkpoint(step: 0))
/// try writer.record(
///   episode: 1, state: 0, action: 3, reward: -1, next: 1, ending: .running)
/// try writer.record(Metric(step: 1, name: "charts/epsilon", value: 0.1))
/// try writer.record(table.checkpoint(step: 1))
/// try writer.finish()
/// ```
///
/// Steps are numbered in the order in which they are recorded. The next state of a step is the
/// state of the next step in its episode. A step that does not follow from the previous one, and a
/// reward that is not finite, are errors that name the step.
///
/// The file gets its name with the checkpoint of step 0. Without `finish()` it reads as
/// interrupted, and contains every step up to the last commit.
@safe public struct RecordingWriter: ~Copyable, TransitionSink {
  /// The file's path.
  public let path: String
  let options: RecordingOptions
  let description: RunDescription
  let format: Format
  let committer: Committer
  var session: SessionPlace
  var chain: HashChain
  var draft: Draft?
  /// Where a resumed run still repeats steps that the file has.
  var repeated: RepeatedSteps?
  var known = KnownRows()
  private var isClosed = false

  // The fields that the next row uses.
  var batch: Batch
  var rows: Rows
  var count = 0
  var step = 0
  var world = 0
  let worlds: Int
  let slots: UnsafeMutablePointer<OpenEpisode>
  var newestEpisode = 0
  /// Whether states and actions are numbers or bytes, known from the first step on.
  var kinds: ValueKinds?
  /// Whether rows need no further check: the file exists, values are numbers, nothing is repeated.
  var isFast = false

  init(
    path: String, description: RunDescription, options: RecordingOptions, chain: HashChain,
    committer: Committer, session: SessionPlace, draft: Draft?
  ) {
    self.path = path
    self.description = description
    self.options = options
    self.chain = chain
    format = chain.format
    self.committer = committer
    self.session = session
    self.draft = draft
    worlds = max(1, description.worlds)
    batch = Batch(rows: max(1, options.batchRows), worlds: worlds, in: format)
    rows = Rows(batch)
    unsafe slots = .allocate(capacity: worlds)
    unsafe slots.initialize(repeating: OpenEpisode(), count: worlds)
  }

  deinit {
    if !isClosed {
      if let draft { draft.remove() }
      if committer.isRunning {
        if count > 0 {
          var (session, chain) = (session, chain)
          complete(batch, session: &session, chain: &chain)
          _ = try? committer.submit(batch)
        }
        try? committer.close(session: session.row, ended: nil)
      }
    }
    unsafe slots.deinitialize(count: worlds)
    unsafe slots.deallocate()
  }

  /// How many steps are committed to the file.
  public var committedSteps: Int { committer.committedSteps.load(ordering: .acquiring) }

  /// Returns how many steps are committed to the file, even while a trainer holds the writer.
  package var commits: @Sendable () -> Int {
    let committer = committer
    return { committer.committedSteps.load(ordering: .acquiring) }
  }

  /// Records one step of a discrete world: the same as `record(_:)` of a transition, but faster.
  public mutating func record(
    episode: Int, state: Int, action: Int, reward: Double, next: Int, ending: Ending
  ) throws {
    guard isFast else {
      try record(
        Transition(
          episode: episode, state: .index(state), action: .index(action), reward: reward,
          next: .index(next), ending: ending))
      return
    }
    // Adding zero turns −0 into 0, as SQLite does.
    let reward = reward + 0
    try check(episode: episode, reward: reward, ending: ending)
    let slot = unsafe slots + world
    if unsafe slot.pointee.isOpen, unsafe slot.pointee.next != state {
      throw unsafe unlike("\(slot.pointee.next)", "\(state)")
    }
    unsafe slot.pointee.next = next
    append(
      episode: episode, state: UInt64(bitPattern: Int64(state)),
      action: UInt64(bitPattern: Int64(action)), reward: reward, ending: ending)
    if count == rows.capacity || committer.wantsBatch.load(ordering: .relaxed) {
      try handOver()
    }
  }

  /// Records one step.
  public mutating func record(_ transition: Transition) throws {
    try admit(transition)
    var transition = transition
    transition.reward += 0
    try check(
      episode: transition.episode, reward: transition.reward, ending: transition.ending)
    let slot = unsafe slots + world
    if unsafe slot.pointee.isOpen {
      switch transition.state {
      case .index(let state):
        let next = unsafe slot.pointee.next
        if next != state { throw unlike("\(next)", "\(state)") }
      case .bytes(let state):
        let next = unsafe slot.pointee.nextBytes
        if next != state { throw unlike(next.hexadecimal, state.hexadecimal) }
      }
    }
    try repeated?.compare(transition, at: step)
    switch transition.next {
    case .index(let next): unsafe slot.pointee.next = next
    case .bytes(let next): unsafe slot.pointee.nextBytes = next
    }
    append(
      episode: transition.episode, state: word(transition.state), action: word(transition.action),
      reward: transition.reward, ending: transition.ending)
    if repeated != nil {
      dropRepeated()
      return
    }
    if count == rows.capacity || batch.transitions.columns.arenaCount > Batch.mostBytes
      || committer.wantsBatch.load(ordering: .relaxed)
    {
      try handOver()
    }
  }

  /// Records a metric.
  public mutating func record(_ metric: Metric) throws {
    try requireFile()
    if known.has(metric) { return }
    advance(to: metric.step)
    var metric = metric
    metric.value += 0
    batch.metrics.append(metric)
    try handOverWhereWanted()
  }

  /// Records a checkpoint of the steps so far. The first one, of step 0, gives the file its name.
  public mutating func record(_ checkpoint: Checkpoint) throws {
    if draft != nil {
      try publish(with: checkpoint)
      return
    }
    try requireFile()
    advance(to: checkpoint.step)
    guard checkpoint.step == step || !description.hasTransitions else {
      throw RecordingError(
        .invalid, "a checkpoint of step \(checkpoint.step) came after \(step) steps")
    }
    if checkpoint.step <= known.end, try isKnown(checkpoint) { return }
    batch.checkpoints.append(
      format.version == 1 ? (try? checkpoint.unpacked()) ?? checkpoint : checkpoint.packed)
    try handOverWhereWanted()
  }

  /// Commits the rest, records when the run ended, and leaves a single file. Without it, the
  /// recording reads as interrupted.
  public consuming func finish() throws(RecordingError) {
    isClosed = true
    if let draft {
      draft.remove()
      throw Self.withoutCheckpoint
    }
    var caught: RecordingError?
    do throws(RecordingError) {
      let hasNews = count > 0 || !batch.metrics.isEmpty || !batch.checkpoints.isEmpty
      if hasNews, repeated == nil { try handOver() }
    } catch {
      caught = error
    }
    // A single file remains only if nobody else has it open.
    repeated = nil
    let ended = caught == nil ? options.clock.timestamp : nil
    do throws(RecordingError) {
      try committer.close(session: session.row, ended: ended)
    } catch {
      caught = caught ?? error
    }
    if let caught { throw caught }
  }

  /// Throws before the file has its name, and after it was closed.
  func requireFile() throws(RecordingError) {
    if draft != nil { throw Self.withoutCheckpoint }
    if !committer.isRunning { throw RecordingError(.invalid, "\(path) is not being written") }
  }

  private static let withoutCheckpoint = RecordingError(
    .invalid, "a recording must begin with a checkpoint of step 0")
}

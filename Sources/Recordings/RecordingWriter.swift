package import Rollouts
internal import SQLite
internal import Synchronization

/// How a recording is written.
package struct RecordingOptions: Sendable {
  /// Whether a file of this name is replaced.
  package var force = false
  /// Whether each commit waits for the disk: no power cut costs more than the open batch then.
  package var durable = false
  /// The most steps of one commit.
  package var batchRows = 8192
  /// The longest time between two commits.
  package var commitInterval: Duration = .milliseconds(250)
  /// Where times come from.
  package var clock = RecordingClock.system

  /// The usual way.
  package init(force: Bool = false, durable: Bool = false) {
    self.force = force
    self.durable = durable
  }
}

/// Writes one run to one file, off the training thread.
///
/// The file bears its name from the step-0 checkpoint on. Without `finish()` it reads as
/// interrupted, and holds every step up to the last commit.
@safe package struct RecordingWriter: ~Copyable, TransitionSink {
  /// The file's path.
  package let path: String
  let options: RecordingOptions
  let description: RunDescription
  let committer: Committer
  var session: SessionPlace
  var chain: HashChain
  var draft: Draft?
  /// Where a resumed run still re-makes steps that the file has.
  var retrace: Retrace?
  private var isClosed = false

  // What the next row touches.
  var batch: Batch
  private var rows: Rows
  private var count = 0
  var step = 0
  private var world = 0
  private let worlds: Int
  let slots: UnsafeMutablePointer<OpenEpisode>
  var newestEpisode = 0
  private var states: Columns.Kind?
  private var actions: Columns.Kind?
  /// Whether rows may be taken without a further look: the file is there, values are numbers.
  private var isPlain = false

  init(
    path: String, description: RunDescription, options: RecordingOptions, chain: HashChain,
    committer: Committer, session: SessionPlace, draft: Draft?
  ) {
    self.path = path
    self.description = description
    self.options = options
    self.chain = chain
    self.committer = committer
    self.session = session
    self.draft = draft
    worlds = max(1, description.worlds)
    batch = Batch(rows: max(1, options.batchRows), worlds: worlds)
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

  /// How many steps are safely in the file.
  package var committedSteps: Int { committer.committedSteps.load(ordering: .acquiring) }

  /// How many steps were recorded, committed or not.
  package var recordedSteps: Int { step }

  package mutating func record(
    episode: Int, state: Int, action: Int, reward: Double, next: Int, ending: Ending
  ) throws {
    guard isPlain else {
      try record(
        Transition(
          episode: episode, state: .index(state), action: .index(action), reward: reward,
          next: .index(next), ending: ending))
      return
    }
    // Adding zero makes −0 into 0, as SQLite does.
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
    if count == batch.transitions.capacity || committer.wantsBatch.load(ordering: .relaxed) {
      try handOver()
    }
  }

  package mutating func record(_ transition: Transition) throws {
    try admit(transition)
    var transition = transition
    transition.reward += 0
    try check(
      episode: transition.episode, reward: transition.reward, ending: transition.ending)
    let slot = unsafe slots + world
    if case .index(let state) = transition.state, unsafe slot.pointee.isOpen,
      unsafe slot.pointee.next != state
    {
      throw unsafe unlike("\(slot.pointee.next)", "\(state)")
    }
    if retrace != nil { try compare(transition) }
    switch transition.next {
    case .index(let next): unsafe slot.pointee.next = next
    case .bytes(let next): unsafe slot.pointee.nextBytes = next
    }
    append(
      episode: transition.episode, state: word(transition.state), action: word(transition.action),
      reward: transition.reward, ending: transition.ending)
    if retrace != nil {
      try goOnRetracing()
      return
    }
    if count == batch.transitions.capacity || batch.transitions.arenaCount > Batch.mostBytes
      || committer.wantsBatch.load(ordering: .relaxed)
    {
      try handOver()
    }
  }

  package mutating func record(_ metric: Metric) throws {
    try requireFile()
    if let retrace, retrace.has(metric) { return }
    var metric = metric
    metric.value += 0
    batch.metrics.append(metric)
    try handOverWhereWanted()
  }

  package mutating func record(_ checkpoint: Checkpoint) throws {
    if draft != nil {
      try publish(with: checkpoint)
      return
    }
    try requireFile()
    if let retrace, try retrace.has(checkpoint, in: path) { return }
    guard checkpoint.step == step else {
      throw RecordingError(
        .invalid, "a checkpoint of step \(checkpoint.step) came after \(step) steps")
    }
    batch.checkpoints.append(checkpoint)
    try handOverWhereWanted()
  }

  /// Commits what is left, says when the run ended, and leaves one file. Without it, the recording
  /// reads as interrupted.
  package consuming func finish() throws(RecordingError) {
    isClosed = true
    if let draft {
      draft.remove()
      throw Self.withoutCheckpoint
    }
    var caught: RecordingError?
    do throws(RecordingError) {
      if count > 0 || !batch.metrics.isEmpty || !batch.checkpoints.isEmpty { try handOver() }
    } catch {
      caught = error
    }
    let ended = caught == nil ? options.clock.timestamp : nil
    do throws(RecordingError) {
      try committer.close(session: session.row, ended: ended)
    } catch {
      caught = caught ?? error
    }
    if let caught { throw caught }
  }

  // MARK: Rows

  /// What every row must be.
  @inline(__always)
  private func check(episode: Int, reward: Double, ending: Ending) throws(RecordingError) {
    guard reward.isFinite else {
      throw RecordingError(.invalid, "the reward of step \(step) is \(reward), no finite number")
    }
    let slot = unsafe slots + world
    let fits = unsafe slot.pointee.isOpen
      ? slot.pointee.episode == episode : episode > newestEpisode
    if !fits || ending == .interrupted { throw outOfOrder(episode, ending) }
  }

  private func outOfOrder(_ episode: Int, _ ending: Ending) -> RecordingError {
    if ending == .interrupted {
      return RecordingError(.invalid, "step \(step) is interrupted, which only readers say")
    }
    let open = unsafe slots[world]
    return RecordingError(
      .invalid,
      open.isOpen
        ? "step \(step) is of episode \(episode), but episode \(open.episode) has not ended"
        : "step \(step) begins episode \(episode) after episode \(newestEpisode)")
  }

  private func unlike(_ earlier: String, _ state: String) -> RecordingError {
    RecordingError(
      .invalid, "step \(step) starts in state \(state), but the one before led to \(earlier)")
  }

  /// Takes a row whose state and action are words by now, and keeps its episode's books.
  @inline(__always)
  private mutating func append(
    episode: Int, state: UInt64, action: UInt64, reward: Double, ending: Ending
  ) {
    let slot = unsafe slots + world
    if unsafe !slot.pointee.isOpen {
      unsafe slot.pointee.isOpen = true
      unsafe slot.pointee.episode = episode
      unsafe slot.pointee.firstStep = step
      unsafe slot.pointee.steps = 0
      unsafe slot.pointee.total = 0
      newestEpisode = max(newestEpisode, episode)
    }
    unsafe slot.pointee.steps += 1
    unsafe slot.pointee.total += reward
    unsafe rows.step[count] = UInt64(bitPattern: Int64(step))
    unsafe rows.episode[count] = UInt64(bitPattern: Int64(episode))
    unsafe rows.state[count] = state
    unsafe rows.action[count] = action
    unsafe rows.reward[count] = reward.bitPattern
    count += 1
    step += 1
    if ending != .running {
      unsafe slot.pointee.isOpen = false
      unsafe slot.pointee.write(
        to: batch.episodes, row: batch.ended, seed: Int(description.seed), stride: worlds,
        ending: ending)
      batch.ended += 1
    }
    world += 1
    if world == worlds { world = 0 }
  }

  private func word(_ value: Value) -> UInt64 {
    switch value {
    case .index(let value): UInt64(bitPattern: Int64(value))
    case .bytes(let value): batch.transitions.append(value)
    }
  }

  /// Lets a row in: there is a file, and the values are what the first row's were.
  private mutating func admit(_ transition: Transition) throws(RecordingError) {
    try requireFile()
    let (state, action) = (transition.state.kind, transition.action.kind)
    if states == nil {
      states = state
      actions = action
      batch.setKinds(state: state, action: action)
      isPlain = state == .integer && action == .integer && retrace == nil
    }
    guard states == state, actions == action, transition.next.kind == state else {
      throw RecordingError(
        .invalid, "step \(step) mixes numbers and bytes with the steps before it")
    }
  }

  private func requireFile() throws(RecordingError) {
    if draft != nil { throw Self.withoutCheckpoint }
    if !committer.isRunning { throw RecordingError(.invalid, "\(path) is not being written") }
  }

  private static let withoutCheckpoint = RecordingError(
    .invalid, "a recording begins with a checkpoint of step 0")

  // MARK: Batches

  private mutating func handOverWhereWanted() throws(RecordingError) {
    guard committer.wantsBatch.load(ordering: .relaxed) else { return }
    if count > 0 {
      try handOver()
    } else if let stopped = committer.stopped {
      throw stopped
    }
  }

  private mutating func handOver() throws(RecordingError) {
    var (session, chain) = (session, chain)
    complete(batch, session: &session, chain: &chain)
    (self.session, self.chain) = (session, chain)
    do {
      batch = try committer.submit(batch)
    } catch {
      // The committer keeps that batch. The next row finds a full one, and the same error.
      batch = Batch(rows: 1, worlds: worlds)
      startBatch()
      throw error
    }
    startBatch()
  }

  private mutating func startBatch() {
    rows = Rows(batch)
    count = 0
    if let states, let actions { batch.setKinds(state: states, action: actions) }
  }

  /// Gives the batch what belongs to it beside rows: open episodes, its time and its hash.
  private borrowing func complete(
    _ batch: Batch, session: inout SessionPlace, chain: inout HashChain
  ) {
    batch.transitions.count = count
    var row = batch.ended
    for slot in 0..<worlds where unsafe slots[slot].isOpen {
      unsafe slots[slot].write(
        to: batch.episodes, row: row, seed: Int(description.seed), stride: worlds,
        ending: .running)
      row += 1
    }
    batch.episodes.count = row
    batch.firstStep = step - count
    batch.elapsed = session.elapsed(options.clock)
    session.metrics += batch.metrics.count
    session.checkpoints += batch.checkpoints.count
    batch.metricsByThen = session.metrics
    batch.checkpointsByThen = session.checkpoints
    batch.hash = chain.add(batch, session: session)
    session.uncoveredMetrics = []
    session.uncoveredCheckpoints = []
  }

  /// The words of a batch's columns, found once a batch.
  @safe private struct Rows {
    let step: UnsafeMutablePointer<UInt64>
    let episode: UnsafeMutablePointer<UInt64>
    let state: UnsafeMutablePointer<UInt64>
    let action: UnsafeMutablePointer<UInt64>
    let reward: UnsafeMutablePointer<UInt64>

    init(_ batch: Batch) {
      unsafe step = batch.transitions.column(0)
      unsafe episode = batch.transitions.column(1)
      unsafe state = batch.transitions.column(2)
      unsafe action = batch.transitions.column(3)
      unsafe reward = batch.transitions.column(4)
    }
  }
}

/// The session that a writer writes, and what its next batch must account for.
struct SessionPlace {
  var row = 0
  var facts = SessionFacts(firstStep: 0, configuration: "{}", versions: "{}", started: "")
  /// When it began on the monotonic clock, less the time of the sessions before.
  var origin = 0.0
  /// How many metrics and checkpoints the recording has.
  var metrics = 0
  var checkpoints = 0
  /// Those that are in the file, but in no batch yet.
  var uncoveredMetrics: [Metric] = []
  var uncoveredCheckpoints: [Checkpoint] = []

  func elapsed(_ clock: RecordingClock) -> Double { max(0, clock.monotonic() - origin) }
}

extension Value {
  var kind: Columns.Kind {
    switch self {
    case .index: .integer
    case .bytes: .bytes
    }
  }
}

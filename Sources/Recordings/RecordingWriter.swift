package import Rollouts
internal import SQLite
internal import Synchronization

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
  /// Where a resumed run still makes steps again that the file has.
  var retrace: Retrace?
  var known = KnownRows()
  private var isClosed = false

  // What the next row touches.
  var batch: Batch
  var rows: Rows
  var count = 0
  var step = 0
  var world = 0
  let worlds: Int
  let slots: UnsafeMutablePointer<OpenEpisode>
  var newestEpisode = 0
  var states: Columns.Kind?
  var actions: Columns.Kind?
  /// Whether rows may be taken without a further look: the file is there, values are numbers.
  var isPlain = false

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

  /// Tells how many steps are safely in the file, also while a trainer holds the writer.
  package var commits: @Sendable () -> Int {
    let committer = committer
    return { committer.committedSteps.load(ordering: .acquiring) }
  }

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
    try retrace?.compare(transition, at: step)
    switch transition.next {
    case .index(let next): unsafe slot.pointee.next = next
    case .bytes(let next): unsafe slot.pointee.nextBytes = next
    }
    append(
      episode: transition.episode, state: word(transition.state), action: word(transition.action),
      reward: transition.reward, ending: transition.ending)
    if retrace != nil {
      forgetRetraced()
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
    if known.has(metric) { return }
    advance(to: metric.step)
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
    advance(to: checkpoint.step)
    guard checkpoint.step == step || !description.hasTransitions else {
      throw RecordingError(
        .invalid, "a checkpoint of step \(checkpoint.step) came after \(step) steps")
    }
    if checkpoint.step <= known.end, try isKnown(checkpoint) { return }
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
      let hasNews = count > 0 || !batch.metrics.isEmpty || !batch.checkpoints.isEmpty
      if hasNews, retrace == nil { try handOver() }
    } catch {
      caught = error
    }
    // One file remains only where nobody else has it open.
    retrace = nil
    let ended = caught == nil ? options.clock.timestamp : nil
    do throws(RecordingError) {
      try committer.close(session: session.row, ended: ended)
    } catch {
      caught = caught ?? error
    }
    if let caught { throw caught }
  }

  // MARK: Rows

  /// Where steps are no transitions, what is told of a later step says that it was taken.
  private mutating func advance(to later: Int) {
    guard !description.hasTransitions, later > step else { return }
    count += later - step
    step = later
  }

  /// What every row must be.
  @inline(__always)
  private func check(episode: Int, reward: Double, ending: Ending) throws(RecordingError) {
    guard reward.isFinite else {
      throw RecordingError(.invalid, "the reward of step \(step) is \(reward), no finite number")
    }
    let slot = unsafe slots + world
    let fits =
      unsafe slot.pointee.isOpen
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
      startPlainly()
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

  /// The words of a batch's columns, found once a batch.
  @safe struct Rows {
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

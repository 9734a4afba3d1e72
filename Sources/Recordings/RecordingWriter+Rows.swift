import Rollouts
internal import SQLite

/// Checks that apply to every row, and adding rows to a batch.
extension RecordingWriter {
  /// If steps are not transitions, a metric or checkpoint of a later step means that the step was
  /// taken.
  mutating func advance(to later: Int) {
    guard !description.hasTransitions, later > step else { return }
    count += later - step
    step = later
  }

  /// Checks that apply to every row.
  @inline(__always)
  func check(episode: Int, reward: Double, ending: Ending) throws(RecordingError) {
    guard reward.isFinite else {
      throw RecordingError(.invalid, "the reward of step \(step) is \(reward), not a finite number")
    }
    let slot = unsafe slots + world
    let fits =
      unsafe slot.pointee.isOpen
      ? slot.pointee.episode == episode : episode > newestEpisode
    if !fits || ending == .interrupted { throw outOfOrder(episode, ending) }
  }

  private func outOfOrder(_ episode: Int, _ ending: Ending) -> RecordingError {
    if ending == .interrupted {
      return RecordingError(
        .invalid, "step \(step) has the ending interrupted, which only readers report")
    }
    let open = unsafe slots[world]
    return RecordingError(
      .invalid,
      open.isOpen
        ? "step \(step) belongs to episode \(episode), but episode \(open.episode) has not ended"
        : "step \(step) begins episode \(episode) after episode \(newestEpisode)")
  }

  func unlike(_ earlier: String, _ state: String) -> RecordingError {
    RecordingError(
      .invalid, "step \(step) starts in state \(state), but the one before led to \(earlier)")
  }

  /// Appends a row whose state and action are already words, and adds it to its episode.
  @inline(__always)
  mutating func append(
    episode: Int, state: UInt64, action: UInt64, reward: Double, ending: Ending
  ) {
    let slot = unsafe open(episode)
    unsafe slot.pointee.steps += 1
    unsafe slot.pointee.total += reward
    unsafe rows.step[count] = UInt64(bitPattern: Int64(step))
    unsafe rows.episode[count] = UInt64(bitPattern: Int64(episode))
    unsafe rows.state[count] = state
    unsafe rows.action[count] = action
    unsafe rows.reward[count] = reward.bitPattern
    count += 1
    step += 1
    if ending != .running { unsafe close(slot, ending) }
    world += 1
    if world == worlds { world = 0 }
  }

  /// The slot of the current world's episode; begins an episode where none is open.
  @inline(__always)
  mutating func open(_ episode: Int) -> UnsafeMutablePointer<OpenEpisode> {
    let slot = unsafe slots + world
    if unsafe !slot.pointee.isOpen {
      unsafe slot.pointee.isOpen = true
      unsafe slot.pointee.episode = episode
      unsafe slot.pointee.firstStep = step
      unsafe slot.pointee.steps = 0
      unsafe slot.pointee.total = 0
      newestEpisode = max(newestEpisode, episode)
    }
    return unsafe slot
  }

  /// Ends the episode of a slot.
  func close(_ slot: UnsafeMutablePointer<OpenEpisode>, _ ending: Ending) {
    unsafe slot.pointee.isOpen = false
    unsafe slot.pointee.write(
      to: batch.episodes, row: batch.ended, seed: Int(description.seed), stride: worlds,
      ending: ending)
    batch.ended += 1
  }

  func word(_ value: Value) -> UInt64 {
    switch value {
    case .index(let value): UInt64(bitPattern: Int64(value))
    case .bytes(let value): batch.transitions.columns.append(value)
    }
  }

  /// Accepts a row if the file exists and the values have the first row's kinds.
  mutating func admit(_ transition: Transition) throws(RecordingError) {
    try requireFile()
    let found = ValueKinds(state: transition.state.kind, action: transition.action.kind)
    if kinds == nil {
      kinds = found
      batch.setKinds(found)
      chooseFastPath()
    }
    guard kinds == found, transition.next.kind == found.state else {
      throw RecordingError(
        .invalid, "step \(step) mixes numbers and bytes with the steps before it")
    }
  }

  /// Pointers to a batch's columns, looked up once per batch.
  @safe struct Rows {
    let capacity: Int
    let step: UnsafeMutablePointer<UInt64>
    let episode: UnsafeMutablePointer<UInt64>
    let state: UnsafeMutablePointer<UInt64>
    let action: UnsafeMutablePointer<UInt64>
    let reward: UnsafeMutablePointer<UInt64>

    init(_ batch: Batch) {
      capacity = batch.transitions.columns.capacity
      unsafe step = batch.transitions.column(.step)
      unsafe episode = batch.transitions.column(.episode)
      unsafe state = batch.transitions.column(.state)
      unsafe action = batch.transitions.column(.action)
      unsafe reward = batch.transitions.column(.reward)
    }
  }
}

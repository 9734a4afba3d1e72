import Rollouts
internal import SQLite

/// What every row must be, and where it goes.
extension RecordingWriter {
  /// Where steps are no transitions, what is told of a later step says that it was taken.
  mutating func advance(to later: Int) {
    guard !description.hasTransitions, later > step else { return }
    count += later - step
    step = later
  }

  /// What every row must be.
  @inline(__always)
  func check(episode: Int, reward: Double, ending: Ending) throws(RecordingError) {
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

  func unlike(_ earlier: String, _ state: String) -> RecordingError {
    RecordingError(
      .invalid, "step \(step) starts in state \(state), but the one before led to \(earlier)")
  }

  /// Takes a row whose state and action are words by now, and keeps its episode's books.
  @inline(__always)
  mutating func append(
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

  func word(_ value: Value) -> UInt64 {
    switch value {
    case .index(let value): UInt64(bitPattern: Int64(value))
    case .bytes(let value): batch.transitions.append(value)
    }
  }

  /// Lets a row in: there is a file, and the values are what the first row's were.
  mutating func admit(_ transition: Transition) throws(RecordingError) {
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

public import Rollouts
internal import Synchronization

extension RecordingWriter {
  /// Records consecutive steps of one episode of a discrete world: the same as each of them alone,
  /// but faster.
  public mutating func record(
    episode: Int, _ steps: Span<DiscreteStep>, next: Int, ending: Ending
  ) throws {
    guard isFast, worlds == 1, follows(episode: episode, steps, ending) else {
      // If any is wrong, the error names it.
      try recordEach(episode: episode, steps, next: next, ending: ending)
      return
    }
    var done = 0
    while done < steps.count {
      let end = min(steps.count, done + rows.capacity - count)
      let isLast = end == steps.count
      append(
        episode: episode, steps.extracting(done..<end), next: isLast ? next : steps[end].state,
        ending: isLast ? ending : .running)
      done = end
      if count == rows.capacity || committer.wantsBatch.load(ordering: .relaxed) {
        try handOver()
      }
    }
  }

  /// Whether all steps pass the checks for rows.
  private func follows(episode: Int, _ steps: Span<DiscreteStep>, _ ending: Ending) -> Bool {
    guard !steps.isEmpty, ending != .interrupted else { return false }
    let start = steps[0].state
    for index in steps.indices {
      guard steps[index].reward.isFinite else { return false }
    }
    guard unsafe slots.pointee.isOpen else { return episode > newestEpisode }
    return unsafe slots.pointee.episode == episode && slots.pointee.next == start
  }

  /// Appends rows that fit into the batch, for a single world.
  private mutating func append(
    episode: Int, _ steps: Span<DiscreteStep>, next: Int, ending: Ending
  ) {
    let slot = unsafe open(episode)
    let (rows, first) = (rows, count)
    var total = unsafe slot.pointee.total
    for index in steps.indices {
      let taken = steps[index]
      // Adding zero turns −0 into 0, as SQLite does.
      let reward = taken.reward + 0
      total += reward
      let row = first &+ index
      unsafe rows.step[row] = UInt64(bitPattern: Int64(step &+ index))
      unsafe rows.episode[row] = UInt64(bitPattern: Int64(episode))
      unsafe rows.state[row] = UInt64(bitPattern: Int64(taken.state))
      unsafe rows.action[row] = UInt64(bitPattern: Int64(taken.action))
      unsafe rows.reward[row] = reward.bitPattern
    }
    unsafe slot.pointee.total = total
    unsafe slot.pointee.steps += steps.count
    unsafe slot.pointee.next = next
    count += steps.count
    step += steps.count
    if ending != .running { unsafe close(slot, ending) }
  }
}

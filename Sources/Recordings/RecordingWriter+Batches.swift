internal import Rollouts
internal import SQLite
internal import Synchronization

extension RecordingWriter {
  /// Commits pending rows if a commit is due. A caller that records without pauses need not call
  /// this: each row does it.
  package mutating func handOverWhereWanted() throws(RecordingError) {
    guard committer.wantsBatch.load(ordering: .relaxed) else { return }
    if count > 0 {
      try handOver()
    } else if let stopped = committer.stopped {
      throw stopped
    }
  }

  mutating func handOver() throws(RecordingError) {
    var (session, chain) = (session, chain)
    complete(batch, session: &session, chain: &chain)
    (self.session, self.chain) = (session, chain)
    do {
      batch = try committer.submit(batch)
    } catch {
      // The committer keeps that batch. The next row finds a full one, and gets the same error.
      batch = Batch(rows: 1, worlds: worlds, in: format)
      startBatch()
      throw error
    }
    startBatch()
  }

  mutating func startBatch() {
    rows = Rows(batch)
    count = 0
    if let kinds { batch.setKinds(kinds) }
  }

  /// Completes the batch with open episodes, its time and its hash.
  borrowing func complete(
    _ batch: Batch, session: inout SessionPlace, chain: inout HashChain
  ) {
    batch.transitions.count = description.hasTransitions ? count : 0
    for row in 0..<batch.ended where format.version > 1 {
      let rows = batch.episodes
      let place = session.end(rows.int(row, .episode), return: rows.real(row, .return))
      unsafe rows.column(.ended)[row] = UInt64(place)
    }
    var row = batch.ended
    // In the order of their last steps, in which the chain covers their current states.
    for place in 0..<worlds {
      let slot = unsafe slots + (world + place) % worlds
      guard unsafe slot.pointee.isOpen else { continue }
      unsafe slot.pointee.write(
        to: batch.episodes, row: row, seed: Int(description.seed), stride: worlds,
        ending: .running)
      row += 1
    }
    batch.episodes.count = row
    session.numbers.firstStep = step - count
    session.numbers.lastStep = step - 1
    session.numbers.elapsed = session.elapsed(options.clock)
    session.numbers.metrics += batch.metrics.count
    session.numbers.checkpoints += batch.checkpoints.count
    session.numbers.transitions += batch.transitions.count
    batch.numbers = session.numbers
    chain.add(batch, session: session, seed: Int(description.seed))
    session.uncoveredMetrics = []
    session.uncoveredCheckpoints = []
  }
}

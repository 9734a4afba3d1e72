internal import Rollouts
internal import SQLite
internal import Synchronization

extension RecordingWriter {
  mutating func handOverWhereWanted() throws(RecordingError) {
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
      // The committer keeps that batch. The next row finds a full one, and the same error.
      batch = Batch(rows: 1, worlds: worlds)
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

  /// Gives the batch what belongs to it beside rows: open episodes, its time and its hash.
  borrowing func complete(
    _ batch: Batch, session: inout SessionPlace, chain: inout HashChain
  ) {
    batch.transitions.count = description.hasTransitions ? count : 0
    var row = batch.ended
    // In the order of their last steps, in which the chain covers the states that they reached.
    for place in 0..<worlds {
      let slot = unsafe slots + (world + place) % worlds
      guard unsafe slot.pointee.isOpen else { continue }
      unsafe slot.pointee.write(
        to: batch.episodes, row: row, seed: Int(description.seed), stride: worlds,
        ending: .running)
      row += 1
    }
    batch.episodes.count = row
    batch.firstStep = step - count
    batch.steps = count
    batch.elapsed = session.elapsed(options.clock)
    session.metrics += batch.metrics.count
    session.checkpoints += batch.checkpoints.count
    batch.metricsByThen = session.metrics
    batch.checkpointsByThen = session.checkpoints
    batch.hash = chain.add(batch, session: session)
    session.uncoveredMetrics = []
    session.uncoveredCheckpoints = []
  }
}

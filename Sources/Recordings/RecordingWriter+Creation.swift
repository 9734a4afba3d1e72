public import Rollouts
internal import SQLite

extension RecordingWriter {
  /// Begins a recording. The file gets its name with the checkpoint of step 0: `initial`, or the
  /// first recorded one. Until then it can fail without leaving anything behind.
  public init(
    creating path: String, _ description: RunDescription, initial: Checkpoint? = nil,
    options: RecordingOptions = RecordingOptions()
  ) throws(RecordingError) {
    let draft = try Draft(description, path: path, options: options)
    let committer = Committer(
      path: path, options: options, worlds: description.worlds, in: draft.format)
    var session = SessionPlace()
    session.row = 1
    session.facts = draft.session
    session.origin = options.clock.monotonic()
    let chain: HashChain
    do throws(RecordingError) {
      chain = try withRecordingErrors(path) { () throws(SQLiteError) in
        try HashChain(of: draft.database, in: draft.format)
      }
      if let initial {
        try Self.publish(draft, initial, committer, &session, durable: options.durable)
      }
    } catch {
      draft.remove()
      throw error
    }
    self.init(
      path: path, description: description, options: options, chain: chain, committer: committer,
      session: session, draft: initial == nil ? draft : nil)
  }

  /// Takes the first checkpoint and gives the file its name.
  mutating func publish(with checkpoint: Checkpoint) throws(RecordingError) {
    guard let draft else { return }
    self.draft = nil
    try Self.publish(draft, checkpoint, committer, &session, durable: options.durable)
  }

  private static func publish(
    _ draft: Draft, _ checkpoint: Checkpoint, _ committer: Committer, _ session: inout SessionPlace,
    durable: Bool
  ) throws(RecordingError) {
    guard checkpoint.step == 0 else {
      draft.remove()
      throw RecordingError(
        .invalid, "a recording must begin with a checkpoint of step 0, not \(checkpoint.step)")
    }
    let stored = checkpoint.packed
    let (database, identity) = try draft.publish(stored, durable: durable)
    session.numbers.checkpoints = 1
    session.uncoveredCheckpoints = [stored]
    try committer.start(on: database, steps: 0, as: identity)
  }
}

internal import Platform
public import Rollouts
internal import SQLite

extension RecordingWriter {
  /// Continues a recording from one of its steps, usually that of a checkpoint.
  ///
  /// Nothing is deleted. Steps that the file already has are compared with those that are made
  /// again, and a difference is an error that names the step; then new steps are appended. Throws
  /// if a living process writes the file. `configuration` applies to the new steps.
  public init(
    resuming path: String, from step: Int, configuration: JSON? = nil,
    options: RecordingOptions = RecordingOptions()
  ) throws {
    try self.init(
      resuming: path, of: nil, from: step, configuration: configuration, options: options)
  }

  /// The same for a run that was read before; throws if another recording has taken its name
  /// meanwhile.
  package init(
    resuming path: String, of run: RunDescription?, from step: Int, configuration: JSON?,
    options: RecordingOptions
  ) throws {
    let claimed = try RecordingFiles.holdingFolder(of: Files.resolved(path)) {
      () throws(RecordingError) in
      Result { try Self.claim(path, of: run, from: step, configuration, options) }
    }
    let (recording, database, identity, found) = try claimed.get()
    let committer = Committer(
      path: path, options: options, worlds: found.description.worlds, in: recording.format)
    try committer.start(on: database, steps: found.end, as: identity)
    self.init(
      path: path, description: found.description, options: options, chain: found.chain,
      committer: committer, session: found.session, draft: nil)
    resume(found, at: step, recording)
  }

  /// Becomes the writer of a file that nobody writes.
  private static func claim(
    _ path: String, of run: RunDescription?, from step: Int, _ configuration: JSON?,
    _ options: RecordingOptions
  ) throws -> (Recording, Database, WriterIdentity, Resumption) {
    let recording = try Recording(path)
    if var run {
      let now = try recording.description()
      // Labels may change at any time.
      (run.tags, run.note) = (now.tags, now.note)
      guard run == now else {
        throw RecordingError(.missing, "another recording has replaced \(path) in the meantime")
      }
    }
    try recording.refuseLivingWriter()
    do {
      // A foreign trigger or index would act on each row.
      try recording.checkSchema()
    } catch let difference as Difference {
      throw RecordingError.damaged(path, "\(difference)")
    }
    let database = try Draft.open(path, durable: options.durable)
    guard let identity = WriterIdentity(current: path) else {
      throw RecordingError.noFile(path)
    }
    var found = try database.transaction(
      .writing,
      { () throws(any Error) in
        // Checked again under the lock: if two processes start at once, one of them wins.
        try recording.refuseLivingWriter()
        var found = try Resumption(recording, from: step)
        found.session.facts = SessionFacts(
          firstStep: found.end,
          configuration: (configuration ?? found.description.configuration).compact,
          versions: Draft.versions(options).compact, started: options.clock.timestamp,
          worlds: found.description.worlds)
        try database.insert(found.session.facts.row(writer: identity), in: recording.format)
        found.session.row = database.lastInsertedRow
        found.session.numbers.session = found.session.row
        if recording.format.version > 1 {
          try database.insert(
            Row<DescriptionColumn>([
              .integer(found.session.row),
              .text((["session": found.session.facts.json] as JSON).compact),
            ]), in: recording.format)
        }
        try cover(&found, recording, in: database)
        return found
      }, orThrow: { RecordingError($0, path: path) })
    found.session.origin = options.clock.monotonic() - found.session.origin
    return (recording, database, identity, found)
  }

  /// Commits a batch without steps, whose hash covers the session until it has steps. In format 1,
  /// the first batch with steps replaces it.
  private static func cover(
    _ found: inout Resumption, _ recording: Recording, in database: Database
  ) throws {
    var chain = found.chain
    found.session.numbers.firstStep = found.end
    found.session.numbers.lastStep = found.end - 1
    found.session.numbers.elapsed = found.session.origin
    let numbers = found.session.numbers
    var link = HashChain.Link(after: chain, session: found.session.facts, numbers)
    // As docs/format.md specifies: what no other batch covers yet, and the states of open episodes.
    for _ in 0..<2 { link.endSection() }
    for metric in found.session.uncoveredMetrics { link.hash.add(metric) }
    link.endSection()
    for checkpoint in found.session.uncoveredCheckpoints { link.hash.add(checkpoint) }
    for _ in 0..<4 { link.endSection() }
    for open in try recording.openFacts(at: found.end) { link.add(open: open) }
    link.endSection()
    let hashes = chain.close(link, numbers)
    try database.insert(
      numbers.row(hash: hashes.hash, sections: hashes.sections), in: recording.format,
      recording.format.batchVerb)
    guard recording.format.version > 1 else { return }
    found.chain = chain
    (found.session.uncoveredMetrics, found.session.uncoveredCheckpoints) = ([], [])
  }

  /// Restores the state that the writer had at a step.
  mutating func resume(_ found: Resumption, at step: Int, _ recording: Recording) {
    self.step = step
    world = step % worlds
    newestEpisode = found.newestEpisode
    known = found.known
    for (world, open) in found.open where world < worlds { unsafe slots[world] = open }
    if !found.description.hasTransitions {
      // The file's metrics and checkpoints show which of the repeated ones are known.
      self.step = found.end
      return
    }
    if let kinds = found.kinds {
      self.kinds = kinds
      batch.setKinds(kinds)
    }
    if step < found.end { repeated = RepeatedSteps(recording, from: step, to: found.end) }
    chooseFastPath()
  }

  /// Steps that the file has are not written again.
  mutating func dropRepeated() {
    count = 0
    batch.removeRows()
    guard let end = repeated?.end, step >= end else { return }
    repeated = nil
    chooseFastPath()
  }

  mutating func chooseFastPath() {
    isFast = kinds == ValueKinds() && repeated == nil
  }

  /// Whether the file already has the checkpoint; throws if it has a different one.
  func isKnown(_ checkpoint: Checkpoint) throws -> Bool {
    guard let known = try Recording(path).checkpoint(at: checkpoint.step) else { return false }
    let checkpoint = try checkpoint.unpacked()
    guard known.kind == checkpoint.kind, known.parameters == checkpoint.parameters else {
      throw RecordingError(
        .invalid,
        "the checkpoint of step \(checkpoint.step) differs from the recorded one")
    }
    return true
  }
}

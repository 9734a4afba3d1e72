import Recordings
import Rollouts
import SQLite
import Synchronization
import Testing

@Suite struct DigestTests {
  private func digest(
    _ run: RandomRun, batchRows: Int = 8192, seconds: Double = 0, in folder: Folder
  ) throws -> String {
    var options = RecordingOptions(force: true)
    options.batchRows = batchRows
    options.clock = RecordingClock(wall: { seconds }, monotonic: { seconds })
    return try run.record(3000, to: folder("a.sqlite"), options: options).digest()
  }

  @Test func `batches and times do not change the digest`() throws {
    let folder = Folder()
    let digest = try digest(RandomRun(), in: folder)
    #expect(digest.count == 64)
    for batchRows in [1, 7, 100, 3000] {
      #expect(try self.digest(RandomRun(), batchRows: batchRows, in: folder) == digest)
    }
    #expect(try self.digest(RandomRun(), seconds: 1e9, in: folder) == digest)
  }

  @Test func `a clock that goes back does no harm`() throws {
    let folder = Folder()
    let seconds = Mutex(2e9)
    let back: @Sendable () -> Double = {
      seconds.withLock {
        $0 -= 1000
        return $0
      }
    }
    var options = RecordingOptions()
    options.batchRows = 100
    options.clock = RecordingClock(wall: back, monotonic: back)
    let recording = try RandomRun().record(3000, to: folder("back.sqlite"), options: options)
    #expect(try recording.audit().difference == nil)
    #expect(try recording.commits(after: 0).allSatisfy { $0.seconds >= 0 })
    #expect(try recording.digest() == digest(RandomRun(), in: folder))
  }

  @Test func `another seed changes the digest`() throws {
    let folder = Folder()
    #expect(
      try digest(RandomRun(seed: 1), in: folder) != (try digest(RandomRun(seed: 2), in: folder)))
  }

  static let changes = [
    "UPDATE transitions SET reward = reward + 1 WHERE step = 1234",
    "UPDATE transitions SET state = (state + 1) % 16 WHERE step = 2999",
    "UPDATE transitions SET action = 3 - action WHERE step = 0",
    "UPDATE transitions SET episode = episode + 1 WHERE step = 2998",
    "DELETE FROM transitions WHERE step = 2999",
    "UPDATE episodes SET ending = 'truncated' WHERE episode = 1",
    "UPDATE episodes SET return = return + 1e-9 WHERE episode = 40",
    "UPDATE episodes SET final_state = 15 - final_state WHERE episode = 2",
    "UPDATE episodes SET final_state = (final_state + 1) % 16 WHERE episode = 3",
    "UPDATE transitions SET state = (state + 1) % 16 WHERE step = 7",
    "UPDATE checkpoints SET parameters = zeroblob(length(parameters))",
    "UPDATE checkpoints SET kind = 'dqn'",
  ]
  /// Changes that the digest does not cover and the chain does.
  static let others = [
    "UPDATE metrics SET value = value + 1e-9 WHERE rowid = 3",
    "UPDATE metrics SET value = NULL WHERE rowid = 1",
    "DELETE FROM metrics WHERE rowid = 5",
    "UPDATE checkpoints SET training_state = '{\"a\":1}'",
    "UPDATE run SET value = 'lake' WHERE key = 'world'",
    "UPDATE run SET value = value + 1 WHERE key = 'seed'",
    "UPDATE actions SET dx = 1 WHERE action = 0", "UPDATE fields SET offset = 2 WHERE rowid = 1",
    "UPDATE sessions SET configuration = '{}'", "UPDATE sessions SET started = '2000'",
    "UPDATE batches SET elapsed = elapsed + 1 WHERE first_step = 1000",
    "UPDATE batches SET hash = zeroblob(32) WHERE first_step = 2000",
    "UPDATE batches SET last_step = last_step - 1 WHERE first_step = 0",
    "DELETE FROM batches WHERE first_step = 1000",
    "UPDATE batches SET session = 2 WHERE first_step = 1000",
    "UPDATE batches SET transitions = transitions + 1 WHERE first_step = 1000",
    "UPDATE batches SET ended = ended - 1 WHERE first_step = 2000",
    "UPDATE batches SET best = best + 1", "UPDATE batches SET best = NULL",
    "UPDATE batches SET infos = 1 WHERE first_step = 2000",
    "UPDATE batches SET images = 1 WHERE first_step = 2000",
    "UPDATE batches SET scenes = 1 WHERE first_step = 2000",
    "UPDATE batches SET sections = zeroblob(288) WHERE first_step = 2000",
    "UPDATE episodes SET ended = ended + 1000 WHERE episode = 5",
    "UPDATE episodes SET ended = NULL WHERE episode = 5",
    "UPDATE episodes SET options = '{}' WHERE episode = 5",
    "UPDATE episodes SET success = 1 WHERE episode = 5",
    "UPDATE sessions SET worlds = 2", "UPDATE fields SET shape = '[2]' WHERE rowid = 1",
    "UPDATE run SET value = 'python' WHERE key = 'program'",
    "UPDATE description SET json = replace(json, 'maze', 'lake')", "DELETE FROM description",
    "INSERT INTO description VALUES (2, '{}')", "INSERT INTO infos VALUES (1, 'x', 1, NULL)",
    "INSERT INTO images VALUES (1, 0, x'', NULL)", "INSERT INTO scenes VALUES (1, 0, 'x', x'')",
  ]

  private func recorded(in folder: Folder) throws -> Recording {
    let run = RandomRun()
    var options = RecordingOptions()
    options.batchRows = 1000
    let writer = try RecordingWriter(
      creating: folder("a.sqlite"), run.description, initial: run.blank.checkpoint(step: 0),
      options: options)
    var tee = Tee(writer: writer) { writer, step in
      if step % 500 == 0 {
        try writer.record(Metric(step: step, name: "charts/epsilon", value: Double(step)))
      }
    }
    try run.play(3000, into: &tee)
    try tee.finish()
    return try Recording(folder("a.sqlite"))
  }

  @Test(arguments: changes) func `any change of what was played changes the digest`(sql: String)
    throws
  {
    let folder = Folder()
    let digest = try recorded(in: folder).digest()
    try Database(folder("a.sqlite"), .writing).execute(sql)
    let changed = try? Recording(folder("a.sqlite")).digest()
    #expect(changed != digest)
  }

  @Test(arguments: changes + others)
  func `the chain of batches finds any change`(sql: String) throws {
    let folder = Folder()
    #expect(try recorded(in: folder).audit().difference == nil)
    try Database(folder("a.sqlite"), .writing).execute(sql)
    do {
      #expect(try Recording(folder("a.sqlite")).audit().difference != nil)
    } catch {
      #expect((error as? RecordingError)?.kind == .damaged)
    }
  }

  @Test func `the chain says where the change is`() throws {
    let folder = Folder()
    _ = try recorded(in: folder)
    try Database(folder("a.sqlite"), .writing).execute(
      "UPDATE transitions SET reward = 9 WHERE step = 1234")
    let found = try #require(try Recording(folder("a.sqlite")).audit().difference)
    // The sum of its episode's rewards narrows it down more than the hash of its batch.
    let steps = try #require(found.steps)
    #expect(steps.contains(1234) && steps.count < 100, "\(found)")
  }

  @Test func `tags and notes change neither the digest nor the chain`() throws {
    let folder = Folder()
    let digest = try recorded(in: folder).digest()
    try Recording.label(folder("a.sqlite"), adding: ["x"])
    try Recording.label(folder("a.sqlite"), note: "y")
    #expect(try Recording(folder("a.sqlite")).digest() == digest)
    #expect(try Recording(folder("a.sqlite")).audit().difference == nil)
  }
}

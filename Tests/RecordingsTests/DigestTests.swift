import Recordings
import Rollouts
import SQLite
import Synchronization
import Testing

@Suite struct SHA256Tests {
  // FIPS 180-4's examples, and NIST's for a million of the letter a.
  @Test(arguments: [
    ("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqr"
        + "lmnopqrsmnopqrstnopqrstu", 1,
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
    ("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
  ]) func `published examples`(text: String, times: Int, hash: String) {
    let bytes = Array(String(repeating: text, count: times).utf8)
    #expect(SHA256.hash(bytes).hexadecimal == hash)
  }

  @Test func `pieces make the same hash as the whole`() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    for piece in [1, 3, 55, 56, 63, 64, 65, 128, 999] {
      var hash = SHA256()
      for start in stride(from: 0, to: bytes.count, by: piece) {
        hash.update(Array(bytes[start..<min(start + piece, bytes.count)]))
      }
      #expect(hash.finished() == SHA256.hash(bytes))
      #expect(hash.finished() == SHA256.hash(bytes))
    }
  }
}

@Suite struct DigestTests {
  private func digest(
    _ run: RandomRun, batchRows: Int = 8192, seconds: Double = 0, in folder: Folder
  ) throws -> String {
    var options = RecordingOptions(force: true)
    options.batchRows = batchRows
    options.clock = RecordingClock(wall: { seconds }, monotonic: { seconds })
    return try run.record(3000, to: folder("a.sqlite"), options: options).digest()
  }

  @Test func `batches and times do not change it`() throws {
    let folder = Folder()
    let digest = try digest(RandomRun(), in: folder)
    #expect(digest.count == 64)
    for batchRows in [1, 7, 100, 3000] {
      #expect(try self.digest(RandomRun(), batchRows: batchRows, in: folder) == digest)
    }
    #expect(try self.digest(RandomRun(), seconds: 1e9, in: folder) == digest)
  }

  @Test func `a clock that goes back spoils nothing`() throws {
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
    #expect(try recording.firstDifference() == nil)
    #expect(try recording.elapsed().allSatisfy { $0.seconds >= 0 })
    #expect(try recording.digest() == digest(RandomRun(), in: folder))
  }

  @Test func `another seed changes it`() throws {
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
    "UPDATE episodes SET final_state = x'' WHERE episode = 3",
    "UPDATE transitions SET state = x'' WHERE step = 7",
    "UPDATE checkpoints SET parameters = zeroblob(length(parameters))",
    "UPDATE checkpoints SET kind = 'dqn'",
  ]
  /// What the digest does not cover and the chain does.
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

  @Test(arguments: changes) func `any change of what was played changes it`(sql: String) throws {
    let folder = Folder()
    let digest = try recorded(in: folder).digest()
    try Database(folder("a.sqlite"), .writing).execute(sql)
    let changed = try? Recording(folder("a.sqlite")).digest()
    #expect(changed != digest)
  }

  @Test(arguments: changes + others)
  func `the chain of batches finds any change`(sql: String) throws {
    let folder = Folder()
    #expect(try recorded(in: folder).firstDifference() == nil)
    try Database(folder("a.sqlite"), .writing).execute(sql)
    do {
      #expect(try Recording(folder("a.sqlite")).firstDifference() != nil)
    } catch {
      #expect((error as? RecordingError)?.kind == .damaged)
    }
  }

  @Test func `the chain says where the change is`() throws {
    let folder = Folder()
    _ = try recorded(in: folder)
    try Database(folder("a.sqlite"), .writing).execute(
      "UPDATE transitions SET reward = 9 WHERE step = 1234")
    let found = try #require(try Recording(folder("a.sqlite")).firstDifference())
    // The sum of its episode's rewards tells more than the hash of its batch.
    let steps = try #require(found.steps)
    #expect(steps.contains(1234) && steps.count < 100, "\(found)")
  }

  @Test func `tags and notes change neither`() throws {
    let folder = Folder()
    let digest = try recorded(in: folder).digest()
    try Recording.setTags(["x"], of: folder("a.sqlite"))
    try Recording.setNote("y", of: folder("a.sqlite"))
    #expect(try Recording(folder("a.sqlite")).digest() == digest)
    #expect(try Recording(folder("a.sqlite")).firstDifference() == nil)
  }
}

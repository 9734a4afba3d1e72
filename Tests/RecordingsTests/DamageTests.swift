import Glibc
import Recordings
import Rollouts
import SQLite
import Testing

@Suite struct DamageTests {
  /// Reads all that can be read; returns the first error.
  private func readAll(_ path: String) -> RecordingError? {
    do {
      let recording = try Recording(path)
      var failures: [any Error] = []
      func attempt(_ body: () throws -> Void) {
        do { try body() } catch { failures.append(error) }
      }
      attempt { _ = try recording.description() }
      attempt { _ = try recording.status() }
      attempt { _ = try recording.counts() }
      attempt { try recording.forEachStep(in: 0..<Int.max) { _ in } }
      attempt {
        for episode in try recording.episodes(.several([.first, .last, .best(2), .median])) {
          _ = try recording.states(of: episode)
        }
      }
      attempt { _ = try recording.qTable(at: .max) }
      attempt { _ = try recording.qTable(at: .max, usingCheckpoints: false) }
      attempt { _ = try recording.qUpdates(of: 3, before: .max, last: 5) }
      attempt { _ = try recording.digest() }
      attempt { _ = try recording.audit().difference }
      attempt { for name in try recording.metricNames() { _ = try recording.metric(name) } }
      attempt { _ = try recording.finalCheckpoint() }
      attempt { _ = try recording.elapsed() }
      attempt { _ = try recording.tableSizes() }
      attempt { try recording.exportTransitions { _ in } }
      attempt { try recording.exportEpisodes { _ in } }
      attempt { try recording.exportMetrics { _ in } }
      for failure in failures where !(failure is RecordingError) {
        Issue.record("not an error of ours: \(failure)")
      }
      return failures.first as? RecordingError
    } catch {
      return error
    }
  }

  private func whole(in folder: Folder) throws -> [UInt8] {
    let run = RandomRun()
    let writer = try RecordingWriter(
      creating: folder("whole.sqlite"), run.description, initial: run.blank.checkpoint(step: 0))
    var tee = Tee(writer: writer) { writer, step in
      if step % 100 == 0 {
        try writer.record(Metric(step: step, name: "charts/epsilon", value: 1))
        try writer.record(run.blank.checkpoint(step: step))
      }
    }
    try run.play(1000, into: &tee)
    try tee.finish()
    #expect(readAll(folder("whole.sqlite")) == nil)
    return bytes(of: folder("whole.sqlite"))
  }

  @Test(arguments: [
    ("missing", "true", RecordingError.Kind.missing, "there is no file"),
    ("folder", "mkdir a.sqlite", .foreign, "is a folder"),
    (
      "text", "echo 'hello, this is text and no database at all' > a.sqlite", .foreign,
      "not an SQLite file"
    ),
    ("empty", ": > a.sqlite", .foreign, "not a recording"),
    ("another's", "sqlite3 a.sqlite 'CREATE TABLE t(x)'", .foreign, "another program's"),
    (
      "newer", "cp whole.sqlite a.sqlite; sqlite3 a.sqlite 'PRAGMA user_version = 3'", .newer,
      "newer Reel"
    ),
    (
      "no table", "cp whole.sqlite a.sqlite; sqlite3 a.sqlite 'DROP TABLE metrics'", .damaged,
      "table metrics"
    ),
    (
      "a view for a table",
      "cp whole.sqlite a.sqlite; sqlite3 a.sqlite 'DROP TABLE metrics;"
        + " CREATE VIEW metrics AS WITH RECURSIVE t(step) AS (SELECT 1 UNION ALL SELECT step + 1"
        + " FROM t) SELECT step, 1 AS name, 1 AS value FROM t'", .damaged, "table metrics"
    ),
    (
      "a computed column",
      "cp whole.sqlite a.sqlite; sqlite3 a.sqlite 'DROP TABLE metrics;"
        + " CREATE TABLE metrics(step, name, value AS (zeroblob(step)))'", .damaged,
      "table metrics"
    ),
  ])
  func `a file that is not a recording is refused with one sentence`(
    name: String, command: String, kind: RecordingError.Kind, words: String
  ) throws {
    let folder = Folder()
    _ = try whole(in: folder)
    let made = shell("cd '\(folder.path)' && \(command)")
    try #require(made.status == 0, "\(made.output)")
    let error = readAll(folder("a.sqlite"))
    #expect(error?.kind == kind, "\(name): \(error?.description ?? "none")")
    #expect(error?.description.contains(words) == true)
    #expect(error?.description.contains(folder("a.sqlite")) == true)
  }

  @Test func `a recording cut short anywhere is refused with one sentence`() throws {
    let folder = Folder()
    let bytes = try whole(in: folder)
    var stream = Stream(seed: 3, purpose: .map)
    var cuts = [0, 1, 15, 16, 99, 100, 101, 4095, 4096, 4097, bytes.count - 1]
    for _ in 0..<60 { cuts.append(Int.random(in: 0..<bytes.count, using: &stream)) }
    for cut in cuts {
      write(Array(bytes[..<cut]), to: folder("cut.sqlite"))
      let error = readAll(folder("cut.sqlite"))
      #expect(error != nil, "cut at \(cut)")
      #expect(
        error.map { [.damaged, .foreign].contains($0.kind) } == true,
        "cut at \(cut): \(error?.description ?? "")")
    }
  }

  @Test func `random bytes are refused with one sentence`() throws {
    let folder = Folder()
    let bytes = try whole(in: folder)
    var stream = Stream(seed: 4, purpose: .map)
    for round in 0..<40 {
      var noise = (0..<20_000).map { _ in UInt8.random(in: 0...255, using: &stream) }
      // Half of them look like a recording at first.
      if round % 2 == 0 { noise.replaceSubrange(..<100, with: bytes[..<100]) }
      write(noise, to: folder("noise.sqlite"))
      #expect(readAll(folder("noise.sqlite")) != nil)
    }
  }

  @Test func `flipped bits never trap, and are found wherever they change a value`() throws {
    let folder = Folder()
    let bytes = try whole(in: folder)
    let digest = try Recording(folder("whole.sqlite")).digest()
    var stream = Stream(seed: 5, purpose: .map)
    var found = 0
    for _ in 0..<300 {
      var changed = bytes
      let place = Int.random(in: 0..<bytes.count, using: &stream)
      changed[place] ^= 1 << UInt8.random(in: 0..<8, using: &stream)
      write(changed, to: folder("flip.sqlite"))
      let error = readAll(folder("flip.sqlite"))
      if error != nil { found += 1 }
      guard error == nil, let recording = try? Recording(folder("flip.sqlite")) else { continue }
      if try recording.audit().difference != nil { found += 1 }
      // If all hashes match, nothing has changed: the flip was in unused space.
      if try recording.audit().difference == nil {
        let same = try recording.digest() == digest
        #expect(same, "a flip at byte \(place) was not found")
      }
    }
    print("300 flipped bits: \(found) found, the others in unused space")
    #expect(found > 60)
  }

  static let hostile = [
    "UPDATE episodes SET first_step = 9223372036854775807 WHERE episode = 2",
    "UPDATE episodes SET first_step = -1 WHERE episode = 2",
    "UPDATE episodes SET stride = 0", "UPDATE episodes SET stride = -9223372036854775807",
    "UPDATE episodes SET steps = 9223372036854775807", "UPDATE episodes SET steps = 0",
    "UPDATE episodes SET episode = -9223372036854775807 WHERE episode = 1",
    "UPDATE episodes SET episode = 9223372036854775807 WHERE episode = 1",
    "UPDATE episodes SET ending = 'nonsense'", "UPDATE episodes SET final_state = 'text'",
    "UPDATE transitions SET step = 9223372036854775807 WHERE step = 999",
    "UPDATE transitions SET step = 9007199254740991 WHERE step = 999",
    "UPDATE transitions SET step = -9223372036854775807 WHERE step = 999",
    "UPDATE transitions SET episode = 9223372036854775807 WHERE step = 999",
    "UPDATE transitions SET state = 9223372036854775807 WHERE step = 500",
    "UPDATE transitions SET state = -1 WHERE step = 500",
    "UPDATE transitions SET action = 4 WHERE step = 500",
    "UPDATE transitions SET action = 'up' WHERE step = 500",
    "UPDATE transitions SET state = 1.5 WHERE step = 500",
    "DELETE FROM transitions WHERE step = 500", "DELETE FROM episodes", "DELETE FROM transitions",
    "DELETE FROM checkpoints", "DELETE FROM sessions", "DELETE FROM run",
    "UPDATE run SET value = 9223372036854775807 WHERE key = 'worlds'",
    "UPDATE run SET value = -3 WHERE key = 'worlds'",
    "UPDATE run SET value = 'x' WHERE key = 'seed'", "UPDATE run SET value = -1 WHERE key = 'seed'",
    "UPDATE run SET value = '{' WHERE key = 'tags'",
    "UPDATE sessions SET configuration = '[[[['",
    "UPDATE sessions SET first_step = 9223372036854775807",
    "UPDATE sessions SET configuration = '{\"alpha\":1e400}'",
    "UPDATE sessions SET writer = '{\"process\":-1}'",
    "UPDATE checkpoints SET parameters = x''", "UPDATE checkpoints SET parameters = zeroblob(99)",
    "UPDATE checkpoints SET step = 9223372036854775807 WHERE step = 1000",
    "UPDATE checkpoints SET step = -5 WHERE step = 1000",
    "UPDATE actions SET action = 9 WHERE action = 0",
    "UPDATE batches SET metrics = 9223372036854775807",
    "UPDATE batches SET checkpoints = -9223372036854775807",
    "UPDATE batches SET last_step = 9223372036854775807",
    "UPDATE metrics SET step = -9223372036854775807",
    "UPDATE batches SET session = -9223372036854775807",
    "UPDATE batches SET ended = 9223372036854775807",
    "UPDATE batches SET best = 9223372036854775807", "UPDATE batches SET best = -1",
    "UPDATE batches SET transitions = -9223372036854775807",
    "UPDATE batches SET images = 9223372036854775807, scenes = 9007199254740991",
    "UPDATE batches SET infos = 4503599627370496", "UPDATE batches SET sections = x''",
    "UPDATE episodes SET ended = 9223372036854775807",
    "UPDATE episodes SET ended = -9223372036854775807 WHERE episode = 2",
    "UPDATE episodes SET ending = 'interrupted' WHERE episode > 3",
    "UPDATE sessions SET worlds = 9223372036854775807", "UPDATE sessions SET worlds = 0",
    "UPDATE sessions SET worlds = -1", "UPDATE sessions SET worlds = 65536",
    "UPDATE description SET json = '[[[['", "UPDATE description SET json = '{\"session\":[1]}'",
    "CREATE TRIGGER x AFTER UPDATE ON run BEGIN DELETE FROM transitions; END",
    "CREATE INDEX x ON transitions(reward, action, state, episode)",
  ]

  @Test func `another tool's tables hide none of ours`() throws {
    let folder = Folder()
    _ = try whole(in: folder)
    let path = folder("whole.sqlite")
    let made = shell(
      """
      sqlite3 '\(path)' "CREATE TABLE batch_transitions AS SELECT * FROM transitions LIMIT 0; \
      CREATE TABLE batch_episodes AS SELECT * FROM episodes LIMIT 0"
      """)
    try #require(made.status == 0, "\(made.output)")
    var sink = MemorySink()
    try RandomRun().play(1200, into: &sink)
    var writer = try RecordingWriter(resuming: path, from: 1000)
    for transition in sink.transitions[1000...] { try writer.record(transition) }
    try writer.finish()
    #expect(try Recording(path).stepCount() == 1200)
  }

  @Test func `a view is not taken for a table, even if a table named like a pragma says so`() throws
  {
    let folder = Folder()
    _ = try whole(in: folder)
    let path = folder("whole.sqlite")
    let made = shell(
      """
      sqlite3 '\(path)' "CREATE TABLE pragma_table_list(schema, name, type, ncol, wr, strict); \
      INSERT INTO pragma_table_list SELECT 'main', name, 'table', 0, 0, 1 FROM sqlite_schema; \
      DROP VIEW rollout; DROP TABLE transitions; \
      CREATE VIEW transitions AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) \
      SELECT x AS step, 1 AS episode, 0 AS state, 0 AS action, 0.0 AS reward FROM n"
      """)
    try #require(made.status == 0, "\(made.output)")
    #expect(throws: RecordingError.self) { _ = try Recording(path) }
  }

  @Test(arguments: hostile, [1, 2])
  func `numbers that no run writes never trap`(sql: String, format: Int) throws {
    let folder = Folder()
    _ = try whole(in: folder)
    if format == 1 {
      let fixture = "\(Folder.root)/Tests/RecordingsTests/Fixtures/format-1.sqlite"
      write(bytes(of: fixture), to: folder("whole.sqlite"))
    }
    let made = shell("sqlite3 '\(folder("whole.sqlite"))' \"\(sql.replacing("\"", "\\\""))\"")
    // Format 1 lacks some columns, and the tables of format 2 hold no other type than theirs.
    let isRefused = made.output.contains(format == 1 ? "no such " : "cannot store")
    try #require(made.status == 0 || isRefused, "\(made.output)")
    _ = readAll(folder("whole.sqlite"))
    // A foreign trigger does not run either.
    if sql.hasPrefix("CREATE") {
      try Recording.label(folder("whole.sqlite"), note: "x")
      #expect(try Recording(folder("whole.sqlite")).stepCount() == (format == 1 ? 600 : 1000))
    } else {
      _ = try? RecordingWriter(resuming: folder("whole.sqlite"), from: 1000)
    }
  }
}

extension String {
  fileprivate func replacing(_ part: Character, _ other: String) -> String {
    String(flatMap { $0 == part ? Array(other) : [$0] })
  }
}

func bytes(of path: String) -> [UInt8] {
  guard let file = fopen(path, "r") else { return [] }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = fread(&buffer, 1, buffer.count, file)
    if count == 0 { return bytes }
    bytes += buffer[..<count]
  }
}

func write(_ bytes: [UInt8], to path: String) {
  guard let file = fopen(path, "w") else { return }
  defer { fclose(file) }
  fwrite(bytes, 1, bytes.count, file)
}

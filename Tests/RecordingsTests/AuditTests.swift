import Recordings
import Rollouts
import SQLite
import Testing

/// An audit on several threads, which reads pages without SQL, compared with one by SQLite alone.
@Suite struct AuditTests {
  private static let helpers = [0, 1, 3]

  /// An audit's report, or its error.
  private func audit(_ path: String, helpers: Int?) -> String {
    do {
      return "\(try Recording(path).audit(helpers: helpers))"
    } catch {
      return "\(error)"
    }
  }

  private func expectSame(_ path: String, _ what: String) -> String {
    let alone = audit(path, helpers: nil)
    for helpers in Self.helpers {
      #expect(audit(path, helpers: helpers) == alone, "\(what), with \(helpers) helpers")
    }
    return alone
  }

  private func record(
    _ run: RandomRun, steps: Int, rows: Int, to path: String
  ) throws {
    var options = RecordingOptions()
    options.batchRows = rows
    let writer = try RecordingWriter(
      creating: path, run.description, initial: run.blank.checkpoint(step: 0), options: options)
    var tee = Tee(writer: writer) { writer, step in
      if step % 1000 == 0 { try writer.record(run.blank.checkpoint(step: step)) }
    }
    try run.play(steps, into: &tee)
    try tee.finish()
  }

  @Test(arguments: [1, 3], [false, true])
  func `the number of threads changes nothing`(worlds: Int, usesBytes: Bool) throws {
    let folder = Folder()
    var run = RandomRun()
    (run.worlds, run.usesBytes) = (worlds, usesBytes)
    for rows in [5, 300, 8192] {
      let path = folder("\(rows).sqlite")
      try record(run, steps: 20_000, rows: rows, to: path)
      let report = try Recording(path).audit(helpers: 2)
      #expect(report.difference == nil && report.steps == 20_000)
      #expect(expectSame(path, "\(rows) rows a batch").contains("steps: 20000"))
    }
  }

  @Test func `a flipped bit is found as SQLite finds it, with the same message`() throws {
    let folder = Folder()
    try record(RandomRun(), steps: 3000, rows: 256, to: folder("whole.sqlite"))
    let bytes = bytes(of: folder("whole.sqlite"))
    var stream = Stream(seed: 11, purpose: .map)
    var found = 0
    for _ in 0..<400 {
      var changed = bytes
      let place = Int.random(in: 0..<bytes.count, using: &stream)
      changed[place] ^= 1 << UInt8.random(in: 0..<8, using: &stream)
      write(changed, to: folder("flip.sqlite"))
      let said = expectSame(folder("flip.sqlite"), "a flip at byte \(place)")
      if !said.contains("difference: nil") { found += 1 }
    }
    #expect(found > 100)
  }

  @Test(
    arguments: DamageTests.hostile + [
      "UPDATE transitions SET reward = reward + 1 WHERE step = 700",
      "UPDATE transitions SET state = (state + 1) % 16 WHERE step = 701",
      "UPDATE transitions SET step = step + 100000 WHERE step > 800",
      "INSERT INTO transitions VALUES (-7, 1, 0, 0, 0)",
      "INSERT INTO transitions VALUES (5000, 9999, 0, 0, 0)",
      "UPDATE episodes SET steps = steps + 1 WHERE episode = 9",
      "UPDATE batches SET hash = zeroblob(32) WHERE rowid = 2",
      "UPDATE batches SET last_step = last_step - 1 WHERE rowid = 2",
      "DELETE FROM batches WHERE rowid = 2", "DELETE FROM metrics; DELETE FROM infos",
      "CREATE TABLE mine(x); INSERT INTO mine VALUES (zeroblob(50000)); DROP TABLE mine",
      "CREATE TABLE mine(x UNIQUE); INSERT INTO mine VALUES (zeroblob(50000))",
      "PRAGMA journal_mode = WAL; DELETE FROM transitions WHERE step = 999",
    ]) func `a change by another tool is found with the same message`(sql: String) throws
  {
    let folder = Folder()
    let path = folder("a.sqlite")
    try record(RandomRun(), steps: 1000, rows: 100, to: path)
    _ = shell("sqlite3 '\(path)' \"\(sql.split(separator: "\"").joined(separator: "\\\""))\"")
    _ = expectSame(path, sql)
  }

  @Test func `old formats, copies and thinned copies give the same report too`() throws {
    let folder = Folder()
    for name in ["format-1", "format-2"] {
      let fixture = "\(Folder.root)/Tests/RecordingsTests/Fixtures/\(name).sqlite"
      guard !bytes(of: fixture).isEmpty else { continue }
      write(bytes(of: fixture), to: folder("\(name).sqlite"))
      #expect(expectSame(folder("\(name).sqlite"), name).contains("difference: nil"))
    }
    try record(RandomRun(), steps: 5000, rows: 300, to: folder("a.sqlite"))
    var thinning = Thinning()
    thinning.episodes = 3
    try Recording(folder("a.sqlite")).copy(to: folder("b.sqlite"), leavingOut: thinning)
    #expect(expectSame(folder("b.sqlite"), "a thinned copy").contains("difference: nil"))
  }
}

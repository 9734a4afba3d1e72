import Experiments
import Glibc
import Recordings
import Rollouts
import SQLite
import TestSupport
import Testing

/// Files that killed programs left beside a recording, or that were copied there by mistake: uncommitted
/// changes and other recordings' logs are never read, and `recover` gets what is the recording's own.
@Suite struct LeftoverTests {
  /// The error for a file that is refused, which must come at once.
  private func refusal(_ path: String) throws -> String {
    let start = ContinuousClock.now
    let error = #expect(throws: RecordingError.self) { try Recording(path) }
    #expect(ContinuousClock.now - start < .seconds(5))
    return error?.description ?? ""
  }

  /// Recovers a file and compares its digest with what it should be.
  private func recovered(_ path: String, is digest: String) throws {
    var options = Recovery.Options()
    options.force = true
    let recovery = try Recovery.recover(path, to: "\(path)-saved", options)
    #expect(recovery.reason == nil && recovery.gaps == nil)
    #expect(try Recording("\(path)-saved").digest() == digest)
  }

  @Test func `an unfinished transaction is not read as committed`() throws {
    try withTemporaryFolder { folder in
      let (path, cut) = ("\(folder)/a.sqlite", "\(folder)/cut.sqlite")
      _ = try Recorded.maze(path)
      let whole = try Recording(path).digest()
      let changed = try Repository.contents(of: path)
      let database = try Database(path, .writing)
      // With a small cache, pages go to the file before the end.
      try database.execute(
        "PRAGMA cache_size = 1; BEGIN; UPDATE transitions SET reward = reward + 7")
      let half = try Repository.contents(of: path)
      #expect(half != changed, "nothing was written yet")
      write(half, to: cut)
      write(try Repository.contents(of: "\(path)-journal"), to: "\(cut)-journal")
      database.rollBack()
      #expect(try refusal(cut).contains("reel recover"))
      try recovered(cut, is: whole)
      // The journal of a finished transaction begins with zeros, and is ignored.
      var over = try Repository.contents(of: "\(cut)-journal")
      over.replaceSubrange(0..<28, with: repeatElement(0, count: 28))
      write(over, to: "\(cut)-journal")
      write(changed, to: cut)
      #expect(try Recording(cut).digest() == whole)
      for verb in ["info cut.sqlite", "export cut.sqlite --transitions"] {
        #expect(try Program.reel(line: verb, in: folder).code == 0)
      }
    }
  }

  @Test func `another file's log is not read as the recording's own`() throws {
    try withTemporaryFolder { folder in
      let (path, live) = ("\(folder)/a.sqlite", "\(folder)/live.sqlite")
      _ = try Recorded.maze(path)
      let whole = try Recording(path).digest()
      var log: [UInt8] = []
      try Recorded.openMaze(live) {
        while try Recording(live).stepCount() < 600 { usleep(1000) }
        log = try Repository.contents(of: "\(live)-wal")
      }
      // Beside a finished recording, which has no log.
      write(log, to: "\(path)-wal")
      #expect(try refusal(path).contains("another file"))
      try recovered(path, is: whole)
      // And beside one with a log of its own.
      unlink("\(path)-wal")
      let database = try Database(path, .writing)
      try database.execute("PRAGMA journal_mode = WAL")
      try database.close()
      write(log, to: "\(path)-wal")
      #expect(try refusal(path).contains("another recording"))
      try recovered(path, is: whole)
    }
  }

  /// A user who may not write beside a recording cannot merge its log, but `recover` reads it.
  @Test(.enabled(if: getuid() == 0, "root makes files that another user may only read"))
  func `a user who may only read can recover what was committed`() throws {
    try withTemporaryFolder { folder in
      let copy = "\(folder)/read/copy.sqlite"
      _ = try Program.shell("mkdir read", in: folder)
      try Recorded.openMaze("\(folder)/a.sqlite") {
        while try Recording("\(folder)/a.sqlite").stepCount() < 600 { usleep(1000) }
        for ending in ["", "-wal"] {
          write(try Repository.contents(of: "\(folder)/a.sqlite\(ending)"), to: "\(copy)\(ending)")
        }
      }
      let steps = try Recording("\(folder)/a.sqlite").stepCount()
      let reel = try Program.reel()
      let script = """
        cp \(reel) read/reel && mkdir out && chmod 777 out && chmod 755 . read && chmod 644 read/copy*
        as="setpriv --reuid 65534 --clear-groups"
        $as read/reel info read/copy.sqlite; echo "code $?"
        $as read/reel recover read/copy.sqlite -o out/new.sqlite; echo "code $?"
        """
      let outcome = try Program.shell(script, in: folder)
      #expect(outcome.output.contains("code 1") && outcome.output.contains("code 0"))
      #expect(outcome.errors.contains("reel recover"), "\(outcome.errors)")
      #expect(try Recording("\(folder)/out/new.sqlite").stepCount() <= steps)
      #expect(try Recording("\(folder)/out/new.sqlite").stepCount() >= 600)
    }
  }

  @Test func `a table that hides SQLite's own, or has no key, causes no hang and no wrong value`()
    throws
  {
    try withTemporaryFolder { folder in
      let (whole, path) = ("\(folder)/a.sqlite", "\(folder)/b.sqlite")
      _ = try Recorded.maze(whole)
      let bytes = try Repository.contents(of: whole)
      write(bytes, to: path)
      try Database(path, .writing).execute(
        """
        CREATE VIEW dbstat AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)
        SELECT 'a' AS name, x AS pgsize FROM c
        """)
      let sizes = try Recording(path).tableSizes()
      #expect(sizes.map(\.table) == ["(free)"])
      for (table, declaration) in [
        (
          "episodes",
          "episode INTEGER, seed, first_step, stride, steps, return, ending, final_state,"
            + " options, success, ended"
        ),
        ("metrics", "step INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, value REAL"),
        ("transitions", "step TEXT PRIMARY KEY, episode, state, action, reward"),
      ] {
        write(bytes, to: path)
        try Database(path, .writing).execute(
          "ALTER TABLE \(table) RENAME TO x; CREATE TABLE \(table)(\(declaration));"
            + " INSERT OR IGNORE INTO \(table) SELECT * FROM x; DROP TABLE x")
        #expect(try refusal(path).contains("table \(table)"))
      }
    }
  }

  @Test func `an episode that claims more steps than its file has room for is refused`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.sqlite"
      _ = try Recorded.maze(path)
      try Database(path, .writing).execute(
        "UPDATE episodes SET steps = 3000000000 WHERE episode = 30")
      let start = ContinuousClock.now
      for verb in [
        "film a.sqlite --episode 30 -o a.gif", "report a.sqlite -o a.html", "episodes a.sqlite",
        "render a.sqlite --episode last -o frames", "info a.sqlite",
      ] {
        let outcome = try Program.reel(line: verb, in: folder)
        #expect(outcome.code == 1 && outcome.errors.contains("episode 30"), "\(verb): \(outcome)")
      }
      #expect(ContinuousClock.now - start < .seconds(20))
    }
  }

  @Test func `a hundred thousand sessions are read within seconds`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.sqlite"
      _ = try Recorded.maze(path)
      try Database(path, .writing).execute(
        """
        WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 100000)
        INSERT INTO sessions SELECT (SELECT max(step) + 1 FROM transitions),
          json_set(configuration, '$.alpha', x), versions, started, NULL,
          '{"process":1,"ticks":1,"started":"","boot":"","host":"","device":0,"inode":0}', 1
        FROM sessions, c;
        INSERT INTO description SELECT rowid, json_object('session', json_array(
          first_step, configuration, versions, started, worlds)) FROM sessions WHERE rowid > 1
        """)
      let start = ContinuousClock.now
      #expect(try Program.reel(line: "info a.sqlite", in: folder).code == 0)
      #expect(ContinuousClock.now - start < .seconds(3))
      #expect(try Program.reel(line: "verify a.sqlite", in: folder).code == 3)
      #expect(ContinuousClock.now - start < .seconds(30))
    }
  }
}

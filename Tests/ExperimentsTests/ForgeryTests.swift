import Experiments
import Recordings
import SQLite
import TestSupport
import Testing

/// Forgeries, and the option of `reel verify` that finds each: the table of docs/reliability.md.
@Suite struct ForgeryTests {
  /// How a recording is verified.
  enum Option: Int, CaseIterable {
    case rows, replay, retrain
  }

  struct Forgery {
    let what: String
    let sql: String
    /// The first option that finds it once the hashes are recomputed; nil if none does.
    let foundBy: Option?

    init(_ what: String, _ sql: String, foundBy option: Option?) {
      (self.what, self.sql, foundBy) = (what, sql, option)
    }
  }

  static let forgeries = [
    Forgery(
      "the declaration of a table, or of the view",
      "DROP VIEW rollout; CREATE VIEW rollout AS SELECT step, episode, 0 AS t, state, action,"
        + " '' AS action_name, 100.0 AS reward, state AS next_state, 'running' AS ending"
        + " FROM transitions", foundBy: .rows),
    Forgery(
      "a trigger",
      "CREATE TRIGGER t AFTER INSERT ON transitions BEGIN UPDATE episodes SET return = 100; END",
      foundBy: .rows),
    Forgery(
      "a unique index", "CREATE UNIQUE INDEX u ON metrics(step, name, value)", foundBy: .rows),
    Forgery(
      "a row before the first batch",
      "INSERT INTO batches(rowid, first_step, last_step, elapsed, metrics, checkpoints, hash, session,"
        + " transitions, ended, infos, images, scenes, sections) VALUES (-9223372036854775808, 0, -1,"
        + " 0.0, 0, 0, zeroblob(32), 1, 0, 0, 0, 0, 0, zeroblob(288))",
      foundBy: .rows),
    Forgery(
      "a row that is added or missing", "DELETE FROM metrics WHERE rowid = 3", foundBy: .rows),
    Forgery(
      "an episode's return, length, seed or place",
      "UPDATE episodes SET return = return + 1 WHERE episode = 5", foundBy: .rows),
    Forgery(
      "a session without a step that sets something else",
      """
      INSERT INTO sessions SELECT (SELECT max(step) + 1 FROM transitions),
        replace(configuration, '"alpha":0.1', '"alpha":0.9'), versions, started, ended, NULL,
        worlds
      FROM sessions
      """, foundBy: .rows),
    Forgery(
      "a reward, and the return that it makes",
      """
      UPDATE transitions SET reward = reward + 1 WHERE step = 300;
      UPDATE episodes SET return = return + 1 WHERE episode =
        (SELECT episode FROM transitions WHERE step = 300)
      """, foundBy: .replay),
    Forgery(
      "a state", "UPDATE transitions SET state = (state + 1) % 16 WHERE step = 301",
      foundBy: .replay),
    Forgery(
      "an episode's ending or last state",
      "UPDATE episodes SET final_state = (final_state + 1) % 16 WHERE episode = 7",
      foundBy: .replay),
    Forgery(
      "a Q-table",
      """
      UPDATE checkpoints SET parameters = (SELECT parameters FROM checkpoints WHERE step = 0)
      WHERE step = (SELECT max(step) FROM checkpoints)
      """, foundBy: .replay),
    Forgery(
      "the rules of the world",
      "UPDATE sessions SET configuration = replace(configuration, '\"living_reward\":-1',"
        + " '\"living_reward\":-2')", foundBy: .replay),
    Forgery(
      "the seed", "UPDATE run SET value = 77 WHERE key = 'seed'; UPDATE episodes SET seed = 77",
      foundBy: .retrain),
    Forgery(
      "the trainer's settings",
      "UPDATE sessions SET configuration = replace(configuration, '\"gamma\":0.99',"
        + " '\"gamma\":0.98')", foundBy: .replay),
    Forgery(
      "a metric that is no speed",
      "UPDATE metrics SET value = value + 1 WHERE rowid = (SELECT max(rowid) FROM metrics"
        + " WHERE name = 'charts/epsilon')", foundBy: .retrain),
    Forgery(
      "a checkpoint's training state",
      "UPDATE checkpoints SET training_state = json_set(training_state, '$.x', 1)"
        + " WHERE step = (SELECT max(step) FROM checkpoints)", foundBy: .retrain),
    Forgery(
      "an action's name", "UPDATE actions SET name = 'north' WHERE action = 0", foundBy: .retrain),
    Forgery(
      "the preset", "UPDATE run SET value = 'fast' WHERE key = 'preset'", foundBy: .retrain),
    Forgery(
      "the map's name", "UPDATE run SET value = 'Another' WHERE key = 'map_name'",
      foundBy: .retrain),
    Forgery(
      "a speed, or when something was", "UPDATE sessions SET started = '1999-01-01T00:00:00.000Z'",
      foundBy: nil),
    Forgery("tags and note", "UPDATE run SET value = 'forged' WHERE key = 'note'", foundBy: nil),
  ]

  /// Whether an option finds a difference.
  private func finds(_ option: Option, _ path: String) throws -> Bool {
    do {
      let recording = try Recording(path)
      let worlds = option == .replay ? try Catalog.builtIn.worldsInForce(in: recording) : nil
      let proof = try RecordingProof(of: recording, in: worlds)
      if proof.difference != nil || !proof.audit.uncovered.isEmpty { return true }
      guard option == .retrain else { return false }
      return try Retraining(recording).firstDifference { _, _ in true } != nil
    } catch is RecordingError {
      return true
    }
  }

  @Test func `each forgery is found by the option that the documentation names`() throws {
    try withTemporaryFolder { folder in
      let whole = try SmallRun.maze.recorded(in: folder).path
      let bytes = try Repository.contents(of: whole)
      let path = "\(folder)/forged.sqlite"
      let page = String(
        decoding: try Repository.contents(of: "\(Repository.root)/docs/reliability.md"),
        as: UTF8.self)
      let rechain = "python3 \(Repository.root)/Tests/Reference/rechain.py forged.sqlite"
      for forgery in Self.forgeries {
        let what = "\(forgery.what)"
        for hasNewHashes in [false, true] {
          write(bytes, to: path)
          // With a program that refuses nothing, as a forger would.
          write(Array(forgery.sql.utf8), to: "\(folder)/forge.sql")
          let forging = try Program.shell(
            "python3 -c 'import sqlite3; c = sqlite3.connect(\"forged.sqlite\");"
              + " c.executescript(open(\"forge.sql\").read()); c.close()'"
              + (hasNewHashes ? " && \(rechain)" : ""), in: folder)
          try #require(forging.code == 0, "\(what): \(forging.errors)")
          // Without new hashes, what a hash covers is found at once.
          let isCovered = forgery.what != "tags and note"
          for option in Option.allCases {
            let expected =
              hasNewHashes
              ? forgery.foundBy.map { option == $0 || $0 == .rows } : isCovered
            guard let expected else {
              #expect(try !finds(option, path), "\(what), \(option)")
              continue
            }
            if expected {
              #expect(try finds(option, path), "\(what), new hashes: \(hasNewHashes), \(option)")
            } else if option.rawValue < forgery.foundBy?.rawValue ?? 0 || !isCovered {
              #expect(try !finds(option, path), "\(what), \(option): found sooner")
            }
          }
        }
        let name = ["no option", "`--replay`", "`--retrain`"]
        let found = forgery.foundBy.map { name[$0.rawValue] } ?? "nothing"
        #expect(page.contains("| \(what) | \(found) |"), "docs: | \(what) | \(found) |")
      }
    }
  }
}

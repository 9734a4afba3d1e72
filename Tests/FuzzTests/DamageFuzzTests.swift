import Foundation
import Recordings
import Rollouts
import SQLite
import TestSupport
import Testing

/// Recordings with altered table declarations, with wrong logs and journals, or with lost pages:
/// what can be read is read or recovered, the rest is refused with one sentence.
@Suite struct DamageFuzzTests {
  private func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  private func remove(_ path: String) {
    for ending in ["", "-wal", "-shm", "-journal"] {
      try? FileManager.default.removeItem(atPath: path + ending)
    }
  }

  // MARK: Schemas

  private static let names = [
    "run", "sessions", "actions", "fields", "episodes", "transitions", "metrics", "checkpoints",
    "batches", "rollout", "dbstat", "pragma_table_list", "pragma_table_xinfo", "sqlite_stat1",
    "reel_transitions", "batch_transitions", "main", "temp", "x", "X'; --", "json_each",
  ]

  private static let endless =
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c"

  /// One change of the schema, of those that SQLite allows.
  private func attack(_ mutator: inout Mutator) -> String {
    let (name, other) = (mutator.one(of: Self.names), mutator.one(of: Self.names))
    let quoted = "\"\(name)\""
    let columns = mutator.one(of: [
      "step, episode, state, action, reward", "key TEXT PRIMARY KEY, value ANY", "a",
      "step INTEGER PRIMARY KEY, name TEXT, value REAL AS (1.0)", "x INTEGER PRIMARY KEY DESC",
      "first_step, last_step, elapsed, metrics, checkpoints, hash", "name, pgsize",
      "step INTEGER NOT NULL, name TEXT NOT NULL, value REAL CHECK (value < 3)",
    ])
    let query = mutator.one(of: [
      Self.endless, "SELECT * FROM \(other)", "SELECT zeroblob(500000000) AS name, 1 AS pgsize",
      "SELECT 1 AS step, 2 AS episode, 3 AS state, 4 AS action, 5.0 AS reward",
      "SELECT 'a' AS name, x AS pgsize FROM (\(Self.endless))",
      "SELECT a.*, b.* FROM transitions a, transitions b, transitions c",
    ])
    return mutator.one(of: [
      "DROP TABLE IF EXISTS \(quoted)", "DROP VIEW IF EXISTS \(quoted)",
      "CREATE TABLE \(quoted)(\(columns))", "CREATE TABLE \(quoted)(\(columns)) STRICT",
      "CREATE TABLE \(quoted)(\(columns)) WITHOUT ROWID", "CREATE VIEW \(quoted) AS \(query)",
      "ALTER TABLE \(quoted) RENAME TO \"\(other)\"",
      "ALTER TABLE \(quoted) RENAME TO z; CREATE TABLE \(quoted)(\(columns))",
      "ALTER TABLE \(quoted) RENAME TO z; CREATE VIEW \(quoted) AS \(query)",
      "ALTER TABLE \(quoted) RENAME TO z; CREATE TABLE \(quoted) AS SELECT * FROM z",
      "ALTER TABLE \(quoted) ADD COLUMN more INTEGER",
      "ALTER TABLE \(quoted) ADD COLUMN more AS (abs(1))",
      "ALTER TABLE \(quoted) DROP COLUMN value",
      "CREATE UNIQUE INDEX i ON \(quoted)(1)", "CREATE INDEX i\(name.count) ON \(quoted)(step)",
      "CREATE TRIGGER t AFTER INSERT ON \(quoted) BEGIN DELETE FROM transitions; END",
      "CREATE TRIGGER u BEFORE UPDATE ON \(quoted) BEGIN SELECT raise(ABORT, 'no'); END",
      "CREATE VIRTUAL TABLE \(quoted) USING dbstat",
      "CREATE VIRTUAL TABLE \(quoted) USING fts5(a)",
      "INSERT INTO \(quoted) SELECT * FROM \(quoted)",
      "PRAGMA user_version = \(mutator.number(0..<5))",
      "PRAGMA application_id = \(mutator.number(0..<2) * 0x5245_454C)",
      "PRAGMA encoding = 'UTF-16'; VACUUM", "PRAGMA auto_vacuum = 2; VACUUM",
      "PRAGMA page_size = 512; VACUUM", "PRAGMA page_size = 65536; VACUUM",
    ])
  }

  @Test func `other schemas`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/wrong.sqlite"
      let sound = try SoundRecordings.paths.get()
      try Fuzz(target: "schemas", seeds: [[0]], share: 0.4).run { mutator, _ in
        remove(path)
        try FileManager.default.copyItem(atPath: mutator.one(of: sound), toPath: path)
        let database = try Database(path, .writing)
        try database.execute("PRAGMA synchronous = OFF")
        for _ in 0..<mutator.number(1..<4) { try? database.execute(attack(&mutator)) }
        try database.close()
        if mutator.number(0..<4) == 0 {
          // Declarations that SQLite would not have written.
          var changed = try bytes(path)
          for _ in 0..<mutator.number(1..<6) {
            changed[mutator.number(100..<4096)] = UInt8(mutator.number(0..<256))
          }
          try write(changed, to: path)
        }
        try SoundRecordings.askAll(of: path)
      }
    }
  }

  // MARK: Files beside a recording

  @Test func `wrong logs and journals`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/wrong.sqlite"
      let open = try OpenRecording(in: folder)
      let sound = try SoundRecordings.paths.get()
      try Fuzz(target: "logs", seeds: [open.log, open.journal], share: 0.4).run { mutator, input in
        remove(path)
        let file = mutator.one(of: [open.file, open.half, try bytes(sound[0]), try bytes(sound[1])])
        try write(file, to: path)
        try write(input, to: path + mutator.one(of: ["-wal", "-journal", "-wal"]))
        if mutator.number(0..<4) == 0 { try write(open.shared, to: path + "-shm") }
        if mutator.number(0..<3) == 0 {
          var options = Recovery.Options()
          options.force = true
          let recovery = try Recovery.recover(path, to: "\(folder)/saved.sqlite", options)
          if recovery.kept.difference != nil { throw Fuzz.Finding(sentence: "it does not verify") }
        } else {
          try SoundRecordings.askAll(of: path)
        }
      }
    }
  }

  /// A recording that is being written, with its log, and one being changed through a journal.
  private struct OpenRecording {
    var (file, log, shared): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
    var (half, journal): ([UInt8], [UInt8]) = ([], [])

    init(in folder: String) throws {
      let path = "\(folder)/open.sqlite"
      try FileManager.default.copyItem(atPath: SoundRecordings.paths.get()[0], toPath: path)
      func bytes(_ ending: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + ending)))
      }
      let database = try Database(path, .writing)
      try database.execute("PRAGMA cache_size = 1; BEGIN; UPDATE transitions SET reward = 7")
      (half, journal) = (try bytes(""), try bytes("-journal"))
      try database.execute("ROLLBACK; PRAGMA journal_mode = WAL")
      for tag in 0..<3 {
        try database.execute("UPDATE run SET value = '[\"\(tag)\"]' WHERE key = 'tags'")
      }
      (file, log, shared) = (try bytes(""), try bytes("-wal"), try bytes("-shm"))
      try database.close()
    }
  }

  // MARK: Lost pages

  @Test func `damaged pages, recovered`() throws {
    try withTemporaryFolder { folder in
      let (path, new) = ("\(folder)/wrong.sqlite", "\(folder)/saved.sqlite")
      let sound = try SoundRecordings.paths.get()
      let files = try sound.map { try bytes($0) }
      let steps = try sound.map { try Recording($0).stepCount() }
      var shares: [String: (sum: Double, least: Double, count: Int, none: Int)] = [:]
      try Fuzz(target: "pages", seeds: [[0]], share: 0.3).run { mutator, _ in
        let which = mutator.number(0..<sound.count)
        var changed = files[which]
        let pages = changed.count / 4096
        let kind = mutator.one(of: ["one page", "some pages", "cut", "bytes"])
        for _ in 0..<(kind == "one page" ? 1 : mutator.number(1..<5)) {
          let page = mutator.number(0..<pages)
          let place = min(page * 4096, changed.count)..<min((page + 1) * 4096, changed.count)
          if place.isEmpty { continue }
          switch kind {
          case "cut": changed.removeLast(mutator.number(0..<changed.count / 8 + 1))
          case "bytes":
            for _ in 0..<20 {
              changed[mutator.number(place)] = UInt8(mutator.number(0..<256))
            }
          default:
            let other = mutator.number(0..<pages) * 4096
            let replaced =
              mutator.number(0..<3) > 0
              ? Array(repeating: UInt8(mutator.one(of: [0, 0, 0xFF, 13, 5])), count: place.count)
              : Array(files[which][other..<other + place.count])
            changed.replaceSubrange(place, with: replaced)
          }
        }
        remove(path)
        try write(changed, to: path)
        var options = Recovery.Options()
        (options.force, options.like) = (true, sound[which])
        options.keepsUnverified = mutator.number(0..<2) == 0
        options.onlyBeginning = mutator.number(0..<8) == 0
        let group = "\(kind)\(options.keepsUnverified ? ", with unverified steps" : "")"
        var share = 0.0
        defer {
          if steps[which] > 0, !options.onlyBeginning {
            let before = shares[group] ?? (0, 1, 0, 0)
            shares[group] = (
              before.sum + share, min(before.least, share), before.count + 1,
              before.none + (share == 0 ? 1 : 0)
            )
          }
        }
        let recovery = try Recovery.recover(path, to: new, options)
        share = Double(recovery.steps) / Double(max(1, steps[which]))
        guard recovery.kept.difference == nil, try Recording(new).audit().difference == nil else {
          throw Fuzz.Finding(sentence: "what was kept does not verify")
        }
      }
      for (group, share) in shares.sorted(by: { $0.key < $1.key }) {
        let mean = Int(share.sum / Double(max(1, share.count)) * 1000)
        print(
          "pages, \(group): \(mean / 10).\(mean % 10) % of all steps kept on average; "
            + "\(share.none) of \(share.count) times none")
      }
    }
  }
}

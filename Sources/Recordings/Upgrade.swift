internal import Platform
internal import Rollouts
internal import SQLite

/// Rewrites a file of an older format in the newest one. Its digest stays the same; its chain of
/// hashes is verified and then computed again.
enum Upgrade {
  /// A placeholder for the number of ended episodes, which is counted when hashes are computed.
  static let notCounted = -1

  /// Numbers the ended episodes by the order of their last steps.
  static let order = """
    CREATE TEMP TABLE ranks AS SELECT episode,
      row_number() OVER (ORDER BY first_step + (steps - 1) * stride) AS place
      FROM episodes WHERE ending <> 'running';
    CREATE UNIQUE INDEX ranks_of ON ranks(episode);
    UPDATE episodes SET ended = (SELECT place FROM ranks WHERE ranks.episode = episodes.episode);
    DROP TABLE ranks;
    """

  /// Upgrades the file at `place`, which has no final name yet. False where it does not verify:
  /// then it stays unchanged, since new hashes would hide that.
  static func run(_ place: String) throws -> Bool {
    let old = try Recording(place)
    guard old.format.version < Format.newest else { return true }
    guard try old.audit().difference == nil else { return false }
    let format = Format(version: Format.newest, kinds: try old.kinds())
    let new = place + "-new"
    let database = try Recovery.create(new, in: format, outlastsCrash: false)
    try fill(database, from: old, format)
    try Recording.seal(new)
    RecordingFiles.remove(place)
    try withRecordingErrors(place) { () throws(SQLiteError) in
      let database = try Database(new, .writing)
      try database.run("VACUUM INTO ?", .text(place))
      try database.close()
    }
    RecordingFiles.remove(new)
    return true
  }

  private static func fill(_ database: Database, from old: Recording, _ format: Format) throws {
    let worlds = try old.description().worlds
    let last = try old.value("SELECT hash FROM batches ORDER BY rowid DESC LIMIT 1")?.blob
    let upgraded: JSON = [
      "format": .integer(old.format.version), "hash": .string((last ?? []).hexadecimal),
    ]
    let steps = try old.checkpointSteps()
    try withRecordingErrors(old.path) { () throws(SQLiteError) in
      try database.execute("COMMIT")
      try database.run("ATTACH ? AS old", .text(old.path))
      try database.execute("BEGIN IMMEDIATE")
      try database.execute(
        """
        INSERT INTO run SELECT key, CAST(value AS TEXT) FROM old.run WHERE key <> 'format';
        INSERT INTO sessions SELECT first_step, configuration, versions, started, ended, writer,
          \(worlds) FROM old.sessions ORDER BY rowid;
        INSERT INTO actions SELECT * FROM old.actions;
        INSERT INTO fields SELECT *, NULL FROM old.fields ORDER BY rowid;
        INSERT INTO episodes SELECT *, NULL, NULL, NULL FROM old.episodes;
        INSERT INTO transitions SELECT * FROM old.transitions;
        INSERT INTO metrics SELECT * FROM old.metrics ORDER BY rowid;
        INSERT INTO batches SELECT first_step, last_step, elapsed, metrics, checkpoints, x'',
          coalesce((SELECT max(rowid) FROM sessions
            WHERE first_step <= max(old.batches.first_step, old.batches.last_step)), 1),
          0, \(notCounted), NULL, 0, 0, 0, x'' FROM old.batches ORDER BY first_step;
        \(order)
        """)
      for (key, value) in [
        ("format", "\(format.version)"), ("program", "reel"), ("upgraded", upgraded.compact),
      ] {
        try database.insert(Row<RunColumn>([.text(key), .text(value)]), in: format)
      }
      try WholeDescription.update(in: database, format)
    }
    for step in steps {
      guard let checkpoint = try old.checkpoint(at: step)?.packed else { continue }
      try withRecordingErrors(old.path) { () throws(SQLiteError) in
        try database.insert(Row<CheckpointColumn>(checkpoint.values), in: format)
      }
    }
    try withRecordingErrors(old.path) { () throws(SQLiteError) in
      try database.execute("COMMIT; DETACH old")
      try database.close()
    }
  }
}

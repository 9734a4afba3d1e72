internal import SQLite

/// A recording's file format; docs/format.md describes the newest one.
package struct Format: Hashable, Sendable {
  /// "REEL", in the header of every recording.
  package static let applicationID = 0x5245_454C
  /// The format of new recordings, and the newest that this program reads.
  package static let newest = 2

  /// Its number, in the header as `user_version`.
  let version: Int
  /// The declared types of the columns of states and actions. In format 1 these hold any type.
  var kinds = ValueKinds()

  /// The tables of every recording, with their columns in order.
  var tables: [(name: String, columns: [String])] {
    [
      described(RunColumn.self), described(SessionColumn.self), described(ActionColumn.self),
      described(FieldColumn.self), described(EpisodeColumn.self), described(TransitionColumn.self),
      described(MetricColumn.self), described(CheckpointColumn.self), described(InfoColumn.self),
      described(ImageColumn.self), described(SceneColumn.self), described(BatchColumn.self),
      described(DescriptionColumn.self),
    ].filter { !$0.columns.isEmpty }
  }

  private func described<Column: TableColumn>(
    _: Column.Type
  ) -> (name: String, columns: [String]) {
    (Column.table, Column.columns(in: self).map(\.label))
  }

  /// Creates the tables in an empty database.
  func make(in database: Database) throws(SQLiteError) {
    try database.execute(version == 1 ? Self.first : second)
    try database.execute("PRAGMA user_version = \(version)")
  }

  /// Format 2. The comments are part of the file, where `.schema` shows them.
  private var second: String {
    let states = kinds.state == .bytes ? "BLOB" : "INTEGER"
    let actions = kinds.action == .bytes ? "BLOB" : "INTEGER"
    let name = kinds.action == .bytes ? "NULL" : "actions.name"
    let names =
      kinds.action == .bytes
      ? "" : "\nLEFT JOIN actions ON actions.action = transitions.action"
    return """
      CREATE TABLE run(              -- what was run, key by key
        key TEXT PRIMARY KEY, value TEXT
      ) STRICT;
      CREATE TABLE sessions(         -- one for each start, resume or extension
        first_step INTEGER NOT NULL, configuration TEXT NOT NULL, versions TEXT NOT NULL,
        started TEXT NOT NULL, ended TEXT, writer TEXT, worlds INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE actions(          -- what a discrete action means; dx to the right, dy down
        action INTEGER PRIMARY KEY, name TEXT NOT NULL, dx INTEGER NOT NULL, dy INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE fields(           -- how to read a state or an action
        subject TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, offset INTEGER NOT NULL,
        count INTEGER NOT NULL, description TEXT NOT NULL, shape TEXT
      ) STRICT;
      CREATE TABLE episodes(         -- its rows are first_step, first_step + stride, …
        episode INTEGER PRIMARY KEY, seed INTEGER, first_step INTEGER NOT NULL,
        stride INTEGER NOT NULL, steps INTEGER NOT NULL, return REAL, ending TEXT NOT NULL,
        final_state \(states) NOT NULL, options TEXT, success INTEGER, ended INTEGER
      ) STRICT;
      CREATE TABLE transitions(      -- state, action, reward; the next state is a later row's
        step INTEGER PRIMARY KEY, episode INTEGER NOT NULL, state \(states) NOT NULL,
        action \(actions) NOT NULL, reward REAL
      ) STRICT;
      CREATE TABLE metrics(          -- numbers at a step: losses, exploration, speed
        step INTEGER NOT NULL, name TEXT NOT NULL, value REAL
      ) STRICT;
      CREATE TABLE checkpoints(      -- what was known at a step; parameters are a safetensors file
        step INTEGER PRIMARY KEY, kind TEXT NOT NULL, parameters BLOB NOT NULL,
        training_state TEXT NOT NULL
      ) STRICT;
      CREATE TABLE infos(            -- what else the world said of a step: a number or a text
        step INTEGER NOT NULL, name TEXT NOT NULL, value REAL, text TEXT
      ) STRICT;
      CREATE TABLE images(           -- pixels of some episodes
        episode INTEGER NOT NULL, t INTEGER NOT NULL, hash BLOB NOT NULL, png BLOB
      ) STRICT;
      CREATE TABLE scenes(           -- what a state does not hold and a picture or a reader needs
        episode INTEGER NOT NULL, t INTEGER NOT NULL, kind TEXT NOT NULL, data BLOB NOT NULL
      ) STRICT;
      CREATE TABLE batches(          -- one for each commit; counts are of all rows by then
        first_step INTEGER NOT NULL, last_step INTEGER NOT NULL, elapsed REAL NOT NULL,
        metrics INTEGER NOT NULL, checkpoints INTEGER NOT NULL, hash BLOB NOT NULL,
        session INTEGER NOT NULL, transitions INTEGER NOT NULL, ended INTEGER NOT NULL, best INTEGER,
        infos INTEGER NOT NULL, images INTEGER NOT NULL, scenes INTEGER NOT NULL,
        sections BLOB NOT NULL
      ) STRICT;
      CREATE TABLE description(      -- run, actions, fields and sessions once more, for recovery
        session INTEGER PRIMARY KEY, json TEXT NOT NULL
      ) STRICT;
      CREATE INDEX images_at ON images(episode, t);
      CREATE INDEX scenes_at ON scenes(episode, t);
      CREATE VIEW rollout AS
      SELECT
        transitions.step AS step, transitions.episode AS episode,
        CAST((transitions.step - episodes.first_step) / episodes.stride AS INTEGER) AS t,
        transitions.state AS state, transitions.action AS action, \(name) AS action_name,
        transitions.reward AS reward,
        CASE WHEN later.step IS NULL THEN episodes.final_state ELSE later.state END AS next_state,
        CASE WHEN later.step IS NULL THEN episodes.ending ELSE 'running' END AS ending
      FROM transitions
      JOIN episodes ON episodes.episode = transitions.episode
      LEFT JOIN transitions AS later
        ON later.step = transitions.step + episodes.stride AND later.episode = transitions.episode\(names);
      """
  }

  /// Format 1.
  private static let first = """
    CREATE TABLE run(              -- what was run, key by key
      key TEXT PRIMARY KEY, value ANY
    ) STRICT;
    CREATE TABLE sessions(         -- one for each start, resume or extension
      first_step INTEGER NOT NULL, configuration TEXT NOT NULL, versions TEXT NOT NULL,
      started TEXT NOT NULL, ended TEXT, writer TEXT
    ) STRICT;
    CREATE TABLE actions(          -- what a discrete action means; dx to the right, dy down
      action INTEGER PRIMARY KEY, name TEXT NOT NULL, dx INTEGER NOT NULL, dy INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE fields(           -- how to read a state or an action
      subject TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, offset INTEGER NOT NULL,
      count INTEGER NOT NULL, description TEXT NOT NULL
    ) STRICT;
    CREATE TABLE episodes(         -- its rows are first_step, first_step + stride, …
      episode INTEGER PRIMARY KEY, seed INTEGER NOT NULL, first_step INTEGER NOT NULL,
      stride INTEGER NOT NULL, steps INTEGER NOT NULL, return REAL NOT NULL,
      ending TEXT NOT NULL, final_state ANY NOT NULL
    ) STRICT;
    CREATE TABLE transitions(      -- step s leads from state s to state s + 1
      step INTEGER PRIMARY KEY, episode INTEGER NOT NULL, state ANY NOT NULL,
      action ANY NOT NULL, reward REAL NOT NULL
    ) STRICT;
    CREATE TABLE metrics(          -- after so many steps
      step INTEGER NOT NULL, name TEXT NOT NULL, value REAL
    ) STRICT;
    CREATE TABLE checkpoints(      -- after so many steps; parameters are a safetensors file
      step INTEGER PRIMARY KEY, kind TEXT NOT NULL, parameters BLOB NOT NULL,
      training_state TEXT NOT NULL
    ) STRICT;
    CREATE TABLE batches(          -- one for each commit; metrics and checkpoints: rows by then
      first_step INTEGER PRIMARY KEY, last_step INTEGER NOT NULL, elapsed REAL NOT NULL,
      metrics INTEGER NOT NULL, checkpoints INTEGER NOT NULL, hash BLOB NOT NULL
    ) STRICT;
    CREATE VIEW rollout AS
    SELECT
      transitions.step AS step, transitions.episode AS episode,
      (transitions.step - episodes.first_step) / episodes.stride AS t,
      transitions.state AS state, transitions.action AS action, actions.name AS action_name,
      transitions.reward AS reward,
      CASE WHEN later.step IS NULL THEN episodes.final_state ELSE later.state END AS next_state,
      CASE WHEN later.step IS NULL THEN episodes.ending ELSE 'running' END AS ending
    FROM transitions
    CROSS JOIN episodes ON episodes.episode = transitions.episode
    LEFT JOIN transitions AS later
      ON later.step = transitions.step + episodes.stride AND later.episode = transitions.episode
    LEFT JOIN actions ON actions.action = transitions.action;
    """
}

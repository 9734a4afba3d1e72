internal import SQLite

/// The recording's file format; docs/format.md describes it for people.
package enum Format {
  /// "REEL", in the header of every recording.
  package static let applicationID = 0x5245_454C
  /// The format that this program writes, and the newest that it reads.
  package static let version = 1

  static let migrations = [Migration(version: 1, sql: one)]

  /// The tables that every recording has, with their columns in order.
  static let tables: [(name: String, columns: [String])] = [
    described(RunColumn.self), described(SessionColumn.self), described(ActionColumn.self),
    described(FieldColumn.self), described(EpisodeColumn.self), described(TransitionColumn.self),
    described(MetricColumn.self), described(CheckpointColumn.self), described(BatchColumn.self),
  ]

  private static func described<Column: TableColumn>(
    _: Column.Type
  ) -> (name: String, columns: [String]) {
    (Column.table, Column.labels)
  }

  /// Format 1. The comments stay in the file, where `.schema` shows them.
  private static let one = """
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

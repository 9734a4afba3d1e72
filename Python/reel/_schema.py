"""The tables of a recording, format 2, as documented in docs/format.md."""

from __future__ import annotations

APPLICATION_ID = 0x5245454C  # "REEL"
FORMAT = 2

# Keys of `run` that may change later: they are not hashed.
CHANGING_KEYS = ("tags", "note", "rig")

# A recording's tables are STRICT, which came with this version.
NEEDED_SQLITE = (3, 37, 0)

_TABLES = """\
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
  final_state STATE NOT NULL, options TEXT, success INTEGER, ended INTEGER
) STRICT;
CREATE TABLE transitions(      -- state, action, reward; the next state is a later row's
  step INTEGER PRIMARY KEY, episode INTEGER NOT NULL, state STATE NOT NULL,
  action ACTION NOT NULL, reward REAL
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
  transitions.state AS state, transitions.action AS action, ACTION_NAME AS action_name,
  transitions.reward AS reward,
  CASE WHEN later.step IS NULL THEN episodes.final_state ELSE later.state END AS next_state,
  CASE WHEN later.step IS NULL THEN episodes.ending ELSE 'running' END AS ending
FROM transitions
JOIN episodes ON episodes.episode = transitions.episode
LEFT JOIN transitions AS later
  ON later.step = transitions.step + episodes.stride AND later.episode = transitions.episode"""

_JOIN_OF_NAMES = "\nLEFT JOIN actions ON actions.action = transitions.action"


def schema(states_are_integers: bool, actions_are_integers: bool) -> str:
    """The statements that make a recording's tables.

    Example:
        >>> "state INTEGER NOT NULL" in schema(True, False)
        True
    """
    text = _TABLES.replace(" ACTION_NAME ", " actions.name " if actions_are_integers else " NULL ")
    text = text.replace(" STATE ", " INTEGER " if states_are_integers else " BLOB ")
    text = text.replace(" ACTION ", " INTEGER " if actions_are_integers else " BLOB ")
    return text + (_JOIN_OF_NAMES if actions_are_integers else "") + ";"

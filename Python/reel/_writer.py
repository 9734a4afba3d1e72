"""The file of a recording while it is written: created or claimed, filled batch by batch, closed."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import sqlite3
import time
from dataclasses import dataclass, field
from typing import Any, Callable, Iterable, Optional, Sequence

import numpy as np

from . import _files, _safetensors
from ._hashes import first_link, hash_rows, next_link
from ._identity import compact, file_identity, is_alive, own_files, timestamp, writer_of
from ._rollout import Batch, Checkpoint
from ._schema import APPLICATION_ID, CHANGING_KEYS, FORMAT, NEEDED_SQLITE, schema
from .errors import RecordingError

# This many values per statement work in every SQLite that has STRICT tables.
_MOST_VALUES = 32766
_TUNING = "PRAGMA wal_autocheckpoint = 4096; PRAGMA cache_size = -8192;"


@dataclass
class Facts:
    """The description of a recording's run."""

    run: dict[str, str]
    actions: list[list]
    fields: list[list]
    states_are_integers: bool
    actions_are_integers: bool
    worlds: int
    configuration: str
    initial: Checkpoint = field(
        default_factory=lambda: Checkpoint("none", _safetensors.pack({}), "{}")
    )


class Writer:
    """Writes batches to one file. It belongs to one thread at a time."""

    def __init__(self, path: str, database: sqlite3.Connection, identity: tuple[int, int]) -> None:
        self.path, self.database, self._identity = path, database, identity
        self.session = 1
        self.session_row: list = []
        self.first_step = 0
        self.episodes = 0
        self.committed_steps = 0
        self.totals = {
            "transitions": 0, "ended": 0, "metrics": 0, "checkpoints": 0, "infos": 0, "images": 0,
            "scenes": 0,
        }  # fmt: skip
        self._best: Optional[int] = None
        self._best_return = -np.inf
        self._hash = b""
        self._newest_checkpoint = -1
        # The checkpoint of step 0 exists from the beginning, and is not part of any batch yet.
        self._uncovered: list[tuple] = []
        self._origin = time.monotonic()
        self._before: Callable[[], None] = lambda: None

    # Beginning.

    @classmethod
    def create(cls, path: str, facts: Facts, force: bool, durable: bool) -> Writer:
        """Creates a recording. It gets its name once it holds the run's description and a checkpoint."""
        _check_sqlite()
        _files.check_free(path, force)
        if os.path.lexists(path):
            _refuse_living_writer(path)
        started = timestamp()
        session = [0, facts.configuration, _versions(), started, facts.worlds]
        with _files.draft(path) as place:
            database = _connect(place)
            try:
                database.execute("PRAGMA page_size = 4096")
                database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                _use_log(database, path)
                identity = _identity_of(place)
                _fill(database, facts, session, writer_of(place))
            finally:
                database.close()
            # Opened before another process can take the name: from then on it has a living writer.
            with _files.holding_folder(path):
                if force and os.path.lexists(path):
                    _refuse_living_writer(path)
                _files.take_name(place, path, force)
                own_files.add(identity)
                try:
                    database = _open(path, durable)
                except BaseException:
                    own_files.discard(identity)
                    raise
        writer = cls(path, database, identity)
        writer.session_row = session
        kept = {key: value for key, value in facts.run.items() if key not in CHANGING_KEYS}
        writer._hash = first_link(kept, facts.actions, facts.fields)
        writer._uncovered = [(0, *facts.initial)]
        return writer

    @classmethod
    def append(cls, path: str, facts: Facts, durable: bool) -> Writer:
        """Begins another session of a recording that has no writer."""
        _check_sqlite()
        with _files.holding_folder(path):
            _refuse_living_writer(path)
            _check_same(path, facts)
            database = _open(path, durable)
            identity = _identity_of(path)
            try:
                database.execute("BEGIN IMMEDIATE")
                # Checked again under the lock: of two processes that come at once, only one gets it.
                _refuse_living_writer(path, database)
                writer = cls(path, database, identity)
                writer._claim(facts)
                database.execute("COMMIT")
            except BaseException:
                database.close()
                raise
            own_files.add(identity)
        return writer

    def _claim(self, facts: Facts) -> None:
        """Continues after the last session, and leaves its open episodes."""
        database = self.database
        one = lambda sql, *values: database.execute(sql, values).fetchone()  # noqa: E731
        last = one(
            "SELECT last_step, elapsed, hash, best, transitions, ended, metrics, checkpoints, infos,"
            " images, scenes FROM batches ORDER BY rowid DESC LIMIT 1"
        )
        if last is None:
            run = database.execute("SELECT key, value FROM run ORDER BY key").fetchall()
            self._hash = first_link(
                {key: value for key, value in run if key not in CHANGING_KEYS},
                database.execute("SELECT * FROM actions ORDER BY action").fetchall(),
                database.execute("SELECT * FROM fields ORDER BY rowid").fetchall(),
            )
        else:
            self.first_step = last[0] + 1
            elapsed, self._hash, self._best = last[1:4]
            self.totals = dict(zip(self.totals, last[4:]))
            self._origin -= elapsed
            if self._best is not None:
                self._best_return = one("SELECT return FROM episodes WHERE episode = ?", self._best)[0]
        self.committed_steps = self.first_step
        self.episodes = one("SELECT coalesce(max(episode), 0) FROM episodes")[0]
        covered = self.totals["checkpoints"]
        checkpoints = "SELECT * FROM checkpoints ORDER BY step LIMIT ? OFFSET ?"
        self._uncovered = database.execute(checkpoints, (-1, covered)).fetchall()
        newest = one("SELECT max(step) FROM (SELECT step FROM checkpoints ORDER BY step LIMIT ?)", covered)[0]
        self._newest_checkpoint = -1 if newest is None else newest
        self.session_row = [
            self.first_step, facts.configuration, _versions(), timestamp(), facts.worlds
        ]  # fmt: skip
        writer = writer_of(self.path)
        database.execute(
            "INSERT INTO sessions VALUES (?, ?, ?, ?, NULL, ?, ?)",
            [*self.session_row[:4], writer, facts.worlds],
        )
        self.session = one("SELECT last_insert_rowid()")[0]
        database.execute(
            "INSERT INTO description VALUES (?, ?)",
            [self.session, compact({"session": self.session_row})],
        )
        batch = Batch(self.first_step, self.first_step - 1)
        left = database.execute(
            "SELECT * FROM episodes WHERE ended IS NULL ORDER BY first_step + (steps - 1) * stride"
        ).fetchall()
        for place, row in enumerate(left):
            ended = self.totals["ended"] + place + 1
            batch.ended.append((*row[:6], "interrupted", *row[7:10], ended))
        self._write(batch)

    # Batches.

    def commit(self, batch: Batch, before: Callable[[], None] = lambda: None) -> list[int]:
        """Writes a batch in one transaction; returns the steps of checkpoints that came too late.

        `before` is called before each statement.
        """
        self._before = before
        if file_identity(self.path) != self._identity:
            raise RecordingError(f"{self.path} was moved, removed or replaced while it was written")
        late = [step for step in batch.checkpoints if step <= self._newest_checkpoint]
        for step in late:
            del batch.checkpoints[step]
        self.database.execute("BEGIN IMMEDIATE")
        try:
            self._write(batch)
            self.database.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self.database.execute("ROLLBACK")
            raise
        self.committed_steps = batch.last_step + 1
        return late

    def _write(self, batch: Batch) -> None:
        checkpoints = {row[0]: row for row in self._uncovered}
        checkpoints.update(batch.checkpoints)
        kept = [checkpoints[step] for step in sorted(checkpoints)]
        self._insert("transitions", batch.transitions)
        self._insert_rows("episodes", [*batch.ended, *batch.open], "INSERT OR REPLACE")
        self._insert_rows("checkpoints", kept, "INSERT OR REPLACE")
        for table in ("metrics", "infos", "images", "scenes"):
            self._insert_rows(table, getattr(batch, table))
        totals = {
            "transitions": self.totals["transitions"] + len(batch.transitions[0]),
            "checkpoints": self.totals["checkpoints"] + len(kept),
        }
        for table in ("ended", "metrics", "infos", "images", "scenes"):
            totals[table] = self.totals[table] + len(getattr(batch, table))
        best, best_return = self._best, self._best_return
        for row in batch.ended:
            if row[6] != "interrupted" and row[5] is not None and (best is None or row[5] > best_return):
                best, best_return = row[0], row[5]
        sections = b"".join(
            [
                hash_rows([self.session_row]),
                batch.transitions_hash,
                hash_rows(batch.ended),
                hash_rows(batch.metrics),
                hash_rows(kept),
                hash_rows(batch.infos),
                hash_rows(row[:3] for row in batch.images),
                hash_rows(batch.scenes),
                # Of the open episodes: number, seed, options and their latest state.
                hash_rows((row[0], row[1], row[8], row[7]) for row in batch.open),
            ]
        )
        elapsed = time.monotonic() - self._origin
        own = [
            batch.first_step, batch.last_step, elapsed, totals["metrics"], totals["checkpoints"],
            self.session, totals["transitions"], totals["ended"], best, totals["infos"],
            totals["images"], totals["scenes"],
        ]  # fmt: skip
        link = next_link(self._hash, own, sections)
        self._insert_rows("batches", [(*own[:5], link, *own[5:], sections)])
        # After a failed commit no other follows: these counts are those of the file.
        self._hash, self._best, self._best_return = link, best, best_return
        self.totals.update(totals)
        self._uncovered = []
        if kept:
            self._newest_checkpoint = kept[-1][0]

    def _insert_rows(self, table: str, rows: Sequence[Sequence], verb: str = "INSERT") -> None:
        if rows:
            self._insert(table, list(zip(*rows)), verb)

    def _insert(self, table: str, columns: Sequence[Sequence], verb: str = "INSERT") -> None:
        """Inserts rows given column by column, many with one statement.

        Python releases its lock for each statement, and gets it back from a busy program only after
        some milliseconds: a statement for each row would take longer than the steps themselves.
        """
        width, count = len(columns), len(columns[0])
        values: list = [None] * (width * count)
        for place, column in enumerate(columns):
            values[place::width] = column
        row = f"({','.join('?' * width)})"
        place, size = 0, 4096
        while place < count:
            # Sizes are powers of two, so that few statements are prepared.
            while size > count - place or size * width > _MOST_VALUES:
                size //= 2
            self._before()
            statement = f"{verb} INTO {table} VALUES {','.join([row] * size)}"
            self.database.execute(statement, values[place * width : (place + size) * width])
            place += size

    # The end.

    def close(self, final: Optional[Batch]) -> None:
        """Ends the session with a last batch, and leaves one file. Without one, the session counts as interrupted."""
        try:
            with _files.holding_folder(self.path):
                is_there = file_identity(self.path) == self._identity
                if final is not None and is_there:
                    self.commit(final)
                    self.database.execute(
                        "UPDATE sessions SET ended = ?, writer = NULL WHERE rowid = ?",
                        [timestamp(), self.session],
                    )
                _fold_log(self.database, leave=is_there)
        finally:
            self.database.close()
            own_files.discard(self._identity)


# The file.


def _identity_of(path: str) -> tuple[int, int]:
    identity = file_identity(path)
    if identity is None:
        raise FileNotFoundError(f"{path} vanished while it was opened")
    return identity


def _connect(path: str) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)


def _open(path: str, durable: bool) -> sqlite3.Connection:
    database = _connect(path)
    try:
        _use_log(database, path)
        database.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        database.executescript(_TUNING)
    except BaseException:
        database.close()
        raise
    return database


def _use_log(database: sqlite3.Connection, path: str) -> None:
    """Switches to a write-ahead log, so that the file can be read while it is written."""
    if database.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
        return
    # One write that no kill can interrupt; a journal beside it would be a second file.
    database.execute("PRAGMA journal_mode = MEMORY")
    if database.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise OSError(f"{path} cannot have a write-ahead log: its file system is not local")


def _fold_log(database: sqlite3.Connection, leave: bool) -> None:
    """Merges the log into the file. If a reader prevents that, the log stays, and nothing is lost.

    A file that was replaced by another keeps its log mode: leaving it would remove the other's log.
    """
    with contextlib.suppress(sqlite3.Error):
        database.execute("PRAGMA busy_timeout = 200")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        if leave:
            database.execute("PRAGMA journal_mode = MEMORY")


def _fill(database: sqlite3.Connection, facts: Facts, session: list, writer: str) -> None:
    """Creates the tables, with the run's description and the checkpoint of step 0."""
    described = {
        "run": {key: value for key, value in facts.run.items() if key not in CHANGING_KEYS},
        "actions": facts.actions, "fields": facts.fields, "session": session,
    }  # fmt: skip
    database.execute("BEGIN IMMEDIATE")
    for statement in schema(facts.states_are_integers, facts.actions_are_integers).split(";\n"):
        database.execute(statement)
    database.execute(f"PRAGMA user_version = {FORMAT}")
    for table, rows in (
        ("run", facts.run.items()),
        ("actions", facts.actions),
        ("fields", facts.fields),
        ("sessions", [[*session[:4], None, writer, session[4]]]),
        ("description", [[1, compact(described)]]),
        ("checkpoints", [[0, *facts.initial]]),
    ):
        for row in rows:
            places = ", ".join("?" * len(row))
            database.execute(f"INSERT INTO {table} VALUES ({places})", list(row))
    database.execute("COMMIT")


def _check_sqlite() -> None:
    if sqlite3.sqlite_version_info < NEEDED_SQLITE:
        needed = ".".join(map(str, NEEDED_SQLITE))
        raise OSError(
            f"recordings need SQLite {needed} or newer; this Python has {sqlite3.sqlite_version}"
        )


def _versions() -> str:
    from . import __version__

    versions = {
        "reel": __version__, "python": platform.python_version(), "numpy": np.__version__,
        "sqlite": sqlite3.sqlite_version, "platform": f"{platform.system()} {platform.machine()}",
    }  # fmt: skip
    with contextlib.suppress(ImportError):
        import gymnasium

        versions["gymnasium"] = gymnasium.__version__
    return compact(versions)


def open_to_read(path: str) -> sqlite3.Connection:
    """Opens a recording read-only, even while it is written."""
    return sqlite3.connect(f"file:{_quoted(path)}?mode=ro", uri=True, timeout=30, isolation_level=None)


def _quoted(path: str) -> str:
    """A path in the form of SQLite's URIs."""
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _refuse_living_writer(path: str, database: Optional[sqlite3.Connection] = None) -> None:
    own = database is None
    try:
        database = open_to_read(path) if database is None else database
        writers: Iterable = database.execute("SELECT writer FROM sessions WHERE writer NOT NULL").fetchall()
    except sqlite3.Error:
        return  # what is no recording has no writer
    finally:
        if own and database is not None:
            database.close()
    for (writer,) in writers:
        process = is_alive(writer, path)
        if process is not None:
            started = json.loads(writer)["started"]
            raise RecordingError(f"process {process}, started {started}, is writing {path}")


def _check_same(path: str, facts: Facts) -> None:
    """Refuses to append to a recording of something else."""
    if not os.path.exists(path):
        raise RecordingError(f"there is no file {path} to append to")
    database = open_to_read(path)
    try:
        if database.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise RecordingError(f"{path} is not a recording")
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version != FORMAT:
            hint = ": `reel copy` upgrades it" if version < FORMAT else ""
            raise RecordingError(f"{path} has format {version}, and only format {FORMAT} can be appended to{hint}")
        run = dict(database.execute("SELECT key, value FROM run"))
        for key, word in (("world", "is of"), ("spaces", "has the spaces")):
            if run.get(key) != facts.run.get(key):
                raise RecordingError(f"{path} {word} {run.get(key)}, not {facts.run.get(key)}")
        fields = [list(row) for row in database.execute("SELECT * FROM fields ORDER BY rowid")]
        actions = [list(row) for row in database.execute("SELECT * FROM actions ORDER BY action")]
        if fields != facts.fields or actions != facts.actions:
            raise RecordingError(f"{path} has other fields or actions than this environment")
    except sqlite3.DatabaseError as error:
        raise RecordingError(f"{path} cannot be read: {error}") from error
    finally:
        database.close()

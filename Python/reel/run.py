"""Reading a recording: `reel.open`."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import tempfile
import weakref
import zlib
from collections.abc import Sequence as AbstractSequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Iterable, Iterator, NamedTuple, Optional, Union

import numpy as np

from . import _notebook, _png, _program, _safetensors
from ._identity import is_alive
from ._notebook import Film
from ._pictures import as_observation
from ._schema import APPLICATION_ID, FORMAT
from ._spaces import Codec, from_json
from ._tables import Series, Table
from ._writer import open_to_read
from .errors import RecordingError

Selection = Union[str, int, slice, Iterable[int]]

_REAL_COLUMNS = ("return", "success", "ended")
_EPISODE_COLUMNS = (
    "episode", "seed", "first_step", "stride", "steps", "return", "ending", "success", "options", "ended"
)  # fmt: skip
# This many rows are read at once when everything is read.
_ROWS = 65536


def open(path: Union[str, "os.PathLike[str]"]) -> Run:  # noqa: A001 as `reel.open`
    """Opens a recording for reading, even while it is written.

    Example:
        >>> run = reel.open("runs/cart.sqlite")  # doctest: +SKIP
        >>> run.episodes["return"].max()  # doctest: +SKIP
        >>> run.transitions("best").rewards  # doctest: +SKIP
    """
    return Run(path)


class Checkpoint(dict):
    """Parameters by name, with the number of steps before them."""

    def __init__(self, step: int, kind: str, tensors: dict, training_state: Any) -> None:
        super().__init__(tensors)
        self.step, self.kind, self.training_state = step, kind, training_state


@dataclass
class Transitions:
    """Steps of one or several episodes, one after the other, each value an array with one row per step.

    `observations`, `actions` and `next_observations` have the structure of their spaces: an array, or a
    dict or tuple of arrays, or a list if values have no fixed width.
    """

    observations: Any
    actions: Any
    rewards: np.ndarray
    next_observations: Any
    terminated: np.ndarray
    truncated: np.ndarray
    t: np.ndarray
    step: np.ndarray
    episode: np.ndarray
    episodes: Table

    def __len__(self) -> int:
        return len(self.step)

    def __repr__(self) -> str:
        return f"{len(self)} transitions of {len(self.episodes)} episodes"


class Frames(AbstractSequence):
    """The pixels of an episode: `frames[t]` is the picture after t steps."""

    def __init__(self, times: list[int], pngs: list[bytes], count: int) -> None:
        self._times, self._pngs, self._count = np.array(times, np.int64), pngs, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(self._count))]
        place = place + self._count if place < 0 else place
        if not 0 <= place < self._count:
            raise IndexError(f"the episode has {self._count} pictures")
        # A picture that has not changed is not stored again: the newest one up to t counts.
        png = self._pngs[int(np.searchsorted(self._times, place, side="right")) - 1]
        if png is None:
            raise RecordingError("the pixels were removed from this copy of the recording")
        return _png.decode(png)


class _Rows(NamedTuple):
    step: np.ndarray
    episode: np.ndarray
    states: np.ndarray
    actions: np.ndarray
    rewards: np.ndarray


class Run:
    """A recording. Every read sees its present state, even while another process writes it."""

    def __init__(self, path: Union[str, "os.PathLike[str]"]) -> None:
        self.path = os.fspath(path)
        if not os.path.exists(self.path):
            raise RecordingError(f"there is no file {self.path}")
        try:
            self._database = open_to_read(self.path)
            self._finalizer = weakref.finalize(self, self._database.close)
            application = self._one("PRAGMA application_id")
            self.format = self._one("PRAGMA user_version")
        except sqlite3.DatabaseError as error:
            raise RecordingError(f"{self.path} cannot be read: {error}") from error
        if application != APPLICATION_ID:
            raise RecordingError(f"{self.path} is not a recording")
        if not 1 <= self.format <= FORMAT:
            raise RecordingError(f"{self.path} has format {self.format}: this version reads 1 to {FORMAT}")
        self.keys: dict[str, str] = {
            key: str(value) for key, value in self._rows("SELECT key, value FROM run")
        }

    # What was run.

    @property
    def world(self) -> str:
        """The world's name, as Gymnasium's `CartPole-v1`."""
        return self.keys["world"]

    @property
    def map(self) -> Optional[str]:
        """The world's map as text, if it has one."""
        return self.keys.get("map")

    @property
    def trainer(self) -> str:
        """The name of the trainer or player."""
        return self.keys["trainer"]

    @property
    def seed(self) -> Optional[int]:
        """The run's seed, if it was given."""
        return int(self.keys["seed"]) if "seed" in self.keys else None

    @property
    def tags(self) -> list[str]:
        """Words to find the run by."""
        return json.loads(self.keys.get("tags") or "[]")

    @property
    def note(self) -> str:
        """What the run is about."""
        return self.keys.get("note", "")

    @property
    def config(self) -> dict:
        """Every setting of the last session."""
        return self.sessions[-1]["configuration"]

    @property
    def sessions(self) -> list[dict]:
        """A row for each start or extension."""
        columns = self._rows("SELECT name FROM pragma_table_info('sessions')")
        names = [name for (name,) in columns]
        sessions = [dict(zip(names, row)) for row in self._rows("SELECT * FROM sessions ORDER BY rowid")]
        for session in sessions:
            for key in ("configuration", "versions", "writer"):
                session[key] = json.loads(session[key]) if session[key] else None
        return sessions

    @property
    def is_running(self) -> bool:
        """Whether a living process writes the file."""
        writers = self._rows("SELECT writer FROM sessions WHERE writer NOT NULL")
        return any(is_alive(writer, self.path) is not None for (writer,) in writers)

    @property
    def steps(self) -> int:
        """How many steps were committed."""
        return self._one("SELECT coalesce(max(last_step), -1) + 1 FROM batches")

    @property
    def actions(self) -> list[str]:
        """The names of discrete actions."""
        return [name for (name,) in self._rows("SELECT name FROM actions ORDER BY action")]

    @property
    def fields(self) -> Table:
        """How a state or an action is read."""
        rows = self._rows("SELECT subject, name, type, offset, count, description FROM fields ORDER BY rowid")
        names = ("subject", "name", "type", "offset", "count", "description")
        columns = zip(*rows) if rows else [()] * len(names)
        return Table({name: np.array(column) for name, column in zip(names, columns)})

    @cached_property
    def spaces(self) -> dict[str, dict]:
        """Both spaces as JSON; if a recording lacks them, derived from its fields."""
        if "spaces" in self.keys:
            return json.loads(self.keys["spaces"])
        return {name: self._described(subject, column) for name, subject, column in (
            ("observation", "state", "state"), ("action", "action", "action")
        )}

    @property
    def observation_space(self) -> Any:
        """Gymnasium's space of the observations."""
        from ._spaces import to_space

        return to_space(self.spaces["observation"])

    @property
    def action_space(self) -> Any:
        """Gymnasium's space of the actions."""
        from ._spaces import to_space

        return to_space(self.spaces["action"])

    # Episodes.

    @property
    def episodes(self) -> Table:
        """A row for each episode. A missing seed is -1."""
        return self._episode_table("")

    def _episode_table(self, condition: str, *values: Any) -> Table:
        if self.format == 1:
            names = [name for name in _EPISODE_COLUMNS if name not in ("success", "options", "ended")]
        else:
            names = list(_EPISODE_COLUMNS)
        rows = self._rows(f"SELECT {', '.join(names)} FROM episodes {condition} ORDER BY episode", *values)
        columns = dict(zip(names, zip(*rows))) if rows else {name: () for name in names}
        arrays: dict[str, np.ndarray] = {}
        for name, column in columns.items():
            if name in _REAL_COLUMNS:
                arrays[name] = np.array(column, np.float64)  # None is NaN
            elif name == "seed":
                arrays[name] = np.array([-1 if seed is None else seed for seed in column], np.int64)
            elif name == "options":
                arrays[name] = np.array(column, object)
            else:
                arrays[name] = np.array(column, "U11" if name == "ending" else np.int64)
        return Table(arrays)

    def select(self, selection: Selection = "best") -> list[int]:
        """The numbers of the selected episodes.

        `"best"`, `"worst"`, `"median"`, `"first"` and `"last"` choose among the finished episodes;
        if there is none, among all. A slice selects from the list of episodes.
        """
        if isinstance(selection, (int, np.integer)):
            return [int(selection)]
        if isinstance(selection, str):
            if selection.isdigit():
                return [int(selection)]
            return self._named(selection)
        numbers = [number for (number,) in self._rows("SELECT episode FROM episodes ORDER BY episode")]
        if isinstance(selection, slice):
            return numbers[selection]
        return [int(number) for number in selection]

    def _named(self, name: str) -> list[int]:
        orders = {
            "best": "ORDER BY return DESC, episode", "worst": "ORDER BY return, episode",
            "first": "ORDER BY episode", "last": "ORDER BY episode DESC",
            "median": "ORDER BY return, episode", "all": "ORDER BY episode",
        }  # fmt: skip
        if name not in orders:
            raise ValueError(f"an episode is {', '.join(orders)} or a number, not '{name}'")
        if name == "all":
            return [number for (number,) in self._rows(f"SELECT episode FROM episodes {orders[name]}")]
        over = "WHERE ending IN ('terminated', 'truncated')"
        if not self._one(f"SELECT count(*) FROM (SELECT 1 FROM episodes {over} LIMIT 1)"):
            over = "WHERE 1"
        if name != "first" and name != "last":
            over += " AND return NOT NULL"
        place = (self._one(f"SELECT count(*) FROM episodes {over}") - 1) // 2 if name == "median" else 0
        query = f"SELECT episode FROM episodes {over} {orders[name]} LIMIT 1 OFFSET ?"
        found = self._rows(query, max(place, 0))
        if not found:
            raise RecordingError(f"{self.path} has no episode yet")
        return [found[0][0]]

    def transitions(self, selection: Selection = "best", pixels: bool = True) -> Transitions:
        """The steps of some episodes as NumPy arrays.

        Observations that are pictures or very large were recorded only for some episodes; without
        `pixels` they are left out, as None.

        Example:
            >>> steps = run.transitions("last")  # doctest: +SKIP
            >>> steps.observations.shape, steps.rewards.sum()  # doctest: +SKIP
        """
        with self._snapshot():
            if isinstance(selection, str) and selection == "all":
                return self._all_transitions(pixels)
            parts = [self._rows_of(number) for number in self.select(selection)]
            return self._assemble(parts, pixels)

    def __iter__(self) -> Iterator[Transitions]:
        """Every episode, one after the other, in constant memory."""
        for number in self.select("all"):
            yield self.transitions(number)

    def __len__(self) -> int:
        return self._one("SELECT count(*) FROM episodes")

    # What else was recorded.

    @property
    def metric_names(self) -> list[str]:
        """The names of the metrics."""
        return [name for (name,) in self._rows("SELECT DISTINCT name FROM metrics ORDER BY name")]

    def metrics(self, name: str) -> Series:
        """A metric's values, and the number of steps before each.

        Example:
            >>> steps, losses = run.metrics("losses/td_loss")  # doctest: +SKIP
        """
        query = "SELECT step, value FROM metrics WHERE name = ? ORDER BY rowid"
        return self._series(query, name)

    @property
    def info_names(self) -> list[str]:
        """The names of the recorded info values."""
        if self.format == 1:
            return []
        return [name for (name,) in self._rows("SELECT DISTINCT name FROM infos ORDER BY name")]

    def infos(self, name: str) -> Series:
        """A named value of the steps' infos: numbers, or texts, by step."""
        if self.format == 1:
            return Series(np.zeros(0, np.int64), np.zeros(0))
        query = "SELECT step, coalesce(text, value) FROM infos WHERE name = ? ORDER BY rowid"
        return self._series(query, name)

    @property
    def checkpoint_steps(self) -> list[int]:
        """The step numbers of the checkpoints."""
        return [step for (step,) in self._rows("SELECT step FROM checkpoints ORDER BY step")]

    def checkpoint(self, step: Optional[int] = None) -> Checkpoint:
        """The parameters by name after `step` steps: the newest checkpoint up to then."""
        found = self._rows(
            "SELECT step, kind, parameters, training_state FROM checkpoints WHERE step <= ?"
            " ORDER BY step DESC LIMIT 1",
            (1 << 62) if step is None else step,
        )
        if not found:
            raise RecordingError(f"{self.path} has no checkpoint up to step {step}")
        at, kind, parameters, state = found[0]
        tensors = _safetensors.unpack(parameters)
        if kind == "qtable-sparse":
            tensors = _dense(tensors)
        return Checkpoint(at, kind, tensors, json.loads(state or "{}"))

    def images(self, selection: Selection = "best") -> Frames:
        """The pixels of an episode, if they were recorded; else an empty sequence."""
        (number,) = self.select(selection)
        if self.format == 1:
            return Frames([], [], 0)
        rows = self._rows("SELECT t, png FROM images WHERE episode = ? ORDER BY t", number)
        steps = self._one("SELECT steps FROM episodes WHERE episode = ?", number)
        return Frames([t for t, _ in rows], [png for _, png in rows], steps + 1 if rows else 0)

    # Export to other tools.

    def to_pandas(self, table: str = "transitions", selection: Selection = "all") -> Any:
        """`"episodes"`, `"transitions"`, `"metrics"` or `"infos"` as a pandas data frame."""
        from .exchange import to_pandas

        return to_pandas(self, table, selection)

    def to_parquet(self, path: Union[str, "os.PathLike[str]"], table: str = "transitions") -> None:
        """Writes a table as a Parquet file, in constant memory."""
        from .exchange import to_parquet

        to_parquet(self, path, table)

    def film(
        self, selection: Selection = "best", output: Optional[str] = None, **options: Any
    ) -> Film:
        """Makes a film of some episodes with the program `reel`; it shows itself in a notebook.

        The program is the one in the environment variable REEL, the one installed with this package, or
        `reel` on the PATH. Options are the program's: `size=480` is `--size 480`, `learning=True` is `--learning`.

        Example:
            >>> run.film("best", size=320)  # doctest: +SKIP
        """
        program = _program.find()
        if output is None:
            output = os.path.join(tempfile.mkdtemp(prefix="reel-"), "film.gif")
        names = selection if isinstance(selection, str) else ",".join(map(str, self.select(selection)))
        command = [program, "film", self.path, "-o", output, "--episode", names, "--quiet"]
        for name, value in options.items():
            if value is not False and value is not None:
                command += [f"--{name.replace('_', '-')}", *([] if value is True else [str(value)])]
        try:
            done = subprocess.run(command, capture_output=True, text=True)
        except OSError as error:
            raise RecordingError(f"{program} cannot be run: {error}") from error
        if done.returncode not in (0, 3):
            raise RecordingError(done.stderr.strip() or f"{program} failed")
        return Film(output)

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Run({self.path!r}: {self.world}, {self.steps} steps, {len(self)} episodes)"

    def _repr_html_(self) -> str:
        episodes = self._episode_table("WHERE ending IN ('terminated', 'truncated')")
        returns = episodes["return"]
        rows = [
            ("world", self.world), ("trainer", self.trainer), ("seed", str(self.seed)),
            ("steps", f"{self.steps:,}"), ("episodes", f"{len(self):,}"),
            ("best return", f"{np.nanmax(returns):.6g}" if np.isfinite(returns).any() else ""),
        ]  # fmt: skip
        return _notebook.facts(rows) + _notebook.curve(returns, "return of episodes")

    # Below: converting rows to arrays.

    def _rows(self, query: str, *values: Any) -> list:
        return self._database.execute(query, values).fetchall()

    def _one(self, query: str, *values: Any) -> Any:
        return self._database.execute(query, values).fetchone()[0]

    def _snapshot(self) -> "_Snapshot":
        return _Snapshot(self._database)

    def _series(self, query: str, name: str) -> Series:
        rows = self._rows(query, name)
        steps = np.array([step for step, _ in rows], np.int64)
        values = [value for _, value in rows]
        are_texts = any(isinstance(value, str) for value in values)
        return Series(steps, np.array(values, object if are_texts else np.float64))

    @cached_property
    def observation_codec(self) -> Union[Codec, _Bytes]:
        return _codec(self.spaces["observation"])

    @cached_property
    def action_codec(self) -> Union[Codec, _Bytes]:
        return _codec(self.spaces["action"])

    def _described(self, subject: str, column: str) -> dict:
        """A space derived from the fields."""
        kinds = self._rows(f"SELECT typeof({column}) FROM transitions LIMIT 1")
        if not kinds or kinds[0][0] == "integer":
            return {"type": "Discrete", "n": 1 << 61, "start": 0}
        rows = self._rows(
            "SELECT name, type, count FROM fields WHERE subject = ? ORDER BY offset, rowid", subject
        )
        if not rows or any(kind == "digit" or kind.isalpha() for _, kind, _ in rows):
            return {"type": "Bytes"}  # no numbers of known types
        low_high = {"low": "-inf", "high": "inf"}
        kinds_of_fields = {kind for _, kind, _ in rows}
        if len(kinds_of_fields) == 1:
            count = sum(count for _, _, count in rows)
            return {"type": "Box", "shape": [count], "dtype": rows[0][1], **low_high}
        parts = {
            name: {"type": "Box", "shape": [count], "dtype": kind, **low_high}
            for name, kind, count in rows
        }
        return {"type": "Dict", "spaces": parts}

    def _rows_of(self, number: int) -> _Rows:
        found = self._rows("SELECT first_step, stride, steps FROM episodes WHERE episode = ?", number)
        if not found:
            raise RecordingError(f"{self.path} has no episode {number}")
        first, stride, steps = found[0]
        rows = self._rows(
            "SELECT step, episode, state, action, reward FROM transitions"
            " WHERE step BETWEEN ? AND ? AND episode = ? ORDER BY step",
            first, first + (steps - 1) * stride, number,
        )  # fmt: skip
        return self._columns(rows)

    def _columns(self, rows: list) -> _Rows:
        columns = list(zip(*rows)) if rows else [()] * 5
        return _Rows(
            np.array(columns[0], np.int64), np.array(columns[1], np.int64),
            self.observation_codec.gather(columns[2]) if rows else np.empty(0, self.observation_codec.dtype),
            self.action_codec.gather(columns[3]) if rows else np.empty(0, self.action_codec.dtype),
            np.array(columns[4], np.float64),
        )  # fmt: skip

    def _all_transitions(self, pixels: bool) -> Transitions:
        cursor = self._database.execute(
            "SELECT step, episode, state, action, reward FROM transitions ORDER BY step"
        )
        parts = []
        while True:
            rows = cursor.fetchmany(_ROWS)
            if not rows:
                break
            parts.append(self._columns(rows))
        if not parts:
            return self._assemble([], pixels)
        joined = _Rows(*(np.concatenate(column) for column in zip(*parts)))
        order = np.argsort(joined.episode, kind="stable")
        return self._assemble([_Rows(*(column[order] for column in joined))], pixels)

    def _assemble(self, parts: list[_Rows], pixels: bool) -> Transitions:
        """Arrays from rows that are sorted by episode."""
        if not parts:
            parts = [self._columns([])]
        rows = _Rows(*(np.concatenate(column) for column in zip(*parts))) if len(parts) > 1 else parts[0]
        # Where each episode begins and ends among the rows.
        starts = np.flatnonzero(np.concatenate(([True], rows.episode[1:] != rows.episode[:-1])))
        starts = starts if len(rows.step) else starts[:0]
        ends = np.append(starts[1:], len(rows.step))[: len(starts)] - 1
        numbers = rows.episode[starts].tolist()
        facts = {}
        for place in range(0, len(numbers), 500):
            some = numbers[place : place + 500]
            query = f"SELECT * FROM episodes WHERE episode IN ({','.join('?' * len(some))})"
            facts.update({row[0]: row for row in self._rows(query, *some)})
        found = [facts[number] for number in numbers]
        finals = self.observation_codec.gather([row[7] for row in found]) if found else rows.states[:0]
        next_states = np.concatenate((rows.states[1:], rows.states[:1]))[: len(rows.step)]
        if len(ends):
            next_states[ends] = finals
        first = np.repeat([row[2] for row in found], ends - starts + 1) if found else rows.step
        stride = np.repeat([row[3] for row in found], ends - starts + 1) if found else 1
        t = ((rows.step - first) // stride).astype(np.int64)
        terminated, truncated = np.zeros(len(t), bool), np.zeros(len(t), bool)
        for end, row in zip(ends.tolist(), found):
            is_last = t[end] == row[4] - 1
            terminated[end] = is_last and row[6] == "terminated"
            truncated[end] = is_last and row[6] == "truncated"
        observations = next_observations = None
        if pixels or self.observation_codec.aside in (None, "json"):
            observations, next_observations = self._observations(rows, next_states, t)
        actions = (
            self._aside(self.action_codec, "action", rows.episode, t)
            if self.action_codec.aside else self.action_codec.decode(rows.actions)
        )  # fmt: skip
        if len(numbers) == 1:
            table = self._episode_table("WHERE episode = ?", numbers[0])
        else:
            chosen = set(numbers)
            everything = self.episodes
            kept = np.isin(everything["episode"], list(chosen))
            table = Table({name: everything[name][kept] for name in everything.columns})
        return Transitions(
            observations, actions, rows.rewards, next_observations, terminated, truncated, t, rows.step,
            rows.episode, table,
        )  # fmt: skip

    def _observations(self, rows: _Rows, next_states: np.ndarray, t: np.ndarray) -> tuple:
        codec = self.observation_codec
        if codec.aside is None:
            return codec.decode(rows.states), codec.decode(next_states)
        if codec.aside == "picture":
            return self._pictures(rows.episode, t), self._pictures(rows.episode, t + 1)
        return (
            self._aside(codec, "observation", rows.episode, t),
            self._aside(codec, "observation", rows.episode, t + 1),
        )

    def _aside(self, codec: Codec, kind: str, episodes: np.ndarray, t: np.ndarray) -> Any:
        """Values that are stored in `scenes`."""
        found: dict[tuple[int, int], bytes] = {}
        for number in np.unique(episodes).tolist():
            query = "SELECT t, data FROM scenes WHERE episode = ? AND kind = ?"
            found.update({(number, at): data for at, data in self._rows(query, number, kind)})
        try:
            data = [found[place] for place in zip(episodes.tolist(), t.tolist())]
        except KeyError as missing:
            number = missing.args[0][0]
            raise RecordingError(
                f"the {kind}s of episode {number} were not recorded: `frames` chose other episodes"
            ) from None
        if codec.aside == "json":
            return [from_json(codec.description, json.loads(each)) for each in data]
        return codec.inflate([zlib.decompress(each) for each in data])

    def _pictures(self, episodes: np.ndarray, t: np.ndarray) -> np.ndarray:
        shape, pictures = tuple(self.spaces["observation"]["shape"]), []
        frames: dict[int, Frames] = {}
        for number, at in zip(episodes.tolist(), t.tolist()):
            if number not in frames:
                frames[number] = self.images(number)
            if not len(frames[number]):
                raise RecordingError(
                    f"the pictures of episode {number} were not recorded: `frames` chose other episodes"
                )
            pictures.append(as_observation(frames[number][at], shape))
        return np.array(pictures)


class _Bytes:
    """A column without a description: its values are read as bytes."""

    aside = None
    dtype = np.dtype(object)

    def gather(self, chunks: Any) -> np.ndarray:
        column = np.empty(len(chunks), object)
        column[:] = chunks
        return column

    def decode(self, column: np.ndarray) -> np.ndarray:
        return column


def _codec(description: dict) -> Union[Codec, _Bytes]:
    return _Bytes() if description["type"] == "Bytes" else Codec(description)


class _Snapshot:
    """Several queries that see the same state of a file that is being written."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __enter__(self) -> None:
        self._is_outer = not self._database.in_transaction
        if self._is_outer:
            self._database.execute("BEGIN")

    def __exit__(self, *_: Any) -> None:
        if self._is_outer:
            self._database.execute("COMMIT")


def _dense(tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """A sparse Q-table's tensors as those of a dense one."""
    shape = tuple(int(size) for size in tensors["shape"])
    count = int(np.prod(shape))
    q, visits = np.zeros(count), np.zeros(count, np.uint32)
    illegal = np.unpackbits(tensors["illegal"].view(np.uint8), bitorder="little")[:count].astype(bool)
    q[illegal] = -np.inf
    index = tensors["index"].astype(np.int64)
    q[index], visits[index] = tensors["q"], tensors["visits"]
    return {"q": q.reshape(shape), "visits": visits.reshape(shape)}

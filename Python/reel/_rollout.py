"""Turns events into batches of rows: numbers the steps, counts the episodes.

A `Rollout` belongs to the thread that writes. It works with arrays on whole batches of calls, which
would be slow step by step.
"""

from __future__ import annotations

import hashlib
import operator
import zlib
from functools import reduce
from typing import Any, NamedTuple, Optional

import numpy as np

from . import _png
from ._hashes import NULL, hash_columns, hash_rows
from ._spaces import Codec

_NAN = np.frombuffer(NULL, np.float64)[0]


class Shown(NamedTuple):
    """The part of an observation that the column of states cannot hold, and its pixels."""

    aside: Any = None  # a text, or the bytes of a large Box
    frame: Optional[np.ndarray] = None


class Extra(NamedTuple):
    """What a call says about one world besides its state, action and reward."""

    infos: tuple = ()  # (name, value, text)
    success: Optional[int] = None
    action: Any = None  # what the column of actions cannot hold
    shown: Shown = Shown()
    # If the world was reset in the same call: the state that the episode ended in.
    final: Any = None
    final_shown: Shown = Shown()


class Reset(NamedTuple):
    """A reset of worlds before the next call."""

    worlds: tuple  # their numbers
    states: np.ndarray  # one for each of them
    seeds: tuple
    options: Optional[str]
    shown: dict  # a `Shown` by world, where there is any


class Start(NamedTuple):
    """How an episode of a world began."""

    seed: Optional[int] = None
    options: Optional[str] = None
    shown: Shown = Shown()


class Note:
    """An event other than a call of `step`: a `Reset`, `Metric` or `Checkpoint`.

    One class for all, so that they are found among thousands of calls without checking each.
    """

    __slots__ = ("what",)

    def __init__(self, what: Any) -> None:
        self.what = what


class Metric(NamedTuple):
    name: str
    value: Optional[float]


class Checkpoint(NamedTuple):
    kind: str
    parameters: bytes
    training_state: str


class Batch:
    """The rows of one commit, and the hashes of its sections."""

    def __init__(self, first_step: int, last_step: int) -> None:
        self.first_step, self.last_step = first_step, last_step
        self.transitions: list[list] = [[], [], [], [], []]  # columns
        self.transitions_hash = hash_rows([])
        self.ended: list[tuple] = []
        self.open: list[tuple] = []
        self.metrics: list[tuple] = []
        self.checkpoints: dict[int, tuple] = {}
        self.infos: list[tuple] = []
        self.images: list[tuple] = []
        self.scenes: list[tuple] = []


class _World:
    """What is known of one world between two batches."""

    __slots__ = (
        "number", "start", "first_step", "steps", "total", "begins", "picture_hash", "success"
    )  # fmt: skip

    def __init__(self) -> None:
        self.number = 0  # of the open episode; 0 where there is none
        self.start = Start()
        self.first_step = self.steps = 0
        self.total = 0.0
        self.begins: Optional[int] = None  # the call, from the batch's first, in which the next begins
        self.picture_hash = b""
        self.success: Optional[int] = None


class Rollout:
    """Numbers steps and episodes, and makes batches of what happened.

    `autoreset` is how many calls after the one that ended an episode the next episode begins: 1 if
    the world is reset in the same call, 2 if in the next, None if it is reset by hand.
    """

    def __init__(
        self, observation: Codec, action: Codec, worlds: int, autoreset: Optional[int],
        first_step: int, episodes: int, ended: int,
    ) -> None:  # fmt: skip
        self.observation, self.action = observation, action
        self.autoreset = autoreset
        self.next_step = first_step
        self.episodes, self.ended = episodes, ended
        self.problems: dict[str, str] = {}  # what cannot be recorded as it was, by kind
        self._count = worlds
        self._worlds = [_World() for _ in range(worlds)]
        self._reached = np.zeros(worlds, observation.dtype)

    def batch(self, events: list) -> Batch:
        """The rows of some events, in order.

        A call of `step` is a tuple: the actions, the states reached, the rewards, whether terminated,
        whether truncated, and an `Extra` by world or None. For one world it holds plain values, for
        several the bytes of all their values.
        """
        calls, others = _part(events)
        batch = Batch(self.next_step, self.next_step + len(calls) * self._count - 1)
        _Filling(self, batch, calls, others).run()
        self.next_step = batch.last_step + 1
        return batch

    def finish(self) -> Batch:
        """A batch without steps that ends every open episode at the end of the session."""
        batch = Batch(self.next_step, self.next_step - 1)
        filling = _Filling(self, batch, [], [])
        for index, world in enumerate(self._worlds):
            if world.number:
                filling.end(index, 0, "interrupted", filling.reached_before(0, index))
        filling.run()
        return batch


class _Filling:
    """The making of one batch. Calls are numbered from its first."""

    def __init__(self, rollout: Rollout, batch: Batch, calls: list, others: list) -> None:
        self.rollout, self.batch, self.others = rollout, batch, others
        self.worlds, self.count = rollout._worlds, rollout._count
        self.calls = len(calls)
        shape = (self.calls, self.count)
        columns = list(zip(*calls)) if calls else [()] * 6
        self.extras = columns[5]
        if calls:
            self.states = _column(rollout.observation, columns[1], shape)
            self.actions = _column(rollout.action, columns[0], shape)
        self.rewards = _matrix(columns[2], np.float64, shape) + 0.0
        self.terminated = _matrix(columns[3], bool, shape)
        self.done = self.terminated | _matrix(columns[4], bool, shape)
        self.rewards[np.isnan(self.rewards)] = _NAN
        self.reward_lists = self.rewards.T.tolist()
        # Which episode each step belongs to; 0 if a world was only reset.
        self.numbers = np.zeros(shape, np.int64)
        self.before = np.empty(shape, rollout.observation.dtype)
        if calls:
            self.before[0] = rollout._reached
            self.before[1:] = self.states[:-1]

    def run(self) -> None:
        marks = self.done.any(axis=1)
        if any(self.extras):
            marks |= np.fromiter(map(bool, self.extras), bool, self.calls)
        marked = np.flatnonzero(marks).tolist()
        place = 0
        for position, event in [*self.others, (self.calls, None)]:
            while place < len(marked) and marked[place] < position:
                self._mark(marked[place])
                place += 1
            if event is not None:
                self._handle(position, event)
        self._close()

    # Events.

    def _handle(self, position: int, event: Any) -> None:
        step = self.batch.first_step + position * self.count
        if event.__class__ is Reset:
            self._reset(position, event)
        elif event.__class__ is Metric:
            self.batch.metrics.append((step, event.name, event.value))
        else:
            self.batch.checkpoints[step] = (step, *event)

    def _reset(self, position: int, reset: Reset) -> None:
        self._begin(position - 1)
        for place, index in enumerate(reset.worlds):
            world = self.worlds[index]
            if world.number:
                self.end(index, position, "interrupted", self.reached_before(position, index))
            world.start = Start(
                reset.seeds[place], reset.options, reset.shown.get(index, Shown())
            )
            world.begins = position
            state = reset.states[place]
            if position < self.calls:
                self.before[position, index] = state
            else:
                self.rollout._reached[index] = state

    def _mark(self, call: int) -> None:
        """Handles a call in which an episode ends, or that says more than the columns hold."""
        self._begin(call)
        extras = self.extras[call] or {}
        for index, done in enumerate(self.done[call].tolist()):
            world, extra = self.worlds[index], extras.get(index)
            if not (done or extra):
                continue
            if not world.number:
                # Reset in this call: its observation is the beginning of the next episode.
                if extra and world.begins == call + 1:
                    world.start = Start(shown=extra.shown)
                continue
            if extra:
                self._add_extra(world, call, index, extra, done)
            if done:
                final = self.states[call, index]
                if extra and extra.final is not None:
                    final = self.rollout.observation.gather([extra.final])[0]
                ending = "terminated" if self.terminated[call, index] else "truncated"
                self.end(index, call + 1, ending, final)
                if self.rollout.autoreset:
                    world.begins = call + self.rollout.autoreset
                    if extra and self.rollout.autoreset == 1:
                        world.start = Start(shown=extra.shown)

    # Episodes.

    def _begin(self, until: int) -> None:
        """Begins the episodes whose first step is in a call up to this one, in the order of those steps."""
        due = []
        for index, world in enumerate(self.worlds):
            if not world.number and world.begins is not None and world.begins <= until:
                due.append((world.begins, index))
        due.sort()
        for call, index in due:
            world = self.worlds[index]
            self.rollout.episodes += 1
            world.number = self.rollout.episodes
            world.first_step = self.batch.first_step + call * self.count + index
            world.steps, world.total, world.success, world.picture_hash = 0, 0.0, None, b""
            self._show(world, 0, world.start.shown)

    def end(self, index: int, until: int, ending: str, final: Any) -> None:
        """Ends a world's episode before a call."""
        world, rollout = self.worlds[index], self.rollout
        self._fill(index, until)
        rollout.ended += 1
        self.batch.ended.append(self._row(world, ending, final, rollout.ended))
        world.number, world.begins, world.start = 0, None, Start()

    def _fill(self, index: int, until: int) -> None:
        """Counts the steps of a world's open episode in the calls of this batch before one."""
        world = self.worlds[index]
        begin = max(world.begins or 0, 0)
        if until > begin:
            self.numbers[begin:until, index] = world.number
            world.steps += until - begin
            world.total = reduce(operator.add, self.reward_lists[index][begin:until], world.total)
        world.begins = None

    def _row(self, world: _World, ending: str, final: Any, ended: Optional[int]) -> tuple:
        total = None if world.total != world.total else world.total + 0.0
        return (
            world.number, world.start.seed, world.first_step, self.count, world.steps, total, ending,
            _value(final), world.start.options, world.success if ended else None, ended,
        )  # fmt: skip

    def reached_before(self, call: int, index: int) -> Any:
        """The state that a world had reached before a call."""
        return self.states[call - 1, index] if call else self.rollout._reached[index]

    # Parts that columns cannot hold.

    def _add_extra(self, world: _World, call: int, index: int, extra: Extra, done: bool) -> None:
        step = self.batch.first_step + call * self.count + index
        t = (step - world.first_step) // self.count
        self.batch.infos += [(step, *info) for info in extra.infos]
        if extra.action is not None:
            self.batch.scenes.append((world.number, t, "action", _bytes(extra.action)))
        if extra.success is not None:
            world.success = extra.success
        # If it was reset in the same call, `shown` is the beginning of the next episode.
        is_reset = done and self.rollout.autoreset == 1
        self._show(world, t + 1, extra.final_shown if is_reset else extra.shown)

    def _show(self, world: _World, t: int, shown: Shown) -> None:
        if shown.aside is not None:
            self.batch.scenes.append((world.number, t, "observation", _bytes(shown.aside)))
        if shown.frame is not None:
            png = _png.encode(shown.frame)
            digest = hashlib.sha256(png).digest()
            # A picture that has not changed is not stored again.
            if digest != world.picture_hash:
                self.batch.images.append((world.number, t, digest, png))
                world.picture_hash = digest

    # The end.

    def _close(self) -> None:
        rollout, batch = self.rollout, self.batch
        self._begin(self.calls - 1)
        for index, world in enumerate(self.worlds):
            if world.number:
                self._fill(index, self.calls)
                batch.open.append(
                    self._row(world, "running", self.reached_before(self.calls, index), None)
                )
            elif world.begins is not None:
                world.begins -= self.calls
            elif self.calls and not self.numbers[-1, index]:
                rollout.problems.setdefault(
                    "after the end", "steps after the end of an episode, without a reset, are left out"
                )
        if not self.calls:
            return
        reset_last = {
            index
            for position, event in self.others
            if position == self.calls and isinstance(event, Reset)
            for index in event.worlds
        }
        for index in range(self.count):
            if index not in reset_last:
                rollout._reached[index] = self.states[-1, index]
        self._check_spaces()
        kept = self.numbers.reshape(-1) != 0
        steps = np.arange(batch.first_step, batch.last_step + 1)
        columns = [steps, self.numbers, self.before, self.actions, self.rewards]
        columns = [column.reshape(-1)[kept] for column in columns]
        batch.transitions_hash = hash_columns(columns)
        batch.transitions = [column.tolist() for column in columns]

    def _check_spaces(self) -> None:
        problems = self.rollout.problems
        for codec, column, what in (
            (self.rollout.observation, self.states, "observations"),
            (self.rollout.action, self.actions, "actions"),
        ):
            if f"{what} outside" not in problems and codec.outside(column.reshape(-1)):
                problems[f"{what} outside"] = (
                    f"some {what} are outside their space; they are recorded as they are"
                )


def _part(events: list) -> tuple[list, list[tuple[int, Any]]]:
    """The calls among some events, and what else happened, with how many calls came before it."""
    kinds = list(map(type, events))
    calls: list = []
    others: list[tuple[int, Any]] = []
    begin = 0
    for _ in range(kinds.count(Note)):
        place = kinds.index(Note, begin)
        calls += events[begin:place]
        others.append((len(calls), events[place].what))
        begin = place + 1
    return calls + events[begin:], others


def _column(codec: Codec, chunks: tuple, shape: tuple[int, int]) -> np.ndarray:
    """A column's values by call and world; values stored elsewhere have no bytes to count."""
    return np.empty(shape, codec.dtype) if codec.aside else codec.gather(chunks).reshape(shape)


def _matrix(column: tuple, kind: Any, shape: tuple[int, int]) -> np.ndarray:
    """Values of one world, or the bytes of all worlds' values, call after call."""
    if column and isinstance(column[0], bytes):
        return np.frombuffer(b"".join(column), kind).reshape(shape)
    return np.fromiter(column, kind, shape[0]).reshape(shape)


def _value(item: Any) -> Any:
    """One value of a column in SQLite's form."""
    return item.tobytes() if item.__class__ is np.void else int(item)


def _bytes(data: Any) -> bytes:
    """An entry of `scenes`: a text as it is, values of a Box deflated."""
    return data.encode() if isinstance(data, str) else zlib.compress(data, 6)

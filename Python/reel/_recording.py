"""A recording while it is made: a queue of what happened, and the thread that writes it.

Whatever goes wrong here ends the recording with one warning, never the program that is recorded.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
import warnings
import weakref
from typing import Any, Optional

from ._rollout import Checkpoint, Metric, Note, Rollout
from ._writer import Facts, Writer
from .errors import RecordingError, RecordingWarning

# Commits begin this far apart, so that with the duration of one a kill costs less than 300 ms.
_INTERVAL = 0.1
# A commit that takes longer than this many seconds makes the program wait for its end.
_LATE = 0.01
# Rows of one commit, and how many may wait before the program waits for the file.
_BATCH_ROWS = 8192
_WAITING_ROWS = 4 * _BATCH_ROWS
# Bytes of pictures and large observations that may wait.
_WAITING_BYTES = 64 << 20

_living: "weakref.WeakSet[LiveRecording]" = weakref.WeakSet()
# Connections that a forked child must neither use nor close: they belong to its parent.
_parents: list = []


class LiveRecording:
    """Takes events from the program, and commits them on a thread of its own.

    `put` adds an event. When `len(events)` has reached `limit`, the program calls `push_back` and checks
    whether the recording `is_active`, so that little work is done for each step.
    """

    def __init__(
        self, writer: Writer, rollout: Rollout, row_bytes: int, on_error: str
    ) -> None:
        self.path = writer.path
        self.events: list = []
        self.put = self.events.append
        self.is_active = True
        self.rows_of_call = rollout._count
        rows = max(64, min(_BATCH_ROWS, _WAITING_BYTES // 4 // max(1, row_bytes)))
        self._batch_calls = max(1, rows // rollout._count)
        # How many events may wait before the program checks whether it has to wait.
        self.limit = self._batch_calls
        self._most = max(4, _WAITING_ROWS // _BATCH_ROWS) * self._batch_calls
        self._weighed = self._written_weight = 0
        self._writer, self._rollout = writer, rollout
        self._on_error = on_error
        self._error: Optional[BaseException] = None
        self._warned: set[str] = set()
        self._wake, self._progress = threading.Event(), threading.Condition()
        self._flushes: list[threading.Event] = []
        self._is_alone = self._is_closing = False
        self._late_from = 0.0
        self._is_closed = False
        _living.add(self)
        self._thread = threading.Thread(target=self._work, name="reel", daemon=True)
        self._thread.start()

    # The program's side.

    @property
    def committed_steps(self) -> int:
        """How many steps are safely in the file."""
        return self._writer.committed_steps

    def note(self, what: Any) -> None:
        """Adds an event other than a call of `step`."""
        self.put(Note(what))

    def metric(self, name: str, value: Any) -> None:
        self.note(Metric(str(name), _real(value)))

    def checkpoint(self, checkpoint: Checkpoint) -> None:
        self.weigh(len(checkpoint.parameters))
        self.note(checkpoint)

    def weigh(self, size: int) -> None:
        """Counts pending bytes besides the columns; waits if they are too many."""
        self._weighed += size
        if self._weighed - self._written_weight > _WAITING_BYTES:
            self.push_back()

    def push_back(self) -> None:
        """Called when many events are pending, or the thread needs the program to pause; waits for it."""
        with self._progress:
            if self._is_alone:
                self._progress.wait_for(lambda: not self._is_alone, timeout=1)
                return
        self._wake.set()
        self.limit = len(self.events) + self._batch_calls
        with self._progress:
            while self.is_active and (
                len(self.events) > self._most
                or self._weighed - self._written_weight > _WAITING_BYTES
                and self.events
            ):
                self._progress.wait(0.05)

    def flush(self) -> None:
        """Waits until everything so far is in the file."""
        if not self.is_active or not self._thread.is_alive():
            return
        done = threading.Event()
        self._flushes.append(done)
        self._wake.set()
        while not done.wait(0.1) and self._thread.is_alive():
            pass

    def close(self) -> None:
        """Commits what is left, and closes the file. In a forked child this does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        self._is_closing = True
        self._wake.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()
        self.is_active = False

    def fail(self, error: BaseException) -> None:
        """Ends the recording, because the program's side failed: what is committed stays."""
        if self.is_active:
            self.is_active = False
            self._error = error
            self._report(error)
        self.close()
        if self._on_error == "raise":
            raise RecordingError(self._sentence(error)) from error

    def warn_once(self, kind: str, text: str) -> None:
        """Warns of something that could not be recorded as it was."""
        if kind not in self._warned:
            self._warned.add(kind)
            warnings.warn(f"{self.path}: {text}", RecordingWarning, stacklevel=4)

    def check(self) -> None:
        """Raises the error that stopped the thread, if errors are to be raised."""
        if self._error is not None and self._on_error == "raise":
            error, self._error = self._error, None
            raise RecordingError(self._sentence(error)) from error

    def forget(self) -> None:
        """Called in a forked child: the recording belongs to its parent."""
        self.is_active = False
        self.limit = 0
        self._is_closed = True
        _leak(self._writer)

    # The thread's side.

    def _work(self) -> None:
        error: Optional[BaseException] = None
        try:
            begun = time.monotonic()
            while not self._is_closing:
                self._wake.wait(max(0.0, begun + _INTERVAL - time.monotonic()))
                self._wake.clear()
                begun = time.monotonic()
                self._commit_all()
            self._commit_all()
        except BaseException as failure:  # noqa: BLE001 the program goes on whatever happens here
            error = failure
        self._end(error)

    def _commit_all(self) -> None:
        flushes, self._flushes = self._flushes, []
        left = len(self.events)  # what comes meanwhile is the next time's
        while left:
            weight = self._weighed
            # Both are done at once as seen from the other thread: what is appended meanwhile stays.
            taken = self.events[: min(left, self._batch_calls)]
            del self.events[: len(taken)]
            left -= len(taken)
            late = self._commit(taken)
            if not self.events:
                self._written_weight = weight
            for kind, text in list(self._rollout.problems.items()):
                self.warn_once(kind, text)
            if late:
                self.warn_once(
                    "checkpoint", f"step {late[0]} has a checkpoint already; the later one is left out"
                )
        for flush in flushes:
            flush.set()

    def _commit(self, events: list) -> list[int]:
        """Commits a batch; if the program takes a step meanwhile, it waits for a part of that.

        NumPy releases Python's lock in each operation on a large array, and SQLite in each statement;
        a busy program returns it only after 5 ms. While the program rests, a batch is made in less
        time than one of these. SQLite's work takes longer and needs no lock, so the program continues
        meanwhile, unless the machine is so busy that the commit is late.
        """
        self._be_alone()
        try:
            batch = self._rollout.batch(events)
            self._let_go()
            self._late_from = time.monotonic() + _LATE
            return self._writer.commit(batch, self._hurry)
        finally:
            self._let_go()

    def _hurry(self) -> None:
        if not self._is_alone and time.monotonic() > self._late_from:
            self._be_alone()

    def _be_alone(self) -> None:
        self._is_alone = True
        self.limit = 0

    def _let_go(self) -> None:
        with self._progress:
            self._is_alone = False
            self.limit = self._batch_calls
            self._progress.notify_all()

    def _end(self, error: Optional[BaseException]) -> None:
        was_active = self.is_active
        try:
            self._writer.close(None if error else self._rollout.finish())
        except BaseException as failure:  # noqa: BLE001
            error = error or failure
        self.is_active = False
        self.limit = 0
        if error is not None and self._error is None:
            self._error = error
            if was_active:
                self._report(error)
        self.events.clear()
        for flush in self._flushes:
            flush.set()
        with self._progress:
            self._progress.notify_all()

    def _sentence(self, error: BaseException) -> str:
        reason = str(error) or type(error).__name__
        if isinstance(error, sqlite3.OperationalError) and "full" in reason:
            reason = "its disk is full"
        where = "" if self.path in reason else f"{self.path}: "
        return (
            f"{where}{reason}. The recording ends here, intact, with {self.committed_steps} steps;"
            " the program continues without it"
        )

    def _report(self, error: BaseException) -> None:
        if self._on_error != "raise":
            with contextlib.suppress(Exception):
                self.warn_once("error", self._sentence(error).removeprefix(f"{self.path}: "))


def _real(value: Any) -> Optional[float]:
    """A number as SQLite stores it: no -0.0 and no NaN."""
    number = float(value.item() if hasattr(value, "item") else value)
    return None if number != number else number + 0.0


def _leak(value: Any) -> None:
    """Keeps an object until the process ends, and beyond its last garbage collection."""
    _parents.append(value)
    with contextlib.suppress(Exception):
        import ctypes

        ctypes.pythonapi.Py_IncRef(ctypes.py_object(value))
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(value.database))


def _forget_all() -> None:
    for recording in list(_living):
        recording.forget()


os.register_at_fork(after_in_child=_forget_all)

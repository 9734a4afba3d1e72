"""What every recorder accepts besides steps: metrics, checkpoints, the end."""

from __future__ import annotations

import functools
from typing import Any, Callable, Mapping, Optional

from . import _safetensors
from ._recording import LiveRecording
from ._rollout import Checkpoint
from ._setup import json_text, q_table


def _guarded(method: Callable) -> Callable:
    """Makes a method do nothing without a recording, and end the recording if it fails."""

    @functools.wraps(method)
    def guarded(self: "Log", *arguments: Any, **named: Any) -> None:
        recording = self._recording
        if recording is None:
            return
        if not recording.is_active:
            self._drop()
            return
        try:
            method(self, recording, *arguments, **named)
        except Exception as error:  # noqa: BLE001 recording never breaks training
            self._give_up(error)

    return guarded


class Log:
    """A recording that a program adds to."""

    _recording: Optional[LiveRecording] = None
    _path = ""
    _steps_at_end = 0

    @property
    def committed_steps(self) -> int:
        """How many steps are safely in the file; a kill costs only later ones."""
        return self._steps_at_end if self._recording is None else self._recording.committed_steps

    @property
    def is_recording(self) -> bool:
        """Whether steps are still being recorded."""
        return self._recording is not None and self._recording.is_active

    @_guarded
    def metric(self, recording: LiveRecording, name: str, value: float) -> None:
        """Records a number after the steps so far.

        Example:
            >>> env.metric("losses/td_loss", 0.25)  # doctest: +SKIP
        """
        recording.metric(name, value)

    @_guarded
    def checkpoint(
        self, recording: LiveRecording, parameters: Mapping[str, Any], kind: str = "parameters",
        training_state: Optional[Mapping[str, Any]] = None,
    ) -> None:  # fmt: skip
        """Records parameters by name, NumPy arrays or PyTorch tensors, after the steps so far.

        Example:
            >>> env.checkpoint(model.state_dict())  # doctest: +SKIP
        """
        state = json_text(dict(training_state or {}))
        recording.checkpoint(Checkpoint(kind, _safetensors.pack(parameters), state))

    @_guarded
    def q_table(self, recording: LiveRecording, q: Any, visits: Any = None) -> None:
        """Records a Q-table, states × actions, and how often each value was updated."""
        recording.checkpoint(q_table(q, visits))

    @_guarded
    def flush(self, recording: LiveRecording) -> None:
        """Waits until everything so far is in the file."""
        recording.flush()

    def end(self) -> None:
        """Closes the file. Open episodes are interrupted; the environment can still be used."""
        recording = self._recording
        if recording is not None:
            recording.close()
            self._drop()

    def _notice_end(self) -> None:
        """Continues without the recording if its thread has ended it."""
        if self._recording is not None and not self._recording.is_active:
            self._drop()

    def _drop(self) -> None:
        """Continues without the recording, which has ended."""
        recording, self._recording = self._recording, None
        if recording is not None:
            self._steps_at_end = recording.committed_steps
            recording.check()

    def _give_up(self, error: BaseException) -> None:
        recording, self._recording = self._recording, None
        if recording is None:  # `_drop` raised what the program asked for
            raise error
        self._steps_at_end = recording.committed_steps
        recording.fail(error)

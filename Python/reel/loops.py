"""`reel.record`: recording for a hand-written loop, as a `with` block."""

from __future__ import annotations

import os
from typing import Any, Mapping, Optional, Union

from .vector import record_env


class record:  # noqa: N801 it reads as a verb
    """Records an environment, vectorised or not, for as long as the block runs.

    Use `rec.env` in place of the environment. The block closes the file, and leaves the
    environment open.

    Example:
        >>> import gymnasium as gym, reel
        >>> with reel.record(gym.make("CartPole-v1"), "runs/x.sqlite") as rec:  # doctest: +SKIP
        ...     rec.env.reset(seed=1)
        ...     rec.env.step(0)
        ...     rec.metric("losses/td_loss", 0.5)
    """

    def __init__(self, env: Any, path: Union[str, "os.PathLike[str]"], **options: Any) -> None:
        self.env = record_env(env, path, options)

    def __enter__(self) -> "record":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    @property
    def committed_steps(self) -> int:
        """How many steps are safely in the file; a kill costs only later ones."""
        return self.env.committed_steps

    def metric(self, name: str, value: float) -> None:
        """Records a number after the steps so far."""
        self.env.metric(name, value)

    def checkpoint(
        self, parameters: Mapping[str, Any], kind: str = "parameters",
        training_state: Optional[Mapping[str, Any]] = None,
    ) -> None:  # fmt: skip
        """Records parameters by name, NumPy arrays or PyTorch tensors, after the steps so far."""
        self.env.checkpoint(parameters, kind, training_state)

    def q_table(self, q: Any, visits: Any = None) -> None:
        """Records a Q-table, states × actions, and how often each value was updated."""
        self.env.q_table(q, visits)

    def flush(self) -> None:
        """Waits until everything so far is in the file."""
        self.env.flush()

    def close(self) -> None:
        """Closes the file, and leaves the environment open."""
        self.env.end()

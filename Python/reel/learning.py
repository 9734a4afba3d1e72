"""The learning rule of a Q-table, declared so that Reel can rebuild the table at any step."""

from __future__ import annotations

from dataclasses import dataclass

from ._identity import compact


@dataclass(frozen=True)
class QLearning:
    """Q-learning as your program computes it, to the last bit.

    `form` says how the update is written, because the two round differently:
    `error` is ``q += alpha * (r + gamma * max(q') - q)``,
    `blend` is ``q = (1 - alpha) * q + alpha * (r + gamma * max(q'))``.
    After a terminated step there is no ``gamma * max(q')``.

    Example:
        >>> QLearning(alpha=0.1, gamma=0.99).json
        '{"rule":"q-learning","alpha":0.1,"gamma":0.99,"form":"error"}'
    """

    alpha: float
    gamma: float
    form: str = "error"

    def __post_init__(self) -> None:
        if self.form not in ("error", "blend"):
            raise ValueError(f"form is 'error' or 'blend', not {self.form!r}")

    @property
    def json(self) -> str:
        """The value of the run's key `learning`."""
        return compact(
            {"rule": "q-learning", "alpha": self.alpha, "gamma": self.gamma, "form": self.form}
        )

"""Reel: an offline recorder of reinforcement-learning runs, every transition, into one SQLite file.

Example:
    >>> import gymnasium as gym, reel
    >>> env = reel.Recorder(gym.make("CartPole-v1"), "runs/cart.sqlite")  # doctest: +SKIP
    >>> run = reel.open("runs/cart.sqlite")  # doctest: +SKIP
    >>> run.episodes["return"].mean()  # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from .errors import RecordingError, RecordingWarning
from .learning import QLearning

if TYPE_CHECKING:
    from .exchange import import_minari, to_minari
    from .loops import record
    from .recorder import Recorder
    from .run import Run, open
    from .sb3 import SB3Callback
    from .vector import VectorRecorder

__version__ = "1.0.0"

__all__ = [
    "QLearning", "Recorder", "RecordingError", "RecordingWarning", "Run", "SB3Callback",
    "VectorRecorder", "import_minari", "open", "record", "to_minari",
]  # fmt: skip

# Imported when first used: reading needs no Gymnasium, and recording no Stable-Baselines3.
_HOMES = {
    "Recorder": ("recorder", "gymnasium"),
    "VectorRecorder": ("vector", "gymnasium"),
    "record": ("loops", "gymnasium"),
    "SB3Callback": ("sb3", "stable_baselines3"),
    "Run": ("run", None),
    "open": ("run", None),
    "to_minari": ("exchange", None),
    "import_minari": ("exchange", None),
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'reel' has no attribute '{name}'")
    module, needed = _HOMES[name]
    try:
        value = getattr(importlib.import_module(f".{module}", __name__), name)
    except ModuleNotFoundError as error:
        if needed is None or (error.name or "").partition(".")[0] != needed:
            raise
        package = needed.replace("_", "-")
        raise ImportError(f"reel.{name} needs {package}: pip install {package}") from error
    globals()[name] = value
    return value

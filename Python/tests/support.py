"""What the tests share: environments that keep a log of their own, and the verifier of docs/format.md."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
import unittest
import warnings
from pathlib import Path
from typing import Any, Optional

import numpy as np

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PACKAGE = HERE.parent
if str(PACKAGE) not in sys.path:
    sys.path.insert(0, str(PACKAGE))

import gymnasium as gym  # noqa: E402
import reel  # noqa: E402

PAGE = (ROOT / "docs" / "format.md").read_text()
# The one Python block of the page that prints the digest.
_VERIFIER = compile(
    next(
        block for block in re.findall(r"```python\n(.*?)```", PAGE, re.S)
        if "# The digest." in block and "# The chain." in block
    ),
    "docs/format.md", "exec",
)  # fmt: skip


def verify(path: Any) -> str:
    """Runs the page's verifier over a recording; its digest. Raises where the chain is broken.

    Where REEL_VERIFY names the program `reel`, that must come to the same.
    """
    digest = _verify(path)
    if program := os.environ.get("REEL_VERIFY"):
        done = subprocess.run([program, "verify", str(path)], capture_output=True, text=True)
        if done.returncode:
            raise AssertionError(f"{path}: {done.stdout}{done.stderr}")
        found = subprocess.run([program, "digest", str(path)], capture_output=True, text=True, check=True)
        if found.stdout.split()[0] != digest:
            raise AssertionError(f"{path}: `reel digest` says {found.stdout}")
    return digest


def _verify(path: Any) -> str:
    argv, sys.argv = sys.argv, ["verify", str(path)]
    names: dict = {}
    try:
        with contextlib.redirect_stdout(io.StringIO()) as output:
            exec(_VERIFIER, names)
        return output.getvalue().strip()
    except SystemExit as difference:
        raise AssertionError(f"{path}: {difference}") from None
    finally:
        sys.argv = argv
        if "recording" in names:
            names["recording"].close()


class RecordingTest(unittest.TestCase):
    """Every recording that a test leaves must be as the page says."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="reel-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.path = self.folder / "run.sqlite"
        self.broken: set[Path] = set()
        catching = warnings.catch_warnings(record=True)
        self.warned = catching.__enter__()
        self.addCleanup(catching.__exit__, None, None, None)
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", reel.RecordingWarning)

    def tearDown(self) -> None:
        self.assertEqual([str(each.message) for each in self.warned], [], "unexpected warnings")
        for path in self.folder.glob("*.sqlite"):
            if path not in self.broken:
                verify(path)

    def assert_equal(self, found: Any, expected: Any, what: str = "") -> None:
        """Compares values of any space, bit by bit."""
        if isinstance(expected, dict):
            self.assertEqual(list(found), list(expected), what)
            for key in expected:
                self.assert_equal(found[key], expected[key], f"{what}.{key}")
        elif isinstance(expected, tuple) and hasattr(expected, "nodes"):
            for name in ("nodes", "edges", "edge_links"):
                self.assert_equal(getattr(found, name), getattr(expected, name), f"{what}.{name}")
        elif isinstance(expected, (tuple, list)):
            self.assertEqual(len(found), len(expected), what)
            for place, each in enumerate(expected):
                self.assert_equal(found[place], each, f"{what}[{place}]")
        elif isinstance(expected, np.ndarray):
            self.assertEqual(found.dtype, expected.dtype, what)
            np.testing.assert_array_equal(found, expected, what)
        else:
            self.assertEqual(found, expected, what)


def item(values: Any, place: int) -> Any:
    """One value of what `Transitions` holds for many."""
    if isinstance(values, dict):
        return {key: item(value, place) for key, value in values.items()}
    if isinstance(values, tuple):
        return tuple(item(value, place) for value in values)
    return values[place]


class Scripted(gym.Env):
    """An environment of any spaces that shows samples, and keeps a log of all that it did."""

    def __init__(
        self, observation_space: gym.Space, action_space: Optional[gym.Space] = None, length: int = 5,
        rewards: Any = None, render_mode: Optional[str] = None,
    ) -> None:  # fmt: skip
        self.observation_space = observation_space
        self.action_space = action_space or gym.spaces.Discrete(2)
        self.metadata = {"render_modes": ["rgb_array"], "render_fps": 10}
        self.render_mode = render_mode
        self.length, self.rewards = length, rewards
        self.log: list[dict] = []
        observation_space.seed(7)
        self.action_space.seed(8)
        self.count = 0

    def reset(self, *, seed: Optional[int] = None, options: Optional[dict] = None) -> tuple:
        super().reset(seed=seed)
        if seed is not None:
            self.observation_space.seed(seed)
        self.t = 0
        observation = self.observation_space.sample()
        self.log.append({"seed": seed, "options": options, "observations": [observation], "steps": []})
        return observation, {}

    def step(self, action: Any) -> tuple:
        self.t += 1
        self.count += 1
        observation = self.observation_space.sample()
        reward = float(self.count) / 3 if self.rewards is None else self.rewards(self.count)
        terminated, truncated = self.t == self.length, False
        if terminated and len(self.log) % 2 == 0:
            terminated, truncated = False, True
        info = {"distance": self.count * 0.5, "word": f"w{self.t}"}
        if terminated or truncated:
            info["is_success"] = len(self.log) % 3 == 0
        self.log[-1]["observations"].append(observation)
        self.log[-1]["steps"].append((action, reward, terminated, truncated))
        return observation, reward, terminated, truncated, info

    def render(self) -> np.ndarray:
        frame = np.zeros((20, 30, 3), np.uint8)
        frame[self.t % 20, :, 0] = 200
        return frame


def play(env: gym.Env, episodes: int, seed: int = 3) -> None:
    """Plays some episodes by random actions."""
    for episode in range(episodes):
        env.reset(seed=seed + episode, options={"level": episode})
        done = False
        while not done:
            _, _, terminated, truncated, _ = env.step(env.action_space.sample())
            done = terminated or truncated

"""What recording costs, each figure beside its limit.

    python benchmarks/cost.py [--steps 100000] [--rounds 7] [--memory]

Loops with and without a recorder take turns, so that a machine that does something else beside slows
both; a figure is the median of the rounds. Minari's DataCollector and Gymnasium's RecordVideo are
measured beside it where they are installed.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import logging
import os
import resource
import statistics
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any, Callable, Optional

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import gymnasium as gym  # noqa: E402
import numpy as np  # noqa: E402
import reel  # noqa: E402
from gymnasium import spaces  # noqa: E402

from reel import _png  # noqa: E402
from reel._rollout import Note, Reset, Rollout  # noqa: E402
from reel._spaces import Codec  # noqa: E402
from reel._writer import Facts, Writer  # noqa: E402

ACTIONS = np.random.default_rng(1).integers(0, 2, 4096).tolist()


def play(env: gym.Env, steps: int, clock: Callable[[], float] = time.perf_counter) -> float:
    """Microseconds for each step of a loop."""
    env.reset(seed=1)
    begin = clock()
    for step in range(steps):
        _, _, terminated, truncated, _ = env.step(ACTIONS[step % 4096])
        if terminated or truncated:
            env.reset()
    return (clock() - begin) / steps * 1e6


def play_vector(envs: Any, calls: int) -> float:
    """Microseconds for each step of a world."""
    actions = np.array(ACTIONS[: envs.num_envs])
    envs.reset(seed=1)
    begin = time.perf_counter()
    for _ in range(calls):
        envs.step(actions)
    return (time.perf_counter() - begin) / calls / envs.num_envs * 1e6


def compare(bare: Callable[[], float], other: Callable[[], float], rounds: int) -> tuple[float, float]:
    """The bare loop's time, and what the other one takes more."""
    pairs = [(bare(), other()) if turn % 2 else (other(), bare())[::-1] for turn in range(rounds)]
    return statistics.median(b for b, _ in pairs), statistics.median(o - b for b, o in pairs)


def show(name: str, figure: float, unit: str, limit: Optional[float] = None, least: bool = False) -> bool:
    """Prints a figure beside its limit; whether it holds."""
    if limit is None:
        print(f"{name:52} {figure:10.2f} {unit}")
        return True
    holds = figure >= limit if least else figure <= limit
    word = "at least" if least else "at most"
    print(f"{name:52} {figure:10.2f} {unit:12} {word} {limit:.2f}{'' if holds else '   MISSED'}")
    return holds


def writer_alone(folder: Path, space: dict, rows: int = 1_000_000, worlds: int = 64) -> float:
    """Millions of rows a second from columns to the file, with the hashes, in one thread."""
    observation, action = Codec(space), Codec({"type": "Discrete", "n": 4, "start": 0})
    facts = Facts(
        {"format": "2", "world": "none"}, [], observation.fields("state"), observation.is_integer, True, worlds, "{}"
    )
    writer = Writer.create(str(folder / "alone.sqlite"), facts, True, False)
    rollout = Rollout(observation, action, worlds, 1, 0, 0, 0)
    generator = np.random.default_rng(1)
    calls = 8192 // worlds
    states = generator.integers(0, 400, (calls, worlds, max(1, observation.dtype.itemsize // 8)))
    actions = generator.integers(0, 4, (calls, worlds))
    no, rewards = np.zeros(worlds, bool), np.ones(worlds)
    # An episode of each world ends every 256 calls, one world after the other.
    def event(call: int, number: int) -> tuple:
        over = no
        if call % 4 == 0:
            over = no.copy()
            over[call // 4 % worlds] = True
        return (
            actions[number].tobytes(), states[number].tobytes(), rewards.tobytes(), over.tobytes(),
            no.tobytes(), None,
        )  # fmt: skip

    batches = rows // 8192
    taken = [[event(batch * calls + number, number) for number in range(calls)] for batch in range(batches)]
    first = Reset(tuple(range(worlds)), rollout._reached.copy(), (None,) * worlds, None, {})
    begin = time.perf_counter()
    writer.commit(rollout.batch([Note(first)]))
    for events in taken:
        writer.commit(rollout.batch(events))
    seconds = time.perf_counter() - begin
    writer.close(rollout.finish())
    return batches * 8192 / seconds / 1e6


class Counter(gym.Env):
    """An environment that takes no time."""

    observation_space, action_space = spaces.Box(0, 1, (4,), np.float32), spaces.Discrete(2)
    state = np.zeros(4, np.float32)
    t = 0

    def reset(self, *, seed: Optional[int] = None, options: Optional[dict] = None) -> tuple:
        return self.state, {}

    def step(self, action: Any) -> tuple:
        self.t += 1
        return self.state, 1.0, self.t % 200 == 0, False, {}


def memory(folder: Path, steps: int = 10_000_000) -> list[tuple[int, float]]:
    """Megabytes of this process after it recorded some number of steps."""
    found = []
    with reel.Recorder(Counter(), folder / "memory.sqlite", force=True) as env:
        env.reset()
        for step in range(1, steps + 1):
            if env.step(1)[2]:
                env.reset()
            if step in (steps // 10, steps):
                found.append((step, resident()))
    return found


def resident() -> float:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--memory", action="store_true", help="also record ten million steps")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    holds = []
    with tempfile.TemporaryDirectory(prefix="reel-cost-") as name:
        folder = Path(name)
        steps, rounds = options.steps, options.rounds

        def recorded(clock: Callable[[], float] = time.perf_counter) -> float:
            env = reel.Recorder(gym.make("CartPole-v1"), folder / "run.sqlite", force=True)
            try:
                return play(env, steps, clock)
            finally:
                env.close()

        bare, more = compare(lambda: play(gym.make("CartPole-v1"), steps), recorded, rounds)
        show("CartPole, a bare step", bare, "µs")
        holds.append(show("  reel.Recorder, a step more", more, "µs", max(2.5, bare / 2)))
        # What a machine that is busy beside does not change: the work of each thread.
        for text, clock in (("of the program's thread", time.thread_time), ("of all threads", time.process_time)):
            more = compare(lambda: play(gym.make("CartPole-v1"), steps, clock), lambda: recorded(clock), 3)[1]
            show(f"    CPU {text}", more, "µs")

        def make(worlds: int) -> Any:
            return gym.make_vec("CartPole-v1", worlds, vectorization_mode="sync")

        def recorded_vector() -> float:
            envs = reel.VectorRecorder(make(8), folder / "run.sqlite", force=True)
            try:
                return play_vector(envs, steps // 8)
            finally:
                envs.close()

        bare, more = compare(lambda: play_vector(make(8), steps // 8), recorded_vector, rounds)
        show("8 CartPoles, a bare step of one", bare, "µs")
        holds.append(show("  reel.VectorRecorder, a step more", more, "µs", max(2.5, bare / 2)))

        if importlib.util.find_spec("minari") and importlib.util.find_spec("jax"):
            os.environ["MINARI_DATASETS_PATH"] = str(folder / "minari")
            few = max(1000, steps // 20)
            import minari

            def collected() -> float:
                env = minari.DataCollector(gym.make("CartPole-v1"))
                begin = time.perf_counter()
                play(env, few)
                # Its file is written when a dataset is made: recording ends there.
                env.create_dataset(f"cost/{time.monotonic_ns()}-v0")
                env.close()
                return (time.perf_counter() - begin) / few * 1e6

            _, more = compare(lambda: play(gym.make("CartPole-v1"), few), collected, 3)
            show("  Minari's DataCollector, a step more", more, "µs")

        integers = {"type": "Discrete", "n": 500, "start": 0}
        box = {"type": "Box", "shape": [4], "dtype": "float32", "low": "-inf", "high": "inf"}
        for text, space, limit in (("INTEGER states", integers, 0.7), ("16-byte BLOBs", box, 0.5)):
            figure = statistics.median(writer_alone(folder, space) for _ in range(3))
            holds.append(show(f"the writer alone, {text}", figure, "M rows/s", limit, least=True))

        if importlib.util.find_spec("pygame"):
            holds += pictures(folder)
        if options.memory:
            (early, before), (late, after) = memory(folder)
            show(f"memory after {early:,} steps", before, "MB")
            holds.append(show(f"memory after {late:,} steps", after, "MB", before * 1.1 + 16))
    print("every limit is kept" if all(holds) else "a limit is MISSED")
    return 0 if all(holds) else 1


def pictures(folder: Path) -> list[bool]:
    """The cost of pixels: of a picture, and of an episode beside Gymnasium's video."""
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    make = lambda: gym.make("CartPole-v1", render_mode="rgb_array")  # noqa: E731
    env = make()
    env.reset(seed=1)
    frame = env.render()
    begin = time.perf_counter()
    for _ in range(50):
        png = _png.encode(frame)
    show("a picture of CartPole, 600 × 400, as PNG", (time.perf_counter() - begin) / 50 * 1e3, "ms")
    show("  its size", len(png) / 1e3, "KB")

    def drawn() -> float:
        env = make()
        begin = time.perf_counter()
        env.reset(seed=1)
        for step in range(400):
            if any(env.step(ACTIONS[step])[2:4]):
                env.reset()
            env.render()
        return (time.perf_counter() - begin) / 400 * 1e6

    def filmed(wrap: Callable[[gym.Env], gym.Env]) -> Callable[[], float]:
        def run() -> float:
            env = wrap(make())
            begin = time.perf_counter()
            play(env, 400)
            env.close()
            return (time.perf_counter() - begin) / 400 * 1e6

        return run

    recorder = filmed(lambda env: reel.Recorder(env, folder / "film.sqlite", frames="all", force=True))
    bare, more = compare(drawn, recorder, 3)
    show("CartPole, a step that is drawn", bare, "µs")
    show("  reel.Recorder with all pixels, a step more", more, "µs")
    if importlib.util.find_spec("moviepy"):
        from gymnasium.wrappers import RecordVideo

        video = filmed(lambda env: RecordVideo(env, str(folder / "video"), episode_trigger=lambda _: True))
        with contextlib.suppress(Exception), contextlib.redirect_stdout(None):
            _, more = compare(drawn, video, 3)
            sys.stdout = sys.__stdout__
            show("  Gymnasium's RecordVideo of all, a step more", more, "µs")
    return []


if __name__ == "__main__":
    sys.exit(main())

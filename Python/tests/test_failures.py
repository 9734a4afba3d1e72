"""Whatever happens to a recording, the program that is recorded goes on, and what was committed stays."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest
import unittest.mock
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from support import HERE, RecordingTest, Scripted, play, reel, verify

from reel import _writer
from reel._recording import LiveRecording

KILLS = int(os.environ.get("REEL_KILLS", "6"))


class FailureTest(RecordingTest):
    def assert_goes_on(self, env: Any, steps: int = 3000) -> None:
        """Plays on as if Reel were not there, until it has noticed and after."""
        env.reset(seed=1)
        deadline = time.monotonic() + 20
        while env.is_recording and time.monotonic() < deadline:
            for _ in range(50):
                if any(env.step(env.action_space.sample())[2:4]):
                    env.reset()
            time.sleep(0.01)
        for _ in range(steps):
            if any(env.step(env.action_space.sample())[2:4]):
                env.reset()
        env.metric("a", 1)
        env.checkpoint({"w": np.zeros(2)})
        env.flush()
        self.assertFalse(env.is_recording)
        env.close()

    def assert_warned_once(self, pattern: str) -> None:
        said = [str(each.message) for each in self.warned]
        self.warned.clear()
        self.assertEqual(len(said), 1, said)
        self.assertRegex(said[0], pattern)

    def test_a_full_disk(self) -> None:
        with small_disk(self, "size=400k") as disk:
            env = reel.Recorder(gym.make("CartPole-v1"), disk / "run.sqlite")
            self.assert_goes_on(env)
            self.assert_warned_once("full.*ends here, intact, with [0-9]+ steps")
            verify(disk / "run.sqlite")
            run = reel.open(disk / "run.sqlite")
            self.assertEqual(run.steps, env.committed_steps)
            self.assertGreater(run.steps, 0)
            run.close()

    def test_a_read_only_folder(self) -> None:
        with small_disk(self, "ro") as disk:
            env = reel.Recorder(gym.make("CartPole-v1"), disk / "run.sqlite")
            self.assert_goes_on(env)
            self.assert_warned_once("run.sqlite cannot be recorded: .*Read-only")
            with self.assertRaises(reel.RecordingError):
                reel.Recorder(gym.make("CartPole-v1"), disk / "run.sqlite", on_error="raise")

    def test_a_file_that_is_deleted_moved_or_replaced(self) -> None:
        other = self.folder / "other.sqlite"
        reel.Recorder(Scripted(spaces.Discrete(2)), other).close()
        for name, change in (
            ("deleted", lambda path: path.unlink()),
            ("moved", lambda path: path.rename(self.folder / "elsewhere.sqlite")),
            ("replaced", lambda path: shutil.copy(other, path.with_suffix(".new")) and path.with_suffix(".new").rename(path)),
        ):
            with self.subTest(name):
                path = self.folder / f"{name}.sqlite"
                env = reel.Recorder(gym.make("CartPole-v1"), path)
                env.reset()
                env.step(0)
                env.flush()
                change(path)
                self.assert_goes_on(env)
                self.assert_warned_once("moved, removed or replaced")
        self.assertEqual(reel.open(self.folder / "elsewhere.sqlite").steps, 1)

    def test_values_that_cannot_be_recorded(self) -> None:
        class Odd(Scripted):
            def step(self, action: object) -> tuple:
                return ("no number", *super().step(action)[1:])

        env = reel.Recorder(Odd(spaces.Box(0, 1, (2,))), self.path)
        self.assert_goes_on(env)
        self.assert_warned_once("could not convert")

    def test_errors_of_the_writing_thread(self) -> None:
        broken = unittest.mock.patch.object(LiveRecording, "_commit_all", side_effect=OSError("no luck"))
        with broken:
            env = reel.Recorder(gym.make("CartPole-v1"), self.path)
            self.assert_goes_on(env)
        self.assert_warned_once("no luck")
        with broken:
            env = reel.Recorder(gym.make("CartPole-v1"), self.path, force=True, on_error="raise")
            env.reset()
            with self.assertRaisesRegex(reel.RecordingError, "no luck"):
                for _ in range(100000):
                    if any(env.step(0)[2:4]):
                        env.reset()
            env.close()

    def test_frames_that_cannot_be_drawn(self) -> None:
        env = Scripted(spaces.Discrete(4), render_mode="rgb_array")
        env.render = lambda: 1 / 0
        with reel.Recorder(env, self.path) as recorder:
            play(recorder, 3)
        self.assert_warned_once("no more pixels")
        self.assertEqual(len(reel.open(self.path)), 3)

    def test_an_old_sqlite(self) -> None:
        with unittest.mock.patch.object(_writer.sqlite3, "sqlite_version_info", (3, 34, 1)):
            env = reel.Recorder(gym.make("CartPole-v1"), self.path)
        self.assert_warned_once("need SQLite 3.37.0 or newer")
        env.reset()
        env.step(0)

    def test_a_crash_of_the_environment_is_its_own(self) -> None:
        env = Scripted(spaces.Discrete(4), rewards=lambda count: 1 / (4 - count))
        recorder = reel.Recorder(env, self.path)
        recorder.reset()
        with self.assertRaises(ZeroDivisionError):
            for _ in range(9):
                recorder.step(0)
        recorder.close()
        self.assertEqual(reel.open(self.path).episodes["ending"].tolist(), ["interrupted"])


class NameTest(RecordingTest):
    def test_an_existing_file_is_refused(self) -> None:
        reel.Recorder(Scripted(spaces.Discrete(2)), self.path).close()
        with self.assertRaisesRegex(reel.RecordingError, "exists already: append=True .* force=True"):
            reel.Recorder(Scripted(spaces.Discrete(2)), self.path)
        with self.assertRaisesRegex(reel.RecordingError, "is a folder"):
            reel.Recorder(Scripted(spaces.Discrete(2)), self.folder)
        reel.Recorder(Scripted(spaces.Discrete(3)), self.path, force=True).close()
        self.assertEqual(reel.open(self.path).spaces["observation"]["n"], 3)

    def test_folders_are_made(self) -> None:
        path = self.folder / "a" / "b" / "run.sqlite"
        reel.Recorder(Scripted(spaces.Discrete(2)), path).close()
        verify(path)

    def test_names_that_uris_would_change(self) -> None:
        for name in ("a b?c=1.sqlite", "a%20#x.sqlite", "ü.sqlite"):
            with reel.Recorder(Scripted(spaces.Discrete(2)), self.folder / name) as env:
                play(env, 1)
            self.assertEqual(len(reel.open(self.folder / name)), 1)
            self.broken.add(self.folder / name)  # the page's verifier does not quote names

    def test_a_second_writer_is_refused_with_the_first_ones_number(self) -> None:
        env = reel.Recorder(Scripted(spaces.Discrete(2)), self.path)
        for options in ({"append": True}, {"force": True}):
            for program in (self.record_here, self.record_elsewhere):
                self.assertRegex(program(options), f"process {os.getpid()}, started 20.*Z, is writing")
        env.close()
        self.assertEqual(self.record_elsewhere({"append": True}), "")
        self.assertEqual(len(reel.open(self.path).sessions), 2)

    def record_here(self, options: dict) -> str:
        try:
            reel.Recorder(Scripted(spaces.Discrete(2)), self.path, **options).close()
        except reel.RecordingError as error:
            return str(error)
        return ""

    def record_elsewhere(self, options: dict) -> str:
        code = (
            "from support import *\n"
            f"try: reel.Recorder(Scripted(gym.spaces.Discrete(2)), {str(self.path)!r}, **{options}).close()\n"
            "except reel.RecordingError as error: print(error)"
        )
        return subprocess.run(
            [sys.executable, "-c", code], cwd=HERE, capture_output=True, text=True, check=True
        ).stdout.strip()

    def test_of_many_that_start_at_once_one_gets_the_name(self) -> None:
        code = (
            "from support import *\n"
            f"try: env = reel.Recorder(Scripted(gym.spaces.Discrete(2)), {str(self.path)!r})\n"
            "except reel.RecordingError as error: print('refused')\n"
            "else: play(env, 3); env.close(); print('made')"
        )
        programs = [
            subprocess.Popen([sys.executable, "-c", code], cwd=HERE, stdout=subprocess.PIPE, text=True)
            for _ in range(4)
        ]
        said = [program.communicate()[0].strip() for program in programs]
        self.assertEqual(sorted(said), ["made", "refused", "refused", "refused"])
        self.assertEqual([path.name for path in self.folder.iterdir()], ["run.sqlite"])


class AppendTest(RecordingTest):
    def test_sessions_follow_each_other(self) -> None:
        for session in range(3):
            env = reel.Recorder(Scripted(spaces.Discrete(5)), self.path, append=session > 0, config={"n": session})
            play(env, 2)
            env.metric("m", session)
            env.reset()
            env.step(0)
            env.close()
        run = reel.open(self.path)
        self.assertEqual([each["first_step"] for each in run.sessions], [0, 11, 22])
        self.assertEqual([each["configuration"]["n"] for each in run.sessions], [0, 1, 2])
        self.assertEqual(run.episodes["ended"].tolist(), list(range(1, 10)))
        self.assertEqual(run.metrics("m").steps.tolist(), [10, 21, 32])
        self.assertEqual(run.transitions("all").step.tolist(), list(range(33)))

    def test_sessions_of_other_numbers_of_worlds(self) -> None:
        make = lambda: gym.make("CartPole-v1")  # noqa: E731
        with reel.Recorder(make(), self.path) as env:
            play(env, 2)
        for worlds in (2, 3):
            envs = reel.VectorRecorder(gym.vector.SyncVectorEnv([make] * worlds), self.path, append=True)
            envs.reset(seed=1)
            for _ in range(40):
                envs.step(envs.action_space.sample())
            envs.close()
        self.assertEqual(sorted(set(reel.open(self.path).episodes["stride"].tolist())), [1, 2, 3])

    def test_another_world_is_refused(self) -> None:
        reel.Recorder(gym.make("CartPole-v1"), self.path).close()
        with self.assertRaisesRegex(reel.RecordingError, "is of CartPole-v1, not Pendulum-v1"):
            reel.Recorder(gym.make("Pendulum-v1"), self.path, append=True)
        with self.assertRaisesRegex(reel.RecordingError, "has the spaces"):
            reel.Recorder(
                gym.wrappers.TransformAction(gym.make("CartPole-v1"), int, spaces.Discrete(3)), self.path, append=True
            )
        with self.assertRaisesRegex(reel.RecordingError, "no file"):
            reel.Recorder(gym.make("CartPole-v1"), self.folder / "none.sqlite", append=True)
        text = self.folder / "text.txt"
        text.write_text("no recording, but longer than a hundred bytes " * 5)
        with self.assertRaisesRegex(reel.RecordingError, "cannot be read|is not a recording"):
            reel.Recorder(gym.make("CartPole-v1"), text, append=True)

    def test_checkpoints_of_two_sessions_at_one_step(self) -> None:
        with reel.Recorder(Scripted(spaces.Discrete(5)), self.path) as env:
            play(env, 1)
            env.checkpoint({"w": np.zeros(1)})
        env = reel.Recorder(Scripted(spaces.Discrete(5)), self.path, append=True)
        env.checkpoint({"w": np.ones(1)})
        env.close()
        self.assertRegex(str(self.warned[0].message), "step 5 has a checkpoint already")
        self.warned.clear()
        self.assertEqual(reel.open(self.path).checkpoint(5)["w"].tolist(), [0])


_LOOP = """
import sys, time
from support import *
path, kind = sys.argv[1:3]
append = len(sys.argv) > 3
if kind == "one":
    env = reel.Recorder(gym.make("CartPole-v1"), path, append=append)
else:
    make = lambda: gym.make("CartPole-v1")
    envs = gym.vector.AsyncVectorEnv([make] * 3) if kind == "async" else gym.vector.SyncVectorEnv([make] * 3)
    env = reel.VectorRecorder(envs, path, append=append)
env.reset(seed=1)
steps = 0
while True:
    done = env.step(env.action_space.sample())[2]
    steps += 1 if kind == "one" else 3
    if kind == "one" and done:
        env.reset()
    if steps % 300 == 0:
        # Both before the time, so that what is said is never newer than it.
        committed = env.committed_steps
        sys.stdout.write(f"{time.monotonic()} {steps} {committed}\\n")
        sys.stdout.flush()
"""


class KillTest(RecordingTest):
    """A killed program loses no step that was committed, and of the others only the last moments'."""

    def kill(self, kind: str, after: float, *append: str, waits_for_commit: bool = False) -> None:
        with tempfile.TemporaryFile("w+") as output:
            program = subprocess.Popen(
                [sys.executable, "-c", _LOOP, str(self.path), kind, *append], cwd=HERE, stdout=output,
                stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
            deadline = time.monotonic() + 30
            while not os.fstat(output.fileno()).st_size and time.monotonic() < deadline:
                time.sleep(0.005)
            while waits_for_commit and _last_said(output) == 0 and time.monotonic() < deadline:
                time.sleep(0.005)
            time.sleep(after)
            killed = time.monotonic()
            os.killpg(program.pid, signal.SIGKILL)
            program.wait()
            output.seek(0)
            said = [line.split() for line in output.read().splitlines() if len(line.split()) == 3]
        verify(self.path)
        with reel.open(self.path) as run:
            self.assertFalse(run.is_running)
            begun = run.sessions[-1]["first_step"]
            self.assertGreaterEqual(run.steps, max(int(committed) for _, _, committed in said))
            lost_before = [
                killed - float(at) for at, steps, _ in said if begun + int(steps) > run.steps
            ]
        # Of the lost steps the oldest.
        self.losses.append(max(lost_before, default=0.0))

    def test_kills_at_any_moment(self) -> None:
        self.losses: list[float] = []
        moments = random.Random(1)
        for number in range(KILLS):
            kind = ("one", "sync", "async")[number % 3]
            self.kill(kind, moments.uniform(0, 0.8))
            self.kill(kind, moments.uniform(0, 0.5), "append")
            for path in self.folder.iterdir():
                path.unlink() if path.is_file() else shutil.rmtree(path)
        if "REEL_KILLS" in os.environ:
            median, most = np.percentile(self.losses, (50, 99)) * 1000
            print(
                f"{len(self.losses)} kills: of steps {median:.0f} ms were lost in the median, {most:.0f} ms in"
                f" 99 of 100, at most {max(self.losses) * 1000:.0f} ms"
            )
        # A machine that does much else beside the tests may be late.
        self.assertLess(max(self.losses), 0.3 if "REEL_KILLS" in os.environ else 2)

    def test_what_was_left_open_is_interrupted_by_the_next_session(self) -> None:
        self.losses = []
        # At the last commit a world may just have ended its episode, and all of them now and then.
        for _ in range(10):
            self.kill("sync", 0.1, waits_for_commit=True)
            with sqlite3.connect(self.path) as database:
                left = [row[0] for row in database.execute("SELECT episode FROM episodes WHERE ended IS NULL")]
            if left:
                break
            for path in self.folder.iterdir():
                path.unlink() if path.is_file() else shutil.rmtree(path)
        self.assertTrue(0 < len(left) <= 3, left)
        envs = gym.vector.SyncVectorEnv([lambda: gym.make("CartPole-v1")] * 3)
        reel.VectorRecorder(envs, self.path, append=True).close()
        episodes = reel.open(self.path).episodes
        for number in left:
            self.assertEqual(episodes["ending"][number - 1], "interrupted")
        self.assertFalse(np.isnan(episodes["ended"]).any())


def _last_said(output: Any) -> int:
    """How many steps a program last said to be committed."""
    lines = os.pread(output.fileno(), 1 << 20, 0).decode().splitlines()
    whole = [line.split() for line in lines if len(line.split()) == 3]
    return int(whole[-1][2]) if whole else 0


class ForkTest(RecordingTest):
    def test_only_the_parent_records(self) -> None:
        env = reel.Recorder(Scripted(spaces.Discrete(9), length=50), self.path)
        env.reset()
        for _ in range(10):
            env.step(0)
        child = os.fork()
        if child == 0:
            try:
                for _ in range(5000):
                    if any(env.step(1)[2:4]):
                        env.reset()
                env.flush()
                env.close()
            finally:
                os._exit(0 if not env.is_recording else 1)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        for _ in range(10):
            env.step(0)
        env.close()
        self.assertEqual(reel.open(self.path).transitions("all").actions.tolist(), [0] * 20)

    def test_a_child_that_ends_as_python_ends(self) -> None:
        code = f"""
import multiprocessing, os
from support import *
env = reel.Recorder(Scripted(gym.spaces.Discrete(9), length=50), {str(self.path)!r})
env.reset()
for _ in range(10): env.step(0)
if os.fork() == 0:
    env.step(1)
    raise SystemExit
os.wait()
process = multiprocessing.get_context("fork").Process(target=lambda: env.step(1))
process.start(); process.join()
for _ in range(10): env.step(0)
"""
        subprocess.run([sys.executable, "-c", code], cwd=HERE, check=True)
        run = reel.open(self.path)
        self.assertEqual(run.transitions("all").actions.tolist(), [0] * 20)
        # Nobody closed it: the program's end did.
        self.assertIsNotNone(run.sessions[0]["ended"])
        self.assertEqual([path.name for path in self.folder.iterdir()], ["run.sqlite"])

    def test_processes_of_an_async_environment_made_later(self) -> None:
        env = reel.Recorder(Scripted(spaces.Discrete(9)), self.path)
        env.reset()
        env.step(0)
        envs = gym.vector.AsyncVectorEnv([lambda: gym.make("CartPole-v1")] * 2)
        other = self.folder / "other.sqlite"
        with reel.record(envs, other) as rec:
            rec.env.reset(seed=1)
            for _ in range(30):
                rec.env.step(envs.action_space.sample())
        envs.close()
        env.step(0)
        env.close()
        self.assertEqual((reel.open(self.path).steps, reel.open(other).steps), (2, 60))


class small_disk:  # noqa: N801
    """A disk of its own, where the system lets us mount one."""

    def __init__(self, test: unittest.TestCase, options: str) -> None:
        self.test, self.options = test, options

    def __enter__(self) -> Path:
        self.path = Path(tempfile.mkdtemp(prefix="reel-disk-"))
        command = ["mount", "-t", "tmpfs", "-o", self.options, "tmpfs", str(self.path)]
        if os.geteuid() or not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
            self.path.rmdir()
            self.test.skipTest("no disk can be mounted here")
        return self.path

    def __exit__(self, *_: Any) -> None:
        subprocess.run(["umount", "-l", str(self.path)], check=True)
        self.path.rmdir()


if __name__ == "__main__":
    unittest.main()

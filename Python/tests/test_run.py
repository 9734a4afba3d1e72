"""Reading: selections, tables, other formats, live files, notebooks."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
import unittest
import unittest.mock

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from support import PACKAGE, ROOT, RecordingTest, Scripted, play, reel

FIXTURES = ROOT / "Tests" / "RecordingsTests" / "Fixtures"


class SelectionTest(RecordingTest):
    def setUp(self) -> None:
        super().setUp()
        returns = iter([3.0, 9.0, 1.0, 9.0, 5.0, 2.0])
        env = reel.Recorder(Scripted(spaces.Discrete(4), length=1, rewards=lambda count: next(returns)), self.path)
        play(env, 5)
        env.reset()
        env.close()
        self.run_ = reel.open(self.path)

    def test_episodes_are_chosen_by_name_number_list_and_slice(self) -> None:
        for selection, expected in (
            ("best", [2]), ("worst", [3]), ("first", [1]), ("last", [5]), ("median", [5]), ("4", [4]), (4, [4]),
            ([1, 3], [1, 3]), (range(2, 4), [2, 3]), (np.int64(2), [2]), (slice(-2, None), [4, 5]),
            ("all", [1, 2, 3, 4, 5]),
        ):  # fmt: skip
            self.assertEqual(self.run_.select(selection), expected, selection)
        with self.assertRaisesRegex(ValueError, "an episode is best"):
            self.run_.select("bets")
        with self.assertRaisesRegex(reel.RecordingError, "no episode 99"):
            self.run_.transitions(99)

    def test_every_episode_in_turn(self) -> None:
        self.assertEqual([float(episode.rewards.sum()) for episode in self.run_], [3, 9, 1, 9, 5])
        self.assertEqual(len(self.run_), 5)

    def test_all_is_the_episodes_one_after_the_other(self) -> None:
        everything, parts = self.run_.transitions("all"), list(self.run_)
        for name in ("observations", "next_observations", "actions", "rewards", "t", "step", "terminated"):
            joined = np.concatenate([getattr(part, name) for part in parts])
            np.testing.assert_array_equal(getattr(everything, name), joined)


class ReadingTest(RecordingTest):
    def test_what_is_no_recording_says_so(self) -> None:
        with self.assertRaisesRegex(reel.RecordingError, "there is no file"):
            reel.open(self.path)
        text = self.folder / "text"
        text.write_text("no recording")
        with self.assertRaisesRegex(reel.RecordingError, "cannot be read"):
            reel.open(text)

    @unittest.skipUnless(FIXTURES.exists(), "without the repository")
    def test_format_1_is_read(self) -> None:
        for name, discrete in (("format-1.sqlite", True), ("format-1-blobs.sqlite", False)):
            with self.subTest(name), reel.open(FIXTURES / name) as run:
                self.assertEqual(run.format, 1)
                found = run.transitions("best")
                over = run.episodes["ending"] != "running"
                self.assertAlmostEqual(found.rewards.sum(), run.episodes["return"][over].max())
                self.assertEqual(found.observations.dtype, np.int64 if discrete else object)
                np.testing.assert_array_equal(found.observations[1:], found.next_observations[:-1])
                self.assertEqual(len(run.transitions("all")), run.episodes["steps"].sum())
                self.assertIsInstance(run.seed, int)
                self.assertTrue(run.checkpoint())
                self.assertFalse(run.is_running)
                run._repr_html_()

    def test_a_live_file_is_read_whole_at_any_moment(self) -> None:
        env = reel.Recorder(gym.make("CartPole-v1"), self.path)
        stop = threading.Event()

        def record() -> None:
            env.reset(seed=1)
            while not stop.is_set():
                if any(env.step(env.action_space.sample())[2:4]):
                    env.reset()

        program = threading.Thread(target=record)
        program.start()
        try:
            seen = 0
            while seen < 5000:
                run = reel.open(self.path)
                found = run.transitions("all")
                self.assertEqual(len(found), found.episodes["steps"].sum())
                self.assertGreaterEqual(len(found), seen)
                seen = len(found)
                run.close()
        finally:
            stop.set()
            program.join()
            env.close()

    def test_gymnasium_is_not_needed_to_read(self) -> None:
        with reel.Recorder(gym.make("CartPole-v1"), self.path) as env:
            play(env, 2)
        code = (
            "import sys; sys.modules['gymnasium'] = None\n"
            f"import reel; run = reel.open({str(self.path)!r})\n"
            "print(run.transitions('best').observations.shape[1], run.spaces['action']['n'])\n"
            "try: reel.Recorder\n"
            "except ImportError as error: print(error)"
        )
        done = subprocess.run([sys.executable, "-c", code], cwd=PACKAGE, capture_output=True, text=True, check=True)
        self.assertEqual(done.stdout, "4 2\nreel.Recorder needs gymnasium: pip install gymnasium\n")


class NotebookTest(RecordingTest):
    def test_runs_and_tables_show_themselves(self) -> None:
        with reel.Recorder(gym.make("CartPole-v1"), self.path) as env:
            play(env, 30)
        run = reel.open(self.path)
        self.assertIn("<polyline", run._repr_html_())
        self.assertIn("CartPole-v1", run._repr_html_())
        self.assertEqual(run.episodes._repr_html_().count("<tr>"), 22)
        self.assertIn("30 episodes", repr(run))

    def test_films_are_made_by_the_program(self) -> None:
        with reel.Recorder(Scripted(spaces.Discrete(4)), self.path) as env:
            play(env, 3)
        run = reel.open(self.path)
        program = self.folder / "reel"
        program.write_text('#!/bin/sh\necho "$@" > "$4"\n')
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        with unittest.mock.patch.dict(os.environ, {"REEL": str(program)}):
            output = self.folder / "film.gif"
            film = run.film([1, 3], str(output), size=320, learning=True)
            self.assertEqual(
                output.read_text().split(),
                f"film {self.path} -o {output} --episode 1,3 --quiet --size 320 --learning".split(),
            )
            self.assertTrue(film._repr_html_().startswith('<img src="data:image/gif;base64,'))
            program.write_text("#!/bin/sh\necho 'there is no episode' >&2\nexit 1\n")
            with self.assertRaisesRegex(reel.RecordingError, "there is no episode"):
                run.film("best")
        with unittest.mock.patch.dict(os.environ, {"PATH": str(self.folder / "nothing"), "REEL": ""}):
            with self.assertRaisesRegex(reel.RecordingError, "the program `reel`"):
                run.film("best")


if __name__ == "__main__":
    unittest.main()

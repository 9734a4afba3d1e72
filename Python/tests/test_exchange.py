"""Recordings to and from other tools read back equal. Each test needs the tool that it is about."""

from __future__ import annotations

import importlib.util
import os
import sqlite3
import subprocess
import sys
import unittest
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from support import PACKAGE, RecordingTest, Scripted, item, play, reel, verify


def needs(*packages: str) -> Any:
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    return unittest.skipIf(missing, f"{', '.join(missing)} is not installed")


@needs("duckdb", "duckdb_extension_sqlite_scanner")
class DuckDBTest(RecordingTest):
    """DuckDB reads every table and the view, of discrete and of continuous worlds."""

    def test_every_table(self) -> None:
        import duckdb
        import duckdb_extension_sqlite_scanner

        place = Path(duckdb_extension_sqlite_scanner.__file__).parent
        extension = next(place.rglob("sqlite_scanner.duckdb_extension"))
        duck = duckdb.connect(config={"allow_unsigned_extensions": "true"})
        duck.execute(f"LOAD '{extension}'")
        for world in ("FrozenLake-v1", "Pendulum-v1", "CartPole-v1"):
            with self.subTest(world):
                path = self.folder / f"{world}.sqlite"
                with reel.Recorder(gym.make(world), path) as recorder:
                    recorder.metric("losses/td_loss", 0.5)
                    play(recorder, 3)
                duck.execute(f"ATTACH '{path}' AS run (TYPE sqlite, READ_ONLY)")
                plain = sqlite3.connect(path)
                names = plain.execute(
                    "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%'")
                for (name,) in list(names):
                    found = duck.execute(f"SELECT * FROM run.{name}").fetchall()
                    kept = plain.execute(f"SELECT * FROM {name}").fetchall()
                    self.assertEqual(sorted(map(repr, found)), sorted(map(repr, kept)), name)
                plain.close()
                duck.execute("DETACH run")


@needs("minari", "h5py")
class MinariTest(RecordingTest):
    SPACES = {
        "discrete": spaces.Discrete(5, start=1),
        "box": spaces.Box(-1, 1, (2, 3)),
        "dict": spaces.Dict({"a": spaces.Box(0, 1, (2,), np.float64), "b": spaces.Discrete(4)}),
        "tuple": spaces.Tuple([spaces.Discrete(3), spaces.MultiBinary(4)]),
        "text": spaces.Text(6, charset="abc"),
        "picture": spaces.Box(0, 255, (40, 50, 3), np.uint8),
    }

    def setUp(self) -> None:
        super().setUp()
        os.environ["MINARI_DATASETS_PATH"] = str(self.folder / "minari")
        self.addCleanup(os.environ.pop, "MINARI_DATASETS_PATH")

    def test_there_and_back(self) -> None:
        for name, space in self.SPACES.items():
            with self.subTest(name):
                path, again = self.folder / f"{name}.sqlite", self.folder / f"{name}-again.sqlite"
                env = Scripted(space, spaces.Box(-1, 1, (2,)))
                with reel.Recorder(env, path, frames="all") as recorder:
                    play(recorder, 4)
                run = reel.open(path)
                dataset = reel.to_minari(run, f"test/{name}-v0")
                self.assertEqual((dataset.total_episodes, dataset.total_steps), (4, run.steps))
                for logged, found in zip(env.log, dataset.iterate_episodes()):
                    for t, observation in enumerate(logged["observations"]):
                        self.assert_equal(item(found.observations, t), observation)
                    actions, rewards, terminated, truncated = zip(*logged["steps"])
                    np.testing.assert_array_equal(found.actions, actions)
                    np.testing.assert_array_equal(found.rewards, rewards)
                    np.testing.assert_array_equal(found.terminations, terminated)
                    np.testing.assert_array_equal(found.truncations, truncated)
                reel.import_minari(f"test/{name}-v0", again)
                back = reel.open(again)
                self.assertEqual(verify(path) == verify(again), True)
                self.assertEqual((back.trainer, back.config), ("minari", {"dataset": f"test/{name}-v0"}))

    def test_an_episode_longer_than_131071_steps(self) -> None:
        env = Scripted(spaces.Discrete(9), length=140_000, rewards=lambda count: count % 7)
        with reel.Recorder(env, self.path) as recorder:
            play(recorder, 1)
        (found,) = reel.to_minari(reel.open(self.path), "test/long-v0").iterate_episodes()
        np.testing.assert_array_equal(found.observations, env.log[0]["observations"])
        self.assertEqual(len(found.rewards), 140_000)

    def test_the_world_is_known_again(self) -> None:
        with reel.Recorder(gym.make("CartPole-v1"), self.path) as recorder:
            play(recorder, 2)
        dataset = reel.to_minari(reel.open(self.path), "cartpole/test-v0")
        self.assertEqual(dataset.recover_environment().spec.id, "CartPole-v1")
        again = self.folder / "again.sqlite"
        command = [sys.executable, "-m", "reel", "import-minari", "cartpole/test-v0", "-o", str(again)]
        subprocess.run(command, cwd=PACKAGE, check=True)
        run = reel.open(again)
        self.assertEqual((run.world, run.fields["name"][0]), ("CartPole-v1", "x"))
        done = subprocess.run(command, cwd=PACKAGE, capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("exists already", done.stderr)

    def test_what_minari_cannot_hold_says_so(self) -> None:
        with reel.Recorder(Scripted(spaces.Sequence(spaces.Discrete(3))), self.path) as recorder:
            play(recorder, 1)
        with self.assertRaisesRegex(reel.RecordingError, "Minari has no datasets whose observations"):
            reel.to_minari(reel.open(self.path), "test/sequence-v0")


class TablesTest(RecordingTest):
    def setUp(self) -> None:
        super().setUp()
        with reel.Recorder(gym.make("CartPole-v1"), self.path, infos=("nothing",)) as env:
            play(env, 5)
            env.metric("losses/x", 0.5)
        self.run_ = reel.open(self.path)

    @needs("pandas")
    def test_pandas(self) -> None:
        found, frame = self.run_.transitions("all"), self.run_.to_pandas()
        self.assertEqual(
            list(frame.columns),
            [
                "step", "episode", "t", "observation.x", "observation.x_velocity", "observation.theta",
                "observation.theta_velocity", "action", "reward", "terminated", "truncated",
            ],
        )  # fmt: skip
        np.testing.assert_array_equal(frame["observation.theta"], found.observations[:, 2])
        np.testing.assert_array_equal(frame["step"], found.step)
        self.assertEqual(self.run_.to_pandas("episodes")["steps"].sum(), self.run_.steps)
        self.assertEqual(self.run_.episodes.to_pandas()["return"].max(), self.run_.episodes["return"].max())
        self.assertEqual(self.run_.to_pandas("metrics").values.tolist(), [[self.run_.steps, "losses/x", 0.5]])
        self.assertEqual(len(self.run_.to_pandas("infos")), 0)

    @needs("pyarrow")
    def test_parquet(self) -> None:
        from pyarrow import parquet

        self.run_.to_parquet(self.folder / "steps.parquet")
        table = parquet.read_table(self.folder / "steps.parquet")
        found = self.run_.transitions("all")
        np.testing.assert_array_equal(table["observation.x"].to_numpy(), found.observations[:, 0])
        np.testing.assert_array_equal(table["terminated"].to_numpy(), found.terminated)
        self.run_.to_parquet(self.folder / "episodes.parquet", "episodes")
        episodes = parquet.read_table(self.folder / "episodes.parquet")
        np.testing.assert_array_equal(episodes["return"].to_numpy(), self.run_.episodes["return"])

    @needs("pyarrow")
    def test_parquet_of_every_kind_of_value(self) -> None:
        from pyarrow import parquet

        for name, space in (
            ("many", spaces.Box(0, 1, (100,))), ("text", spaces.Text(5)),
            ("dict", spaces.Dict({"a": spaces.Discrete(3), "b": spaces.Box(0, 1, (2,))})),
            ("picture", spaces.Box(0, 255, (40, 50, 3), np.uint8)), ("digits", spaces.MultiDiscrete([3, 4])),
        ):  # fmt: skip
            with self.subTest(name):
                path = self.folder / f"{name}.sqlite"
                with reel.Recorder(Scripted(space), path) as env:
                    play(env, 3)
                output = self.folder / f"{name}.parquet"
                command = [sys.executable, "-m", "reel", "export-parquet", str(path), "-o", str(output)]
                subprocess.run(command, cwd=PACKAGE, check=True)
                self.assertEqual(parquet.read_table(output).num_rows, 15)

    @needs("duckdb")
    def test_duckdb_reads_every_table_and_the_view(self) -> None:
        import duckdb

        database = duckdb.connect()
        try:
            database.execute("INSTALL sqlite; LOAD sqlite")
        except duckdb.Error as error:
            self.skipTest(f"DuckDB's reader of SQLite cannot be had here: {str(error).splitlines()[0]}")
        database.execute(f"ATTACH '{self.path}' AS run (TYPE sqlite, READ_ONLY)")
        steps = database.execute("SELECT count(*) FROM run.rollout").fetchone()[0]
        self.assertEqual(steps, self.run_.steps)

    def test_the_command_line_explains_itself(self) -> None:
        for arguments in (["--help"], ["import-minari", "--help"], ["info", str(self.path)]):
            done = subprocess.run([sys.executable, "-m", "reel", *arguments], cwd=PACKAGE, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertTrue(done.stdout)


if __name__ == "__main__":
    unittest.main()

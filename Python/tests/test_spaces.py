"""Every space is recorded, verifies, and reads back equal."""

from __future__ import annotations

import sqlite3
import unittest

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from support import RecordingTest, Scripted, item, play, reel

from reel._spaces import Codec, describe, to_space

BOXES = {
    f"Box {dtype}": spaces.Box(0, 100, (2, 3), np.dtype(dtype).type)
    for dtype in (
        "float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32",
        "uint64",
    )
}  # fmt: skip
SPACES = {
    "Discrete": spaces.Discrete(5),
    "Discrete from 3": spaces.Discrete(4, start=3),
    "Discrete from -2": spaces.Discrete(4, start=-2),
    **BOXES,
    "Box of bounds": spaces.Box(np.array([-1, -np.inf]), np.array([1, np.inf])),
    "Box bool": spaces.Box(0, 1, (3,), np.bool_),
    "Box of no axis": spaces.Box(-1, 1, ()),
    "Box of many": spaces.Box(-1, 1, (100,)),
    "Box of very many": spaces.Box(-1, 1, (80, 80)),
    "MultiDiscrete": spaces.MultiDiscrete([3, 5, 2]),
    "MultiDiscrete of two axes": spaces.MultiDiscrete([[3, 5], [2, 4]]),
    "MultiDiscrete from 1": spaces.MultiDiscrete([3, 5], start=[1, -2]),
    "MultiDiscrete beyond 62 bits": spaces.MultiDiscrete([1000] * 30),
    "MultiBinary": spaces.MultiBinary(9),
    "MultiBinary of two axes": spaces.MultiBinary([2, 3]),
    "MultiBinary beyond 62 bits": spaces.MultiBinary(80),
    "Dict": spaces.Dict(
        {
            "arm": spaces.Dict({"velocity": spaces.Box(-1, 1, (2,), np.float64), "grip": spaces.Discrete(3)}),
            "pixel": spaces.Box(0, 255, (3,), np.uint8),
            "bits": spaces.MultiBinary(3),
        }
    ),
    "Dict of discrete": spaces.Dict({"b": spaces.Discrete(3, start=1), "a": spaces.MultiDiscrete([2, 4])}),
    "Tuple": spaces.Tuple([spaces.Discrete(3), spaces.Box(-1, 1, (2,))]),
    "Tuple of discrete": spaces.Tuple([spaces.Discrete(32), spaces.Discrete(11), spaces.Discrete(2)]),
    "Text": spaces.Text(12, charset="abc ü✓"),
    "Sequence": spaces.Sequence(spaces.Box(-1, 1, (2,), np.float64)),
    "Sequence of dicts": spaces.Sequence(spaces.Dict({"a": spaces.Discrete(3), "b": spaces.Box(0, 1, (1,))})),
    "Sequence, stacked": spaces.Sequence(spaces.Box(-1, 1, (2,)), stack=True),
    "Graph": spaces.Graph(spaces.Box(-1, 1, (3,)), spaces.Discrete(5)),
    "Graph without edges": spaces.Graph(spaces.Discrete(4), None),
    "Dict of a text": spaces.Dict({"mission": spaces.Text(5), "image": spaces.Box(0, 9, (2, 2), np.uint8)}),
    "OneOf": spaces.OneOf([spaces.Discrete(3), spaces.Box(0, 1, (2,))]),
    "picture": spaces.Box(0, 255, (40, 50, 3), np.uint8),
    "grey picture": spaces.Box(0, 255, (80, 90), np.uint8),
    "picture, channels first": spaces.Box(0, 255, (3, 50, 60), np.uint8),
    "picture of one channel": spaces.Box(0, 255, (80, 90, 1), np.uint8),
}


class SpacesTest(RecordingTest):
    def test_observations_read_back_equal(self) -> None:
        for name, space in SPACES.items():
            with self.subTest(name):
                path = self.folder / f"{name}.sqlite"
                env = Scripted(space)
                with reel.Recorder(env, path, frames="all") as recorder:
                    play(recorder, 4)
                self.assert_recorded(path, env)

    def test_actions_read_back_equal(self) -> None:
        for name, space in SPACES.items():
            if "icture" in name:
                continue
            with self.subTest(name):
                path = self.folder / f"{name}.sqlite"
                env = Scripted(spaces.Discrete(3), space)
                with reel.Recorder(env, path) as recorder:
                    play(recorder, 3)
                self.assert_recorded(path, env)

    def assert_recorded(self, path: object, env: Scripted) -> None:
        with reel.open(path) as run:
            self.assertEqual(len(run), len(env.log))
            for number, logged in enumerate(env.log, start=1):
                found = run.transitions(number)
                self.assertEqual(len(found), len(logged["steps"]))
                for place, (action, reward, terminated, truncated) in enumerate(logged["steps"]):
                    self.assert_equal(item(found.observations, place), logged["observations"][place])
                    self.assert_equal(item(found.next_observations, place), logged["observations"][place + 1])
                    self.assert_equal(item(found.actions, place), action)
                    self.assertEqual(found.rewards[place], reward)
                    self.assertEqual(found.terminated[place], terminated)
                    self.assertEqual(found.truncated[place], truncated)
                self.assertEqual(found.episodes["seed"][0], logged["seed"])

    def test_descriptions_make_the_same_spaces_again(self) -> None:
        for name, space in SPACES.items():
            with self.subTest(name):
                self.assertEqual(to_space(describe(space)), space)

    def test_fields_name_each_component(self) -> None:
        codec = Codec(describe(SPACES["Dict"]))
        self.assertEqual(
            [(row[1], row[2], row[3], row[4]) for row in codec.fields("state")],
            [
                ("arm.grip", "int64", 0, 1), ("arm.velocity[0]", "float64", 8, 1),
                ("arm.velocity[1]", "float64", 16, 1), ("bits[0]", "int8", 24, 1),
                ("bits[1]", "int8", 25, 1), ("bits[2]", "int8", 26, 1), ("pixel[0]", "uint8", 27, 1),
                ("pixel[1]", "uint8", 28, 1), ("pixel[2]", "uint8", 29, 1),
            ],
        )  # fmt: skip
        many = Codec(describe(SPACES["Box of many"])).fields("state")
        self.assertEqual(many, [["state", "observation", "float32", 0, 100, "-1 to 1", "[100]"]])
        digits = Codec(describe(SPACES["MultiDiscrete"])).fields("action")
        self.assertEqual(
            [(row[1], row[2], row[3], row[4]) for row in digits],
            [("action[0]", "digit", 10, 3), ("action[1]", "digit", 2, 5), ("action[2]", "digit", 1, 2)],
        )

    def test_the_newest_frame_of_a_stack_is_kept(self) -> None:
        for shape, newest in (
            ((4, 60, 70), lambda stack: stack[3]),
            ((60, 70, 4), lambda stack: stack[:, :, 3]),
            ((4, 40, 50, 3), lambda stack: stack[3]),
        ):
            with self.subTest(shape):
                path = self.folder / f"{len(shape)}-{shape[0]}.sqlite"
                env = Scripted(spaces.Box(0, 255, shape, np.uint8))
                with reel.Recorder(env, path, frames="all") as recorder:
                    play(recorder, 1)
                frames = reel.open(path).images(1)
                for t, observation in enumerate(env.log[0]["observations"]):
                    np.testing.assert_array_equal(frames[t], newest(observation))

    def test_what_was_not_chosen_is_not_there_and_says_so(self) -> None:
        env = Scripted(SPACES["picture"])
        with reel.Recorder(env, self.path, frames=lambda index: index == 1) as recorder:
            play(recorder, 3)
        run = reel.open(self.path)
        self.assertEqual([len(run.images(number)) for number in (1, 2, 3)], [0, 6, 0])
        with self.assertRaisesRegex(reel.RecordingError, "episode 1 .*frames"):
            run.transitions(1)


class KnownWorldsTest(RecordingTest):
    def fields(self, subject: str = "state") -> list:
        with sqlite3.connect(self.path) as database:
            query = "SELECT name, type, offset, count FROM fields WHERE subject = ? ORDER BY rowid"
            return database.execute(query, [subject]).fetchall()

    def record(self, name: str, steps: int = 30, **options: object) -> "reel.Run":
        with reel.Recorder(gym.make(name, **options), self.path, force=True) as env:
            env.action_space.seed(1)
            env.reset(seed=1)
            for _ in range(steps):
                if any(env.step(env.action_space.sample())[2:4]):
                    env.reset()
        return reel.open(self.path)

    def test_the_digits_of_taxi_are_its_own_encoding(self) -> None:
        run = self.record("Taxi-v3" if "Taxi-v3" in gym.registry else "Taxi-v4")
        self.assertEqual(
            self.fields(),
            [
                ("row", "row", 100, 5), ("column", "column", 20, 5), ("passenger", "digit", 4, 5),
                ("destination", "digit", 1, 4),
            ],
        )  # fmt: skip
        self.assertEqual(run.actions, ["south", "north", "east", "west", "pickup", "dropoff"])
        bare = gym.make(run.world).unwrapped
        for state in run.transitions("all").observations.tolist():
            digits = [(state // offset) % count for _, _, offset, count in self.fields()]
            self.assertEqual(digits, list(bare.decode(state)))

    def test_a_lake_is_rows_and_columns_of_its_map(self) -> None:
        run = self.record("FrozenLake-v1", map_name="8x8")
        self.assertEqual(self.fields(), [("row", "row", 8, 8), ("column", "column", 1, 8)])
        self.assertEqual(run.map.split("\n")[0], "SFFFFFFF")
        self.assertEqual((run.keys["map_name"], run.actions), ("8x8", ["left", "down", "right", "up"]))
        with sqlite3.connect(self.path) as database:
            moves = database.execute("SELECT dx, dy FROM actions ORDER BY action").fetchall()
        self.assertEqual(moves, [(-1, 0), (0, 1), (1, 0), (0, -1)])
        run = self.record("FrozenLake-v1", desc=["SFF", "FHG"])
        self.assertEqual(self.fields(), [("row", "row", 3, 2), ("column", "column", 1, 3)])
        self.assertEqual((run.map, run.keys["map_name"]), ("SFF\nFHG", "custom"))

    def test_classic_worlds_have_their_names(self) -> None:
        for name, expected in {
            "CartPole-v1": ["x", "x_velocity", "theta", "theta_velocity"],
            "MountainCar-v0": ["position", "velocity"],
            "MountainCarContinuous-v0": ["position", "velocity"],
            "Pendulum-v1": ["cos", "sin", "velocity"],
            "Acrobot-v1": ["cos1", "sin1", "cos2", "sin2", "velocity1", "velocity2"],
            "Blackjack-v1": ["player", "dealer", "usable_ace"],
        }.items():
            with self.subTest(name):
                self.record(name)
                self.assertEqual([row[0] for row in self.fields()], expected)
        self.record("Pendulum-v1")
        self.assertEqual(self.fields("action"), [("torque", "float32", 0, 1)])
        run = self.record("CliffWalking-v1" if "CliffWalking-v1" in gym.registry else "CliffWalking-v0")
        self.assertEqual(self.fields(), [("row", "row", 12, 4), ("column", "column", 1, 12)])
        self.assertEqual(run.actions, ["up", "right", "down", "left"])

    def test_changed_observations_have_no_names_of_the_world(self) -> None:
        env = gym.wrappers.TransformObservation(gym.make("CartPole-v1"), lambda state: -state, None)
        with reel.Recorder(env, self.path) as recorder:
            play(recorder, 1)
        self.assertEqual([row[0] for row in self.fields()][0], "observation[0]")


if __name__ == "__main__":
    unittest.main()

"""Vectorised environments in every autoreset mode, against a log of what Gymnasium returned."""

from __future__ import annotations

import itertools
import sqlite3
import unittest
from typing import Any, Optional

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.vector import AsyncVectorEnv, AutoresetMode, SyncVectorEnv
from gymnasium.vector.utils import iterate
from support import RecordingTest, Scripted, item, reel, verify

WORLDS = 3


class Log:
    """The rows that a recording should have, by the rules of docs/format.md, one world after the other."""

    def __init__(self, envs: Any, mode: AutoresetMode, observations: Any, seeds: list) -> None:
        self.envs, self.mode, self.call = envs, mode, 0
        self.current = self.split(observations)
        self.seeds: list[Optional[int]] = seeds
        self.open: list[Optional[int]] = [None] * WORLDS
        self.dead = [False] * WORLDS
        self.rows: list[tuple] = []
        self.episodes: list[dict] = []

    def split(self, observations: Any) -> list:
        return list(iterate(self.envs.observation_space, observations))

    def step(self, actions: Any, result: tuple) -> None:
        observations, rewards, terminated, truncated, infos = result
        reached_by, taken = self.split(observations), list(iterate(self.envs.action_space, actions))
        for world in range(WORLDS):
            step = self.call * WORLDS + world
            after = reached_by[world]
            if self.dead[world]:
                self.dead[world], self.current[world] = False, after
                continue
            if self.open[world] is None:
                self.episodes.append({"seed": self.seeds[world], "first": step, "steps": 0, "ending": None})
                self.open[world] = len(self.episodes)
            number = self.open[world]
            episode = self.episodes[number - 1]
            episode["steps"] += 1
            done = terminated[world] or truncated[world]
            reached = after
            if done and self.mode == AutoresetMode.SAME_STEP:
                reached = infos["final_obs"][world]
            self.rows.append((step, number, self.current[world], taken[world], rewards[world], reached))
            self.current[world] = after
            if done:
                episode["ending"] = "terminated" if terminated[world] else "truncated"
                self.open[world], self.seeds[world] = None, None
                self.dead[world] = self.mode == AutoresetMode.NEXT_STEP
        self.call += 1

    def reset(self, mask: np.ndarray, observations: Any, seeds: list) -> None:
        current = self.split(observations)
        for world in np.flatnonzero(mask):
            if self.open[world] is not None:
                self.episodes[self.open[world] - 1]["ending"] = "interrupted"
            self.open[world], self.dead[world] = None, False
            self.current[world], self.seeds[world] = current[world], seeds[world]


def pole(length: int) -> Any:
    return lambda: gym.make("CartPole-v1", max_episode_steps=length)


def scripted(space: gym.Space, world: int, action_space: Optional[gym.Space] = None) -> Any:
    return lambda: Scripted(space, action_space, length=3 + 2 * world)


class VectorTest(RecordingTest):
    def run_mode(self, kind: Any, mode: AutoresetMode, functions: list, calls: int = 60, **options: Any) -> Log:
        envs = kind(functions, autoreset_mode=mode)
        recorder = reel.VectorRecorder(envs, self.path, force=True, **options)
        recorder.action_space.seed(5)
        seeds: list = [20 + world for world in range(WORLDS)]
        log = Log(envs, mode, recorder.reset(seed=20)[0], list(seeds))
        for call in range(calls):
            actions = recorder.action_space.sample()
            result = recorder.step(actions)
            log.step(actions, result)
            done = result[2] | result[3]
            if mode == AutoresetMode.DISABLED and done.any():
                given = [100 + call, None, 300 + call]
                observations, _ = recorder.reset(seed=list(given), options={"reset_mask": done})
                log.reset(done, observations, given)
            if call == calls // 2:
                given = [40, 41, 42]
                observations, _ = recorder.reset(seed=list(given), options={"a": 1})
                log.reset(np.ones(WORLDS, bool), observations, given)
        recorder.close()
        return log

    def assert_recorded(self, log: Log) -> None:
        verify(self.path)
        with reel.open(self.path) as run:
            episodes = run.episodes
            self.assertEqual(episodes["first_step"].tolist(), [each["first"] for each in log.episodes])
            self.assertEqual(episodes["steps"].tolist(), [each["steps"] for each in log.episodes])
            self.assertEqual(episodes["seed"].tolist(), [-1 if e["seed"] is None else e["seed"] for e in log.episodes])
            self.assertEqual(episodes["ending"].tolist(), [each["ending"] or "interrupted" for each in log.episodes])
            found = run.transitions("all")
            order = np.argsort(found.step)
            self.assertEqual(found.step[order].tolist(), [row[0] for row in log.rows])
            self.assertEqual(found.episode[order].tolist(), [row[1] for row in log.rows])
            for place, (_, _, state, action, reward, reached) in zip(order.tolist(), log.rows):
                self.assert_equal(item(found.observations, place), state)
                self.assert_equal(item(found.actions, place), action)
                self.assertEqual(found.rewards[place], reward)
                self.assert_equal(item(found.next_observations, place), reached)

    def test_every_mode_sync_and_async(self) -> None:
        for kind, mode in itertools.product((SyncVectorEnv, AsyncVectorEnv), AutoresetMode):
            with self.subTest(f"{kind.__name__} {mode.name}"):
                log = self.run_mode(kind, mode, [pole(9), pole(12), pole(15)])
                self.assertGreater(len(log.episodes), 10)
                self.assert_recorded(log)

    def test_other_spaces_in_every_mode(self) -> None:
        for name, space, actions in (
            ("Discrete", spaces.Discrete(7, start=2), spaces.Box(-1, 1, (2,))),
            ("Dict", spaces.Dict({"a": spaces.Box(0, 1, (2,)), "b": spaces.Discrete(3)}), spaces.MultiDiscrete([3, 4])),
            ("Tuple", spaces.Tuple([spaces.Discrete(4), spaces.MultiBinary(3)]), spaces.Discrete(3, start=1)),
            ("Text", spaces.Text(6), spaces.Dict({"x": spaces.Discrete(2), "y": spaces.Box(0, 1, ())})),
            ("picture", spaces.Box(0, 255, (40, 50, 3), np.uint8), spaces.Discrete(2)),
            ("large", spaces.Box(0, 1, (80, 80), np.float32), spaces.Discrete(2)),
        ):
            for mode in AutoresetMode:
                with self.subTest(f"{name} {mode.name}"):
                    functions = [scripted(space, world, actions) for world in range(WORLDS)]
                    self.assert_recorded(self.run_mode(SyncVectorEnv, mode, functions, 24, frames="all"))

    def test_infos_and_success_of_each_world(self) -> None:
        for mode in AutoresetMode:
            with self.subTest(mode.name):
                functions = [scripted(spaces.Discrete(5), world) for world in range(WORLDS)]
                self.run_mode(SyncVectorEnv, mode, functions, 30, infos=("distance", "word"))
                run = reel.open(self.path)
                steps = np.sort(run.transitions("all").step)
                self.assertEqual(run.infos("distance").steps.tolist(), steps.tolist())
                first = run.transitions("all")
                words = dict(zip(*run.infos("word")))
                for step, t in zip(first.step.tolist(), first.t.tolist()):
                    self.assertEqual(words[step], f"w{t + 1}")
                over = np.isin(run.episodes["ending"], ("terminated", "truncated"))
                self.assertFalse(np.isnan(run.episodes["success"][over]).any())
                self.assertTrue(np.isnan(run.episodes["success"][~over]).all())

    def test_pixels_of_each_world(self) -> None:
        for mode in AutoresetMode:
            with self.subTest(mode.name):
                functions = [
                    lambda world=world: Scripted(spaces.Discrete(5), length=3 + world, render_mode="rgb_array")
                    for world in range(WORLDS)
                ]
                self.run_mode(SyncVectorEnv, mode, functions, 30, frames=lambda index: index < 5)
                run = reel.open(self.path)
                kept = [number for number in run.select("all") if len(run.images(number))]
                self.assertEqual(kept, [1, 2, 3, 4, 5])
                frame = run.images(2)[2]
                self.assertEqual(np.flatnonzero(frame[:, 0, 0]).tolist(), [2])

    def test_options_of_a_reset_are_kept_without_the_mask(self) -> None:
        self.run_mode(SyncVectorEnv, AutoresetMode.DISABLED, [pole(9), pole(12), pole(15)])
        with sqlite3.connect(self.path) as database:
            options = {row[0] for row in database.execute("SELECT DISTINCT options FROM episodes")}
        self.assertEqual(options, {None, '{"a":1}'})

    def test_the_vector_entry_point_of_cartpole(self) -> None:
        envs = gym.make_vec("CartPole-v1", WORLDS, vectorization_mode="vector_entry_point")
        recorder = reel.VectorRecorder(envs, self.path)
        mode = envs.metadata["autoreset_mode"]
        recorder.action_space.seed(1)
        log = Log(envs, mode, recorder.reset(seed=3)[0], [3, 4, 5])
        for _ in range(80):
            actions = recorder.action_space.sample()
            log.step(actions, recorder.step(actions))
        recorder.close()
        self.assert_recorded(log)
        self.assertEqual(reel.open(self.path).world, "CartPole-v1")

    def test_metrics_and_checkpoints_count_slots(self) -> None:
        recorder = reel.VectorRecorder(SyncVectorEnv([pole(9)] * WORLDS), self.path)
        recorder.reset(seed=1)
        for _ in range(5):
            recorder.step(np.zeros(WORLDS, int))
        recorder.metric("charts/x", 1)
        recorder.checkpoint({"w": np.zeros(1)})
        recorder.close()
        run = reel.open(self.path)
        self.assertEqual((run.metrics("charts/x").steps.tolist(), run.checkpoint_steps), ([15], [0, 15]))


if __name__ == "__main__":
    unittest.main()

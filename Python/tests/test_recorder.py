"""`reel.Recorder` and `reel.record`: what is in the file is what happened."""

from __future__ import annotations

import json
import sqlite3
import unittest
import warnings

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.utils.env_checker import check_env
from support import RecordingTest, Scripted, play, reel, verify


class RecorderTest(RecordingTest):
    def query(self, sql: str, *values: object) -> list:
        with sqlite3.connect(self.path) as database:
            return database.execute(sql, values).fetchall()

    def test_cartpole_reads_back_as_gymnasium_returned_it(self) -> None:
        log = []
        with reel.Recorder(gym.make("CartPole-v1"), self.path, seed=5, config={"lr": 0.1}) as env:
            env.action_space.seed(2)
            for seed in range(40):
                state, _ = env.reset(seed=seed)
                done = False
                while not done:
                    action = env.action_space.sample()
                    after, reward, terminated, truncated, _ = env.step(action)
                    log.append((seed, state.copy(), action, reward, after.copy(), terminated, truncated))
                    state, done = after, terminated or truncated
        run = reel.open(self.path)
        found = run.transitions("all")
        for place, expected in enumerate(zip(*log)):
            names = ("seed", "observations", "actions", "rewards", "next_observations", "terminated", "truncated")
            name = names[place]
            if name == "seed":
                seeds = np.repeat(run.episodes["seed"], run.episodes["steps"])
                np.testing.assert_array_equal(seeds, expected)
            else:
                np.testing.assert_array_equal(getattr(found, name), np.array(expected))
        self.assertEqual((run.world, run.seed, run.config, run.trainer), ("CartPole-v1", 5, {"lr": 0.1}, "python"))
        self.assertEqual(run.keys["program"], "python")
        best = run.transitions("best")
        self.assertEqual(best.rewards.sum(), run.episodes["return"].max())

    def test_the_same_seeds_give_the_same_digest(self) -> None:
        digests = []
        for name in ("a", "b"):
            env = reel.Recorder(gym.make("CartPole-v1"), self.folder / f"{name}.sqlite", seed=1)
            env.action_space.seed(1)
            play(env, 5)
            env.close()
            digests.append(verify(self.folder / f"{name}.sqlite"))
        self.assertEqual(*digests)

    def test_a_reset_interrupts_an_open_episode(self) -> None:
        env = reel.Recorder(Scripted(spaces.Discrete(9), length=10), self.path)
        env.reset(seed=1)
        for _ in range(4):
            env.step(0)
        env.reset(seed=2, options={"a": [1, np.float32(2)]})
        for _ in range(3):
            env.step(1)
        env.reset()
        env.reset(seed=4)  # twice without a step: the first is no episode
        env.step(0)
        env.close()
        rows = self.query(
            "SELECT episode, seed, first_step, steps, ending, options, ended FROM episodes ORDER BY episode"
        )
        self.assertEqual(
            rows,
            [
                (1, 1, 0, 4, "interrupted", None, 1), (2, 2, 4, 3, "interrupted", '{"a":[1,2.0]}', 2),
                (3, 4, 7, 1, "interrupted", None, 3),
            ],
        )  # fmt: skip
        self.assertIsNone(self.query("SELECT best FROM batches ORDER BY rowid DESC LIMIT 1")[0][0])

    def test_it_can_be_wrapped_and_wrap(self) -> None:
        inner = gym.wrappers.RecordEpisodeStatistics(gym.make("Pendulum-v1", max_episode_steps=7))
        env = gym.wrappers.TransformReward(reel.Recorder(inner, self.path), lambda reward: reward * 2)
        play(env, 3)
        self.assertEqual(env.spec.id, "Pendulum-v1")
        self.assertEqual(env.get_wrapper_attr("committed_steps"), env.env.committed_steps)
        self.assertIs(env.unwrapped, inner.unwrapped)
        env.set_wrapper_attr("g", 3.0)
        self.assertEqual(inner.unwrapped.g, 3.0)
        self.assertIsInstance(env.np_random, np.random.Generator)
        env.close()
        self.assertEqual(reel.open(self.path).episodes["ending"].tolist(), ["truncated"] * 3)

    def test_gymnasium_s_checker_accepts_it(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            env = reel.Recorder(gym.make("CartPole-v1").unwrapped, self.path)
            check_env(env, skip_render_check=True)
        env.close()

    def test_the_autoreset_wrapper_leaves_no_dead_rows(self) -> None:
        inner = Scripted(spaces.Discrete(50), length=4)
        env = reel.Recorder(gym.wrappers.Autoreset(inner), self.path, infos=("word",))
        env.reset(seed=1)
        for _ in range(14):
            env.step(1)
        env.close()
        run = reel.open(self.path)
        self.assertEqual(run.episodes["steps"].tolist(), [4, 4, 4])
        self.assertEqual(run.transitions("all").step.tolist(), [0, 1, 2, 3, 5, 6, 7, 8, 10, 11, 12, 13])
        for number, logged in enumerate(inner.log[:3], start=1):
            self.assertEqual(run.transitions(number).next_observations.tolist(), logged["observations"][1:])

    def test_metrics_checkpoints_and_infos(self) -> None:
        env = Scripted(spaces.Discrete(9), length=5)
        with reel.record(env, self.path, infos=("distance", "word", "nothing")) as rec:
            rec.checkpoint({"w": np.zeros(2)})
            rec.env.reset()
            for step in range(10):
                rec.env.step(0)
                if step % 5 == 4:
                    rec.env.reset()
                rec.metric("losses/td_loss", np.float32(step / 4))
            rec.metric("charts/nan", float("nan"))
            rec.metric("charts/zero", -0.0)
            rec.checkpoint({"w": np.ones(2), "half": np.ones(3, np.float16)}, training_state={"step": 10})
            rec.checkpoint({"w": np.full(2, 2.0)})
        run = reel.open(self.path)
        self.assertEqual(run.metric_names, ["charts/nan", "charts/zero", "losses/td_loss"])
        steps, values = run.metrics("losses/td_loss")
        self.assertEqual(steps.tolist(), list(range(1, 11)))
        self.assertEqual(values.tolist(), [step / 4 for step in range(10)])
        self.assertTrue(np.isnan(run.metrics("charts/nan").values[0]))
        self.assertEqual(run.checkpoint_steps, [0, 10])
        self.assertEqual(run.checkpoint(5)["w"].tolist(), [0, 0])
        # Of two at one step the later one counts.
        self.assertEqual(run.checkpoint()["w"].tolist(), [2, 2])
        self.assertEqual(run.infos("distance").values.tolist(), [0.5 * step for step in range(1, 11)])
        self.assertEqual(run.infos("word").values.tolist()[:6], ["w1", "w2", "w3", "w4", "w5", "w1"])
        self.assertEqual(run.episodes["success"].tolist(), [0, 0])

    def test_a_late_checkpoint_warns_once(self) -> None:
        env = reel.Recorder(Scripted(spaces.Discrete(9)), self.path)
        env.reset()
        env.step(0)
        env.checkpoint({"w": np.zeros(1)})
        env.flush()
        with self.assertWarnsRegex(reel.RecordingWarning, "step 1 has a checkpoint"):
            env.checkpoint({"w": np.ones(1)})
            env.flush()
        env.close()
        self.assertEqual(reel.open(self.path).checkpoint()["w"].tolist(), [0])

    def test_q_learning_begins_with_a_table_of_zeros(self) -> None:
        rule = reel.QLearning(0.5, 0.9, "blend")
        env = reel.Recorder(gym.make("FrozenLake-v1"), self.path, learning=rule)
        play(env, 2)
        q = np.zeros((16, 4))
        q[3, 2] = -0.25
        env.q_table(q, visits=q != 0)
        env.close()
        run = reel.open(self.path)
        first, last = run.checkpoint(0), run.checkpoint()
        self.assertEqual((first.kind, first["q"].shape, first["visits"].dtype), ("qtable", (16, 4), np.uint32))
        self.assertEqual(last["q"][3, 2], -0.25)
        self.assertEqual(last["visits"].sum(), 1)
        self.assertEqual(
            json.loads(run.keys["learning"]), {"rule": "q-learning", "alpha": 0.5, "gamma": 0.9, "form": "blend"}
        )

    def test_pixels_of_chosen_episodes(self) -> None:
        inner = Scripted(spaces.Discrete(9), length=3, render_mode="rgb_array")
        with reel.Recorder(inner, self.path) as env:
            play(env, 30)
        run = reel.open(self.path)
        kept = [number for number in range(1, 31) if len(run.images(number))]
        self.assertEqual(kept, [1, 2, 9, 28])  # indices 0, 1, 8, 27
        frames = run.images(9)
        self.assertEqual(len(frames), 4)
        for t in range(4):
            inner.t = t
            np.testing.assert_array_equal(frames[t], inner.render())

    def test_a_picture_that_stays_is_kept_once(self) -> None:
        inner = Scripted(spaces.Discrete(9), length=6, render_mode="rgb_array")
        inner.render = lambda: np.full((8, 8, 3), 1 + inner.t // 3, np.uint8)
        with reel.Recorder(inner, self.path) as env:
            play(env, 1)
        self.assertEqual(self.query("SELECT t FROM images"), [(0,), (3,), (6,)])
        frames = reel.open(self.path).images(1)
        self.assertEqual([int(frame[0, 0, 0]) for frame in frames], [1, 1, 1, 2, 2, 2, 3])

    def test_rewards_that_are_not_finite(self) -> None:
        rewards = [1.0, float("nan"), 2.0, float("inf"), -0.0, 3.0]
        env = Scripted(spaces.Discrete(9), length=2, rewards=lambda count: rewards[count - 1])
        with reel.Recorder(env, self.path) as recorder:
            play(recorder, 3)
        self.assertEqual(
            [row[0] for row in self.query("SELECT reward FROM transitions")], [1, None, 2, float("inf"), 0, 3]
        )
        self.assertEqual([row[0] for row in self.query("SELECT return FROM episodes")], [None, float("inf"), 3])
        self.assertEqual(self.query("SELECT best FROM batches ORDER BY rowid DESC LIMIT 1"), [(2,)])

    def test_what_does_not_fit_is_cast_with_one_warning_each(self) -> None:
        class Odd(Scripted):
            def step(self, action: object) -> tuple:
                _, reward, terminated, truncated, info = super().step(action)
                odd = [np.full(2, 9, np.float32), np.ones(2), np.ones((1, 2), np.float32), np.ones(3, np.float32)]
                return odd[self.t % 4], np.float32(reward), terminated, truncated, info

        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with reel.Recorder(Odd(spaces.Box(-1, 1, (2,)), length=8), self.path) as env:
                play(env, 3)
        said = [str(each.message) for each in caught if each.category is reel.RecordingWarning]
        self.assertEqual(len(said), 3, said)
        for word in ("shape", "dtype", "outside"):
            self.assertTrue(any(word in text for text in said), said)
        found = reel.open(self.path).transitions(1)
        self.assertEqual(found.next_observations[:3].tolist(), [[1, 1], [1, 1], [1, 1]])
        self.assertEqual(found.next_observations[3].tolist(), [9, 9])

    def test_a_step_after_the_end_is_left_out(self) -> None:
        env = reel.Recorder(Scripted(spaces.Discrete(9), length=2), self.path)
        env.reset()
        for _ in range(2):
            env.step(0)
        with self.assertWarnsRegex(reel.RecordingWarning, "without a reset"):
            env.step(0)
            env.flush()
        env.reset()
        env.step(0)
        env.close()
        self.assertEqual(reel.open(self.path).transitions("all").step.tolist(), [0, 1, 3])

    def test_a_config_of_anything_is_kept(self) -> None:
        config = {"a": object(), "b": np.arange(2), 3: float("inf"), "nested": {"x": (1, None)}, "s": "\ud800"}
        reel.Recorder(Scripted(spaces.Discrete(2)), self.path, config=config, tags=["x"], note="ü").close()
        run = reel.open(self.path)
        self.assertEqual(
            run.config, {"a": "<object object>", "b": [0, 1], "3": "inf", "nested": {"x": [1, None]}, "s": "?"}
        )
        self.assertEqual((run.tags, run.note), (["x"], "ü"))

    def test_without_a_step_it_is_a_recording_too(self) -> None:
        reel.Recorder(gym.make("CartPole-v1"), self.path).close()
        run = reel.open(self.path)
        self.assertEqual((run.steps, len(run), len(run.transitions("all"))), (0, 0, 0))
        with self.assertRaisesRegex(reel.RecordingError, "no episode yet"):
            run.transitions("best")

    def test_committed_steps_are_in_the_file_while_it_is_written(self) -> None:
        env = reel.Recorder(Scripted(spaces.Discrete(9), length=1000), self.path)
        env.reset()
        for _ in range(100):
            env.step(0)
        env.flush()
        self.assertEqual(env.committed_steps, 100)
        run = reel.open(self.path)
        self.assertTrue(run.is_running)
        self.assertEqual(len(run.transitions("all")), 100)
        verify(self.path)
        run.close()
        env.close()
        self.assertEqual(env.committed_steps, 100)
        self.assertFalse(reel.open(self.path).is_running)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["run.sqlite"])


if __name__ == "__main__":
    unittest.main()

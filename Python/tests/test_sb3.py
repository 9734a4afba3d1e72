"""What Stable-Baselines3 plays is recorded as its environments returned it."""

from __future__ import annotations

import importlib.util
import unittest
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from support import RecordingTest, Scripted, reel

HAS_SB3 = importlib.util.find_spec("stable_baselines3") is not None
if HAS_SB3:
    import torch
    from stable_baselines3 import A2C, DQN, PPO, SAC
    from stable_baselines3.common.vec_env import DummyVecEnv, SubprocVecEnv, VecFrameStack, VecNormalize

    torch.set_num_threads(1)


class Logged(gym.Wrapper):
    """Keeps what an environment took and returned."""

    def __init__(self, env: gym.Env) -> None:
        super().__init__(env)
        self.log: list[dict] = []

    def reset(self, **options: Any) -> tuple:
        observation, info = self.env.reset(**options)
        self.log.append({"observations": [observation], "steps": []})
        return observation, info

    def step(self, action: Any) -> tuple:
        result = self.env.step(action)
        self.log[-1]["observations"].append(result[0])
        self.log[-1]["steps"].append((np.array(action), np.float64(np.float32(result[1])), *result[2:4]))
        return result


@unittest.skipUnless(HAS_SB3, "stable-baselines3 is not installed")
class SB3Test(RecordingTest):
    def assert_recorded(self, envs: list) -> None:
        """Every world's episodes are those that it logged, in its order."""
        run = reel.open(self.path)
        firsts = run.episodes["first_step"] % len(envs)
        for world, env in enumerate(envs):
            numbers = run.episodes["episode"][firsts == world].tolist()
            logged = [episode for episode in env.log if episode["steps"]]
            self.assertEqual(len(numbers), len(logged))
            for number, episode in zip(numbers, logged):
                found = run.transitions(number)
                actions, rewards, terminated, truncated = map(np.array, zip(*episode["steps"]))
                np.testing.assert_array_equal(found.observations, episode["observations"][:-1])
                np.testing.assert_array_equal(found.next_observations, episode["observations"][1:])
                np.testing.assert_array_equal(found.actions.reshape(actions.shape), actions)
                np.testing.assert_array_equal(found.rewards, rewards)
                np.testing.assert_array_equal(found.terminated, terminated)
                np.testing.assert_array_equal(found.truncated, truncated)

    def learn(self, kind: Any, name: str, steps: int, worlds: int = 2, normalize: bool = False, **options: Any) -> Any:
        envs = [Logged(gym.make(name, max_episode_steps=60)) for _ in range(worlds)]
        inner = DummyVecEnv([lambda env=env: env for env in envs])
        vec = VecNormalize(inner) if normalize else inner
        model = kind("MlpPolicy", vec, seed=3, device="cpu", **options)
        callback = reel.SB3Callback(self.path, checkpoint_every=100)
        model.learn(steps, callback=callback)
        callback.close()
        if normalize:
            self.assertIs(vec.venv, inner)
        self.assert_recorded(envs)
        return model, reel.open(self.path)

    def test_ppo_with_clipped_actions_and_time_limits(self) -> None:
        model, run = self.learn(PPO, "Pendulum-v1", 400, n_steps=64, batch_size=64, n_epochs=2)
        self.assertEqual(set(run.episodes["ending"].tolist()), {"truncated", "interrupted"})
        self.assertEqual((run.trainer, run.seed, run.config["n_steps"]), ("ppo", 3, 64))
        self.assertIn("train/loss", run.metric_names)
        self.assertEqual(run.metrics("time/total_timesteps").values.tolist(), run.metrics("time/total_timesteps").steps.tolist())
        self.assertEqual(run.checkpoint_steps, [0, 128, 256, 384, 512])
        for key, tensor in model.policy.state_dict().items():
            np.testing.assert_array_equal(run.checkpoint()[key], tensor.numpy())
        np.testing.assert_array_less(np.abs(run.transitions("all").actions), 2.0001)

    def test_a2c_below_normalisation(self) -> None:
        model, run = self.learn(A2C, "CartPole-v1", 500, normalize=True)
        for key, tensor in model.policy.state_dict().items():
            np.testing.assert_array_equal(run.checkpoint()[key], tensor.numpy())
        self.assertIn("terminated", run.episodes["ending"].tolist())
        self.assertEqual(run.fields["name"][0], "x")

    def test_off_policy_algorithms(self) -> None:
        self.learn(DQN, "CartPole-v1", 300, worlds=1, learning_starts=50, train_freq=4)

    def test_off_policy_algorithms_of_continuous_actions(self) -> None:
        self.learn(SAC, "Pendulum-v1", 150, worlds=2, learning_starts=20, normalize=True)

    def test_learning_goes_on(self) -> None:
        envs = [Logged(gym.make("CartPole-v1"))]
        model = A2C("MlpPolicy", DummyVecEnv([lambda: envs[0]]), device="cpu")
        callback = reel.SB3Callback(self.path)
        model.learn(100, callback=callback)
        model.learn(100, callback=callback, reset_num_timesteps=False)
        model.learn(100, callback=callback)
        callback.close()
        self.assert_recorded(envs)
        self.assertEqual(reel.open(self.path).steps, 300)

    def test_other_processes_and_dicts(self) -> None:
        space = spaces.Dict({"a": spaces.Box(0, 1, (2,)), "b": spaces.Discrete(4)})
        vec = SubprocVecEnv([lambda: Scripted(space, length=7)] * 2, start_method="fork")
        model = A2C("MultiInputPolicy", vec, device="cpu")
        callback = reel.SB3Callback(self.path, infos=("distance",))
        model.learn(60, callback=callback)
        callback.close()
        vec.close()
        run = reel.open(self.path)
        self.assertEqual((len(run.infos("distance").steps), run.steps), (60, 60))
        self.assertEqual(run.transitions(1).observations["a"].shape, (7, 2))

    def test_pictures_that_are_stacked(self) -> None:
        make = lambda: Scripted(spaces.Box(0, 255, (84, 84, 1), np.uint8), length=6)  # noqa: E731
        model = A2C("CnnPolicy", VecFrameStack(DummyVecEnv([make] * 2), 4), n_steps=3, device="cpu")
        inner = model.get_env().unwrapped.envs
        callback = reel.SB3Callback(self.path, frames="all", checkpoint_every=0)
        model.learn(30, callback=callback)
        callback.close()
        run = reel.open(self.path)
        shown = inner[0].unwrapped.log[0]["observations"]
        frames = run.images(1)
        for t in range(7):
            np.testing.assert_array_equal(frames[t], shown[t][:, :, 0])

    def test_an_error_leaves_the_training_alone(self) -> None:
        model = A2C("MlpPolicy", "CartPole-v1", device="cpu")
        callback = reel.SB3Callback("/proc/nothing/run.sqlite")
        model.learn(20, callback=callback)
        self.assertEqual(len(self.warned), 1)
        self.warned.clear()


if __name__ == "__main__":
    unittest.main()

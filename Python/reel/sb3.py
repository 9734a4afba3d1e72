"""`reel.SB3Callback`: records what Stable-Baselines3 plays while it learns."""

from __future__ import annotations

import os
import weakref
from typing import Any, Mapping, Optional, Union

import numpy as np
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import KVWriter
from stable_baselines3.common.vec_env import (
    VecEnv,
    VecEnvWrapper,
    VecFrameStack,
    VecNormalize,
    VecTransposeImage,
)

from ._capture import Worlds
from ._log import Log
from ._setup import Options, begin
from ._worlds import world_of


class SB3Callback(BaseCallback, Log):
    """Records every step of the training environments, the logger's values, and the policy.

    The recording holds what was played: the executed actions, and, below `VecNormalize`, the
    original observations and rewards. A time limit is a truncation. `checkpoint_every` records the
    policy's parameters between two rollouts when n steps have passed, and at the end; 0 means never.
    `_setup.Options` lists its other options.

    Example:
        >>> model.learn(1_000_000, callback=reel.SB3Callback("runs/ppo.sqlite"))  # doctest: +SKIP
    """

    def __init__(
        self, path: Union[str, "os.PathLike[str]"], checkpoint_every: int = 100_000, verbose: int = 0,
        **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(verbose)
        self._path = os.fspath(path)
        self._given = options
        Options(**options)  # what is wrong is said now
        self._checkpoint_every = checkpoint_every
        self._worlds: Optional[Worlds] = None
        self._tap: Optional[_Tap] = None
        self._last_saved = 0

    def _on_training_start(self) -> None:
        if self._worlds is None:
            self._begin()
        if self._recording is None or self._worlds is None:
            return
        self._listen()
        try:
            if self._has_reset():
                worlds = list(range(self._worlds.count))
                observations = self._raw(self.model._last_obs)
                self._worlds.reset(worlds, observations, [None] * len(worlds), None)
        except Exception as error:  # noqa: BLE001 recording never breaks training
            self._give_up(error)

    def _begin(self) -> None:
        env = self.training_env
        self._normalizer = _find(env, VecNormalize)
        played = env if self._normalizer is None else self._normalizer.venv
        options = Options(**{**_defaults(self.model), **self._given})
        if options.initial is None and self._checkpoint_every:
            options.initial = self.model.policy.state_dict()
        # These wrappers show other observations than the world's own.
        changed = any(_find(env, kind) is not None for kind in (VecFrameStack, VecTransposeImage))
        begun = begin(
            self._path, options, world_of(env, changed), played.observation_space, played.action_space,
            env.num_envs, 1,
        )  # fmt: skip
        if begun is None:
            return
        self._recording = begun.recording
        self._worlds = Worlds(
            begun, options, env, played.observation_space, 1, lambda batch: _split(batch, env.num_envs),
            env.get_images,
        )  # fmt: skip
        self._finalizer = weakref.finalize(self, begun.recording.close)

    def _has_reset(self) -> bool:
        """Whether `learn` begins with new episodes: the first time, or when it starts counting again."""
        is_first, self._has_begun = not getattr(self, "_has_begun", False), True
        return is_first or bool(self.locals.get("reset_num_timesteps", True))

    def _listen(self) -> None:
        """Listens to the logger, and below `VecNormalize` to the ends of episodes."""
        if self._normalizer is not None:
            self._tap = self._normalizer.venv = _Tap(self._normalizer.venv)
        formats = self.model.logger.output_formats
        if not any(isinstance(each, _Metrics) and each.log is self for each in formats):
            formats.append(_Metrics(self))

    def _on_step(self) -> bool:
        if self._recording is None or self._worlds is None:
            return True
        try:
            self._record(self._worlds)
            self._notice_end()
        except Exception as error:  # noqa: BLE001
            self._give_up(error)
        return True

    def _record(self, worlds: Worlds) -> None:
        found = self.locals
        actions = found.get("clipped_actions", found.get("actions"))
        rewards, dones, infos = found["rewards"], np.asarray(found["dones"], bool), found["infos"]
        if self._normalizer is not None:
            rewards = self._normalizer.get_original_reward()
        truncated = np.array([bool(info.get("TimeLimit.truncated", False)) for info in infos]) & dones
        each = list(actions) if worlds.takes_aside() else None
        finals = infos if self._tap is None else self._tap.infos
        worlds.step(
            each, worlds.encode_actions(actions), self._raw(found["new_obs"]), rewards,
            dones & ~truncated, truncated, lambda index, is_over: infos[index],
            lambda index: finals[index]["terminal_observation"],
        )  # fmt: skip

    def _on_rollout_start(self) -> None:
        # Between two rollouts the policy has learned from everything recorded, and acts from here on.
        if self._checkpoint_every and self.num_timesteps - self._last_saved >= self._checkpoint_every:
            self._save()

    def _raw(self, observations: Any) -> Any:
        return observations if self._normalizer is None else self._normalizer.get_original_obs()

    def _save(self) -> None:
        self._last_saved = self.num_timesteps
        self.checkpoint(self.model.policy.state_dict())

    def _on_training_end(self) -> None:
        if self._checkpoint_every and self._recording is not None:
            self._save()
        if self._tap is not None:
            self._normalizer.venv, self._tap = self._tap.venv, None
        self.flush()

    def close(self) -> None:
        """Closes the file; the end of the program does so too."""
        self.end()


class _Metrics(KVWriter):
    """Records the logger's values."""

    def __init__(self, log: SB3Callback) -> None:
        self.log = log

    def write(
        self, key_values: dict[str, Any], key_excluded: dict[str, tuple[str, ...]], step: int = 0
    ) -> None:
        for name, value in key_values.items():
            if isinstance(value, (int, float, np.number)) and not isinstance(value, bool):
                self.log.metric(name, float(value))

    def close(self) -> None:
        pass


class _Tap(VecEnvWrapper):
    """Keeps how episodes ended before `VecNormalize` changes it."""

    infos: list[Mapping] = []

    def reset(self) -> Any:
        return self.venv.reset()

    def step_wait(self) -> Any:
        observations, rewards, dones, infos = self.venv.step_wait()
        self.infos = [dict(info) for info in infos]
        return observations, rewards, dones, infos


def _find(env: VecEnv, kind: type) -> Any:
    while isinstance(env, VecEnvWrapper):
        if isinstance(env, kind):
            return env
        env = env.venv
    return None


def _split(batch: Any, worlds: int) -> list:
    if isinstance(batch, dict):
        return [{key: value[index] for key, value in batch.items()} for index in range(worlds)]
    return list(batch)


def _defaults(model: Any) -> dict[str, Any]:
    """The default description of a model in a recording."""
    config = {
        name: value
        for name, value in vars(model).items()
        if not name.startswith("_") and isinstance(value, (bool, int, float, str))
    }
    return {"trainer": type(model).__name__.lower(), "seed": model.seed, "config": config}

"""`reel.VectorRecorder`: environments side by side whose every step is recorded."""

from __future__ import annotations

import os
import weakref
from typing import Any, Mapping, Optional, Union

import gymnasium
import numpy as np
from gymnasium.vector import VectorEnv, VectorWrapper
from gymnasium.vector.utils import iterate

from ._capture import Worlds
from ._log import Log
from ._setup import Options, begin, json_text
from ._worlds import world_of
from .recorder import Recorder

# How many calls after an episode's last the next one begins.
_NEXT_BEGINS = {"SAME_STEP": 1, "NEXT_STEP": 2, "DISABLED": None}


class VectorRecorder(VectorWrapper, Log):
    """Records every step of a vectorised environment into one SQLite file, in every autoreset mode.

    If a call only resets a world, as `NEXT_STEP` does after an episode, no transition is
    recorded. `_setup.Options` lists its other options.

    Example:
        >>> import gymnasium as gym, reel
        >>> envs = reel.VectorRecorder(gym.make_vec("CartPole-v1", 8), "runs/cart8.sqlite")  # doctest: +SKIP
    """

    def __init__(
        self, env: VectorEnv, path: Union[str, "os.PathLike[str]"], **options: Any
    ) -> None:
        super().__init__(env)
        self._path = os.fspath(path)
        mode = env.metadata.get("autoreset_mode", "NEXT_STEP")
        self._next_begins = _NEXT_BEGINS[getattr(mode, "name", mode)]
        chosen = Options(**options)
        begun = begin(
            path, chosen, world_of(env), env.single_observation_space, env.single_action_space,
            env.num_envs, self._next_begins,
        )  # fmt: skip
        if begun is None:
            return
        self._recording = begun.recording
        self._worlds = Worlds(
            begun, chosen, env, env.single_observation_space, self._next_begins,
            lambda observations: list(iterate(self.env.observation_space, observations)), env.render,
        )  # fmt: skip
        self._takes_aside = self._worlds.takes_aside()
        # Called at the program's end, and when nobody refers to the recorder any more.
        self._finalizer = weakref.finalize(self, begun.recording.close)

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict]:
        """Takes a step in every world, and records them."""
        if self._recording is None:
            return self.env.step(actions)
        try:
            taken = self._worlds.encode_actions(actions)
            each = list(iterate(self.env.action_space, actions)) if self._takes_aside else None
        except Exception as error:  # noqa: BLE001 recording never breaks training
            self._give_up(error)
            return self.env.step(actions)
        result = self.env.step(actions)
        try:
            infos = result[4]
            self._worlds.step(
                each, taken, *result[:4], lambda index, is_over: self._info(infos, index, is_over),
                lambda index: infos["final_obs"][index],
            )  # fmt: skip
            self._notice_end()
        except Exception as error:  # noqa: BLE001
            self._give_up(error)
        return result

    def reset(self, *, seed: Any = None, options: Optional[dict] = None) -> tuple[Any, dict]:
        """Resets the worlds, or those of `options["reset_mask"]`; open episodes are interrupted."""
        # Gymnasium removes the mask from the options.
        given = dict(options) if options is not None else None
        result = self.env.reset(seed=seed, options=options)
        if self._recording is not None:
            try:
                self._record_reset(seed, given, result[0])
                self._notice_end()
            except Exception as error:  # noqa: BLE001
                self._give_up(error)
        return result

    def close(self, **options: Any) -> None:
        """Closes the file and the environments."""
        try:
            self.end()
        finally:
            self.env.close(**options)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "env":
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        return getattr(self.env, name)

    def _info(self, infos: Mapping, index: int, is_over: bool) -> dict:
        """What an info says about one world's step."""
        if is_over and self._next_begins == 1:
            infos = infos.get("final_info", {})
        return _info_of_world(infos, index)

    def _record_reset(self, seed: Any, options: Optional[dict], observations: Any) -> None:
        count = self.env.num_envs
        mask = (options or {}).pop("reset_mask", None)
        worlds = list(range(count)) if mask is None else np.flatnonzero(mask).tolist()
        if seed is None or isinstance(seed, (int, np.integer)):
            seed = [None if seed is None else int(seed) + index for index in range(count)]
        kept = json_text(options) if options or options is not None and mask is None else None
        self._worlds.reset(worlds, observations, seed, kept)


def _info_of_world(infos: Mapping, index: int) -> dict:
    """A vectorised info's values of one world."""
    found = {}
    for name, value in infos.items():
        mask = infos.get(f"_{name}")
        # A mask says which worlds have the value; it is no value itself.
        if name.startswith("_") or mask is not None and not mask[index] or name.startswith("final_"):
            continue
        found[name] = _info_of_world(value, index) if isinstance(value, Mapping) else value[index]
    return found


def record_env(env: Any, path: Union[str, "os.PathLike[str]"], options: dict) -> Any:
    """The recorder of an environment, vectorised or not."""
    if isinstance(env, VectorEnv):
        return VectorRecorder(env, path, **options)
    if not isinstance(env, gymnasium.Env):
        raise TypeError(f"{type(env).__name__} is not a Gymnasium environment")
    return Recorder(env, path, **options)

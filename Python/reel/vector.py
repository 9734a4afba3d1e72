"""`reel.VectorRecorder`: environments side by side whose every step is recorded."""

from __future__ import annotations

import os
import weakref
from typing import Any, Mapping, Optional, Union

import gymnasium
import numpy as np
from gymnasium.vector import VectorEnv, VectorWrapper
from gymnasium.vector.utils import iterate

from ._log import Log
from ._rollout import Extra, Reset, Shown
from ._setup import Beginning, Options, begin, info_value, json_text, kept_seed, success_of
from ._worlds import world_of
from .recorder import Shower

# How many calls after an episode's last the next one begins.
_NEXT_BEGINS = {"SAME_STEP": 1, "NEXT_STEP": 2, "DISABLED": None}


class VectorRecorder(VectorWrapper, Log):
    """Records every step of a vectorised environment into one SQLite file, in every autoreset mode.

    Where a world is only reset in a call, which `NEXT_STEP` does after an episode, no transition is
    recorded. `_setup.Options` lists what it takes beside the environment and the file.

    Example:
        >>> import gymnasium as gym, reel
        >>> envs = reel.VectorRecorder(gym.make_vec("CartPole-v1", 8), "runs/cart8.sqlite")  # doctest: +SKIP
    """

    def __init__(
        self, env: VectorEnv, path: Union[str, "os.PathLike[str]"], **options: Any
    ) -> None:
        super().__init__(env)
        self._path = os.fspath(path)
        self._options = Options(**options)
        mode = env.metadata.get("autoreset_mode", "NEXT_STEP")
        self._next_begins = _NEXT_BEGINS[getattr(mode, "name", mode)]
        begun = begin(
            path, self._options, world_of(env), env.single_observation_space,
            env.single_action_space, env.num_envs, self._next_begins,
        )  # fmt: skip
        if begun is not None:
            self._attach(begun)

    def _attach(self, begun: Beginning) -> None:
        self._recording = begun.recording
        self._observation, self._action = begun.observation, begun.action
        self._shower = Shower(begun, self._options, self.env.single_observation_space)
        self._draws = self._shower.draws(self.env)
        self._is_plain = not (
            self._options.infos or self._draws or begun.observation.aside or begun.action.aside
        )
        worlds = self.env.num_envs
        self._begun = begun.episodes
        # Which worlds wait for an episode's first step, are reset by the next call, show their pixels.
        self._waits, self._is_over = np.zeros(worlds, bool), np.zeros(worlds, bool)
        self._shows = np.zeros(worlds, bool)
        # At the program's end, and where nobody holds the recorder any more.
        self._finalizer = weakref.finalize(self, begun.recording.close)

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict]:
        """Takes a step in every world, and records them."""
        if self._recording is None:
            return self.env.step(actions)
        # Before the step: an environment may change an array that it is given.
        try:
            taken = self._action.encode_worlds(actions, self.env.num_envs)
        except Exception as error:  # noqa: BLE001 recording never breaks training
            self._give_up(error)
            return self.env.step(actions)
        result = self.env.step(actions)
        try:
            self._record(actions, taken, result)
        except Exception as error:  # noqa: BLE001
            self._give_up(error)
        return result

    def reset(
        self, *, seed: Any = None, options: Optional[dict] = None
    ) -> tuple[Any, dict]:
        """Resets the worlds, or those of `options["reset_mask"]`; open episodes are interrupted."""
        # Gymnasium takes the mask out of the options.
        given = dict(options) if options is not None and self._recording is not None else None
        result = self.env.reset(seed=seed, options=options)
        if self._recording is not None:
            try:
                self._record_reset(seed, given, result[0])
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

    def _record(self, actions: Any, taken: bytes, result: tuple) -> None:
        recording, worlds = self._recording, self.env.num_envs
        observations, rewards, terminated, truncated, infos = result
        done = np.logical_or(terminated, truncated)
        extras = None
        if not self._is_plain:
            extras = self._extras(actions, observations, done, infos)
        elif done.any():
            extras = {
                int(index): self._end_of(infos, int(index), ()) for index in np.flatnonzero(done)
            }
        recording.put(
            (
                taken, self._observation.encode_worlds(observations, worlds),
                np.array(rewards, np.float64), np.array(terminated, bool), np.array(truncated, bool),
                extras,
            )
        )  # fmt: skip
        if len(recording.events) >= recording.limit:
            recording.push_back()
            if not recording.is_active:
                self._drop()

    def _end_of(self, infos: Mapping, index: int, names: tuple, action: Any = None) -> Extra:
        """What a world's last step of an episode says."""
        if self._next_begins != 1:
            info = _world_info(infos, index, ("is_success", "success", *names))
            return Extra(_chosen(info, names), success_of(info), action)
        # It is reset already: its last observation and info stand beside.
        last = infos.get("final_info")
        info = _world_info(last, index, ("is_success", "success", *names)) if last is not None else {}
        final = infos["final_obs"][index]
        shown = Shown() if self._is_plain else self._shower.shown(final, self._shows[index])
        encoded = self._observation.encode(final)
        return Extra(_chosen(info, names), success_of(info), action, final=encoded, final_shown=shown)

    def _extras(self, actions: Any, observations: Any, done: np.ndarray, infos: dict) -> dict:
        """What a call says of its worlds beyond the columns."""
        self._begun += int(self._waits.sum())
        self._waits[:] = False
        was_reset = self._is_over.copy()
        names = tuple(self._options.infos)
        takens = iter(())
        if self._action.aside:
            takens = iterate(self.env.action_space, actions)
        extras = {}
        for index in range(self.env.num_envs):
            action = self._shower.action(next(takens)) if self._action.aside else None
            if was_reset[index]:
                extras[index] = Extra()
            elif done[index]:
                extras[index] = self._end_of(infos, index, names, action)
            else:
                info = _world_info(infos, index, names)
                extras[index] = Extra(_chosen(info, names), None, action)
        self._is_over = done & ~was_reset if self._next_begins == 2 else np.zeros_like(done)
        self._await(was_reset if self._next_begins == 2 else done if self._next_begins == 1 else ())
        for index, shown in self._show_all(observations).items():
            extras[index] = extras[index]._replace(shown=shown)
        return extras

    def _await(self, worlds: Any) -> None:
        """Worlds wait for the first step of an episode: whether its pixels are kept is decided here."""
        for index in np.flatnonzero(worlds):
            index_of_episode = self._begun + int(self._waits.sum())
            self._shows[index] = bool(self._options.shows(index_of_episode))
            self._waits[index] = True

    def _show_all(self, observations: Any) -> dict:
        aside = self._observation.aside
        values = list(iterate(self.env.observation_space, observations)) if aside else None
        frames = None
        if self._draws and self._shows.any():
            frames = self._shower.frame(self.env.render)
            self._draws = self._shower.can_draw
        shown = {}
        for index in range(self.env.num_envs):
            frame = frames[index] if frames is not None and self._shows[index] else None
            value = values[index] if values is not None else None
            shown[index] = self._shower.shown(value, bool(self._shows[index]), frame)
        return shown

    def _record_reset(self, seed: Any, options: Optional[dict], observations: Any) -> None:
        recording, worlds = self._recording, self.env.num_envs
        mask = (options or {}).pop("reset_mask", None)
        reset = tuple(range(worlds)) if mask is None else tuple(np.flatnonzero(mask).tolist())
        if seed is None or isinstance(seed, (int, np.integer)):
            seed = [None if seed is None else int(seed) + index for index in range(worlds)]
        kept = None if options is None or mask is not None and not options else json_text(options)
        states = self._observation.gather([self._observation.encode_worlds(observations, worlds)])
        if self._observation.aside:
            states = np.empty(worlds, self._observation.dtype)
        shown: dict = {}
        if not self._is_plain:
            self._is_over[list(reset)] = False
            self._waits[list(reset)] = False
            self._await(np.isin(np.arange(worlds), reset))
            shown = {index: each for index, each in self._show_all(observations).items() if index in reset}
        seeds = tuple(kept_seed(seed[index]) for index in reset)
        recording.note(Reset(reset, states[list(reset)], seeds, kept, shown))
        if not recording.is_active:
            self._drop()


def _world_info(infos: Mapping, index: int, names: tuple) -> dict:
    """What a vectorised info says of one world."""
    found = {}
    for name in names:
        mask = infos.get(f"_{name}")
        if name in infos and (mask is None or mask[index]):
            value = infos[name]
            found[name] = (
                _world_info(value, index, tuple(key for key in value if not key.startswith("_")))
                if isinstance(value, Mapping)
                else value[index]
            )
    return found


def _chosen(info: Mapping, names: tuple) -> tuple:
    return tuple(info_value(name, info[name]) for name in names if name in info)


def record_env(env: Any, path: Union[str, "os.PathLike[str]"], options: dict) -> Any:
    """The recorder of an environment, vectorised or not."""
    from .recorder import Recorder

    if isinstance(env, VectorEnv):
        return VectorRecorder(env, path, **options)
    if not isinstance(env, gymnasium.Env):
        raise TypeError(f"{type(env).__name__} is no environment of Gymnasium")
    return Recorder(env, path, **options)
